import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.objective.one_unit_crossentropy import one_unit_crossentropy
from nbdoctor.rules.rule import DoesNotApplyError

SICK = Output(
    name="y", layer="dense", width=1, activation="sigmoid", loss="categorical_crossentropy"
)


def output(**changes: object) -> Output:
    return Output(**{name: getattr(SICK, name) for name in SICK.__slots__} | changes)


@pytest.mark.parametrize("activation", ["sigmoid", "linear", "relu", ""])
def test_fires(activation: str) -> None:
    (finding,) = one_unit_crossentropy(Head(outputs=(output(activation=activation),)), None)
    assert "`dense` has one unit" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(width=2), id="two units"),
        pytest.param(output(activation="softmax"), id="softmax-on-one-unit says it"),
        pytest.param(output(label_smoothing=0.1), id="smoothed labels, whose loss is not 0"),
    ],
)
def test_stays_silent(head: Output) -> None:
    assert list(one_unit_crossentropy(Head(outputs=(head,)), None)) == []


@pytest.mark.parametrize("loss", ["binary_crossentropy", "mean_squared_error", "custom", ""])
def test_does_not_apply(loss: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(one_unit_crossentropy(Head(outputs=(output(loss=loss),)), None))


CELL = """\
model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "categorical_crossentropy")
"""


@pytest.mark.parametrize(
    ("highest", "after"),
    [
        pytest.param(1, CELL.replace("categorical_", "binary_"), id="two classes"),
        pytest.param(
            3,
            CELL.replace("categorical_", "sparse_categorical_")
            .replace("Dense(1", "Dense(4")
            .replace("sigmoid", "softmax"),
            id="four classes",
        ),
    ],
)
def test_treatment(highest: float, after: str) -> None:
    labels = Labels(targets=(Target(name="y", encoding="ids", maximum=highest),))
    (finding,) = one_unit_crossentropy(Head(outputs=(SICK,)), labels)
    (treated,) = one_unit_crossentropy.treatments(finding, Cell(CELL))
    assert treated.patched == after


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")  # Keras warns of it as well
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 10)), np.arange(64) % 2.0

    def rules_that_fire(loss: str) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, "sigmoid")])
        model.compile("adam", loss)
        report = nbdoctor.diagnose(model, x, y[:, None])
        ends = model.fit(x, y[:, None], verbose=0).history["loss"][-1]
        assert (ends == 0) == (loss == "categorical_crossentropy")
        return {finding.rule for finding in report.findings}

    assert "one-unit-crossentropy" in rules_that_fire("categorical_crossentropy")
    assert "one-unit-crossentropy" not in rules_that_fire("binary_crossentropy")
