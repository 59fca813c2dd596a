import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChanges
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.inputs import Column, Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.data.non_finite_data import non_finite_data
from tests.rules.changing import changed

CLEAN = Inputs(tensors=(InputTensor(name="x", shape=(4,), rows=256),))
GAP = InputTensor(
    name="x",
    variable="x_train",
    shape=(4,),
    rows=256,
    total_rows=60000,
    nan=37,
    first_bad=(12, 3),
)
MASKED = Layers(model="m", layers=(Layer(name="masking", kind="Masking"),), trainable=9, total=9)


def column(name: str, nan: int) -> Column:
    return Column(name=name, minimum=0.0, maximum=1.0, mean=0.0, std=1.0, nan=nan, inf=0)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        pytest.param(
            GAP,
            ("`x_train`", "37 NaN values", "256 of 60,000 rows", "row 12, column 3"),
            id="NaN in a table",
        ),
        pytest.param(
            InputTensor(name="x", shape=(4,), rows=9, total_rows=9, inf=1),
            ("1 infinite value in 9 rows",),
            id="one infinity",
        ),
        pytest.param(
            InputTensor(name="x", shape=(4,), rows=9, nan=1, inf=2),
            ("1 NaN and 2 infinite values",),
            id="both",
        ),
        pytest.param(
            InputTensor(name="x", shape=(8, 8, 3), rows=9, nan=1, first_bad=(4, 28)),
            ("row 4 at (1, 1, 1)",),
            id="a pixel",
        ),
    ],
)
def test_fires_on_inputs(tensor: InputTensor, words: tuple[str]) -> None:
    (finding,) = non_finite_data(Inputs(tensors=(tensor,)), None, None, None, None)
    assert all(word in finding.says for word in words)
    assert (finding.measured["NaN"], finding.measured["infinite"]) == (tensor.nan, tensor.inf)
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_fires_on_labels() -> None:
    target = Target(name="out", variable="y", rows=500, nan=3, first_bad=1204)
    head = Head(outputs=(Output(name="out", loss="mean_squared_error"),))
    (finding,) = non_finite_data(CLEAN, Labels(targets=(target,)), None, head, None)
    assert "3 NaN values in 500 rows, the first in row 1,204" in finding.says
    assert finding.where.argument == "y"


def test_names_the_only_broken_column() -> None:
    columns = (column("age", 0), column("income", 5))
    tensor = InputTensor(name="x", shape=(2,), rows=9, nan=5, columns=columns)
    (finding,) = non_finite_data(Inputs(tensors=(tensor,)), None, None, None, None)
    assert finding.where.column == "income"


def test_masked_inputs_do_not_hide_bad_labels() -> None:
    labels = Labels(targets=(Target(name="out", nan=1),))
    (finding,) = non_finite_data(Inputs(tensors=(GAP,)), labels, MASKED, None, None)
    assert finding.where.argument == "y"


@pytest.mark.parametrize(
    ("inputs", "labels", "layers", "head"),
    [
        pytest.param(CLEAN, None, None, None, id="clean inputs, labels unread"),
        pytest.param(CLEAN, Labels(targets=(Target(name="out"),)), None, None, id="all clean"),
        pytest.param(Inputs(tensors=()), None, None, None, id="no inputs"),
        pytest.param(Inputs(tensors=(GAP,)), None, MASKED, None, id="masked by design"),
        pytest.param(
            Inputs(tensors=(InputTensor(name="x", rows=9, minimum=-1e30, maximum=1e30),)),
            None,
            None,
            None,
            id="huge but finite",
        ),
        pytest.param(
            CLEAN,
            Labels(targets=(Target(name="out", nan=40),)),
            None,
            Head(outputs=(Output(name="out", loss="custom"),)),
            id="gaps in labels under a loss of one's own",
        ),
    ],
)
def test_stays_silent(
    inputs: Inputs,
    labels: Labels | None,
    layers: Layers | None,
    head: Head | None,
) -> None:
    assert not list(non_finite_data(inputs, labels, layers, head, None))


@pytest.mark.parametrize(
    ("inputs", "labels", "word"),
    [
        pytest.param(Inputs(tensors=(GAP,)), None, "`np.isfinite(x_train)", id="inputs"),
        pytest.param(
            CLEAN,
            Labels(targets=(Target(name="out", variable="y", nan=1),)),
            "`np.isfinite(y)`",
            id="labels",
        ),
    ],
)
def test_treatment(inputs: Inputs, labels: Labels | None, word: str) -> None:
    (finding,) = non_finite_data(inputs, labels, None, None, None)
    (treatment,) = non_finite_data.treatments(finding, Cell("model.fit(x_train, y)\n"))
    assert word in treatment.text
    assert (treatment.effect, treatment.patched) == ("judgement", None)


def test_rows_with_gaps_are_dropped_from_inputs_and_labels_alike() -> None:
    (finding,) = non_finite_data(Inputs(tensors=(GAP,)), None, None, None, None)
    before = Cell("import numpy as np\nmodel.fit(x_train, y, epochs=2)")
    (treatment,) = non_finite_data.treatments(finding, before)
    assert treatment.patched == (
        "import numpy as np\n"
        "complete = np.isfinite(x_train).reshape(len(x_train), -1).all(axis=1)\n"
        "x_train, y = x_train[complete], y[complete]\n"
        "model.fit(x_train, y, epochs=2)"
    )
    (again,) = non_finite_data.treatments(finding, Cell(treatment.patched))
    assert again.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype("float32")
    sick = x.copy()
    sick[7, 2] = np.nan
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    found = {f.rule: f for f in diagnose(model, sick, x[:, 0]).findings}
    assert "row 7, column 2" in found["non-finite-data"].says
    assert "non-finite-data" not in {f.rule for f in diagnose(model, x, x[:, 0]).findings}


@pytest.mark.parametrize("argument", ["x", "y"])
def test_the_line_that_made_them_is_named_and_left_out(argument: str) -> None:
    change = changed(
        text=f"{argument} = {argument} / spread",
        variable=argument,
        argument=argument,
        rows=200,
        distinct_before=9,
        distinct=9,
        broken=4,
    )
    changes = DataChanges(changes=(change,))
    labels = Labels(targets=(Target(name="out", variable="y", rows=200, nan=4),))
    inputs = Inputs(tensors=(GAP,)) if argument == "x" else CLEAN
    (finding,) = non_finite_data(inputs, labels if argument == "y" else None, None, None, changes)
    assert finding.says.endswith(
        f"Line 2, `{change.text}`, created them: before it every value was finite."
    )
    assert finding.where.line == 2
    cell = Cell(f"import numpy as np\n{change.text}\nmodel.fit(x, y)")
    *_, treatment = non_finite_data.treatments(finding, cell)
    assert treatment.patched == "import numpy as np\nmodel.fit(x, y)"
