import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChanges
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.sharing import Sharing
from nbdoctor.rules.labels.single_class_labels import single_class_labels
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.changing import changed

ZEROS = Inputs(tensors=(InputTensor(name="x", constant=True, rows=256),))
VARIED = Inputs(tensors=(InputTensor(name="x", rows=256),))


def findings(
    inputs: Inputs | None = None,
    *,
    loss: str = "sparse_categorical_crossentropy",
    distinct: int = 1,
    value: float = 0.0,
    rows: int = 256,
    complete: bool = True,
    batches: int = 8,
    encoding: str = "ids",
    changes: DataChanges | None = None,
    sharing: Sharing | None = None,
    width: int | None = None,
) -> list[Finding]:
    target = Target(
        name="dense",
        variable="labels" if complete else "",
        rows=rows,
        batches=0 if complete else batches,
        complete=complete,
        distinct=distinct,
        counts=((value, rows),),
        encoding=encoding,
    )
    head = Head(outputs=(Output(name="dense", layer="dense", loss=loss, width=width),))
    return list(single_class_labels(Labels(targets=(target,)), head, inputs, changes, sharing))


@pytest.mark.parametrize(
    ("given", "severity", "kind", "words"),
    [
        pytest.param(
            {},
            "critical",
            "proof",
            ("All 256 rows of `labels` have class 0",),
            id="a whole array",
        ),
        pytest.param({"rows": 5}, "critical", "proof", ("All 5 rows",), id="a small whole array"),
        pytest.param({"value": 3.0}, "critical", "proof", ("have class 3",), id="another class"),
        pytest.param({"encoding": "one-hot"}, "critical", "proof", ("256",), id="one-hot"),
        pytest.param({"loss": "binary_crossentropy"}, "critical", "proof", ("256",), id="one unit"),
        pytest.param(
            {"complete": False},
            "warning",
            "strong",
            ("first 8 batches are 0", "Later batches were not read"),
            id="the first batches of a stream",
        ),
        pytest.param(
            {"complete": False, "inputs": VARIED},
            "warning",
            "strong",
            ("Later batches",),
            id="the first batches, with inputs that vary",
        ),
        pytest.param(
            {"complete": False, "inputs": ZEROS},
            "critical",
            "proof",
            ("first 8 batches are 0",),
            id="the first batches, with inputs that are all the same",
        ),
        pytest.param(
            {"complete": False, "rows": 64},
            "warning",
            "strong",
            ("All 64 labels",),
            id="just enough rows",
        ),
    ],
)
def test_fires(given: dict[str, object], severity: str, kind: str, words: tuple[str, ...]) -> None:
    (finding,) = findings(**given)
    assert (finding.severity, finding.kind) == (severity, kind)
    assert all(word in finding.says for word in words)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"distinct": 2}, id="two classes"),
        pytest.param({"distinct": 1000}, id="many classes"),
        pytest.param({"distinct": 2, "complete": False}, id="two classes in the first batches"),
        pytest.param({"distinct": 2, "inputs": ZEROS}, id="constant inputs with real labels"),
        pytest.param({"distinct": 2, "encoding": "one-hot"}, id="two one-hot classes"),
        pytest.param({"distinct": 2, "rows": 2}, id="two rows"),
    ],
)
def test_stays_silent(given: dict[str, object]) -> None:
    assert findings(**given) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"loss": "mean_squared_error"}, id="regression"),
        pytest.param({"loss": "custom"}, id="a loss of the user's own"),
        pytest.param({"loss": ""}, id="no loss"),
        pytest.param({"encoding": "continuous"}, id="continuous targets"),
        pytest.param({"encoding": "multi-hot"}, id="rows without any tag"),
        pytest.param({"complete": False, "rows": 63}, id="too few rows of a stream"),
        pytest.param({"complete": False, "batches": 1}, id="one batch of a loop"),
        pytest.param({"sharing": Sharing(name="critic", part_of=("joint",))}, id="a critic"),
        pytest.param({"sharing": Sharing(name="joint", holds=("critic",))}, id="its joint model"),
    ],
)
def test_does_not_apply(given: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(**given)


@pytest.mark.parametrize(
    ("complete", "words"),
    [
        pytest.param(True, "np.unique(labels, return_counts=True)", id="an array"),
        pytest.param(False, "`batches(32)`", id="a generator"),
    ],
)
def test_treatment_says_where_to_look(words: str, *, complete: bool) -> None:
    (finding,) = findings(complete=complete)
    cell = Cell("model.fit(batches(32), epochs=2)")
    (offer,) = single_class_labels.treatments(finding, cell)
    assert (offer.effect, offer.patched) == ("advice", None)
    assert words in offer.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 2

    def rules_that_fire(labels: np.ndarray) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, labels).findings}

    assert "single-class-labels" in rules_that_fire(0 * y)
    assert "single-class-labels" not in rules_that_fire(y)


def test_the_line_that_left_one_class_is_named_and_left_out() -> None:
    change = changed(
        text="y = (y > 9).astype(int)",
        variable="y",
        argument="y",
        rows=256,
        constant=True,
        distinct_before=10,
        distinct=1,
    )
    (finding,) = findings(changes=DataChanges(changes=(change,)))
    assert finding.says.endswith("Line 2, `y = (y > 9).astype(int)`, left only one of 10 classes.")
    assert finding.measured["distinct classes before line 2"] == 10
    cell = Cell("x, y = digits()\ny = (y > 9).astype(int)\nmodel.fit(x, y)")
    (treatment,) = single_class_labels.treatments(finding, cell)
    assert treatment.patched == "x, y = digits()\nmodel.fit(x, y)"


WORD = InputTensor(name="word", shape=(1,), integral=True, rows=256)


@pytest.mark.parametrize(
    ("candidates", "judges"),
    [
        pytest.param(InputTensor(name="c", shape=(5,), integral=True), False, id="ids"),
        pytest.param(InputTensor(name="c", shape=(5, 16)), False, id="vectors"),
        pytest.param(InputTensor(name="c", shape=(4,), integral=True), True, id="not one each"),
        pytest.param(InputTensor(name="c", shape=(5,)), True, id="measured columns"),
    ],
)
def test_the_place_of_the_right_candidate_may_be_given(
    candidates: InputTensor, judges: bool
) -> None:
    inputs = Inputs(tensors=(WORD, candidates))
    if judges:
        assert findings(inputs, width=5)
    else:
        with pytest.raises(DoesNotApplyError, match="candidate"):
            findings(inputs, width=5)


def test_a_single_input_holds_no_candidates() -> None:
    inputs = Inputs(tensors=(InputTensor(name="x", shape=(5,), integral=True),))
    assert findings(inputs, width=5)
