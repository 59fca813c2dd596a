import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.objective.relu_classifier_head import relu_classifier_head
from nbdoctor.rules.rule import DoesNotApplyError

SICK = Output(
    name="y",
    layer="dense",
    width=3,
    activation="relu",
    loss="sparse_categorical_crossentropy",
    rows=256,
    minimum=0.0,
    maximum=1.7,
    row_sum_minimum=0.2,
    row_sum_maximum=2.0,
)
ONE = {"width": 1, "loss": "binary_crossentropy"}


def output(**changes: object) -> Output:
    return Output(**{name: getattr(SICK, name) for name in SICK.__slots__} | changes)


@pytest.mark.parametrize(
    ("head", "severity", "said"),
    [
        pytest.param(SICK, "critical", "0 to 1.7 in 256 rows", id="class numbers"),
        pytest.param(
            output(loss="categorical_crossentropy", row_sum_minimum=0.0),
            "critical",
            "in some rows all outputs are 0",
            id="a row of zeros",
        ),
        pytest.param(output(minimum=0.1), "critical", "ends in relu", id="no prediction is 0"),
        pytest.param(
            output(minimum=None), "critical", "ends in relu, and", id="before any prediction"
        ),
        pytest.param(
            output(**ONE), "warning", "output 0 gets no gradient, and the outputs", id="one unit"
        ),
    ],
)
def test_fires(head: Output, severity: str, said: str) -> None:
    (finding,) = relu_classifier_head(Head(outputs=(head,)))
    assert said in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(activation="softmax"), id="softmax"),
        pytest.param(output(activation="linear", minimum=-1.0), id="linear"),
        pytest.param(output(activation="softplus", minimum=0.01), id="softplus"),
    ],
)
def test_stays_silent(head: Output) -> None:
    assert list(relu_classifier_head(Head(outputs=(head,)))) == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(from_logits=True), id="declared as logits"),
        pytest.param(output(loss="mean_squared_error"), id="numbers to predict"),
    ],
)
def test_does_not_apply(head: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        list(relu_classifier_head(Head(outputs=(head,))))


CELL = """\
model = keras.Sequential([keras.layers.Dense(3, activation="relu")])
model.compile("adam", "sparse_categorical_crossentropy")
"""


def test_treatment() -> None:
    (finding,) = relu_classifier_head(Head(outputs=(SICK,)))
    (treated,) = relu_classifier_head.treatments(finding, Cell(CELL))
    assert treated.patched == CELL.replace("relu", "softmax")


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(128, 10)), rng.integers(0, 3, 128)

    def found(activation: str) -> dict[str, tuple[str, ...]]:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation)])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {one.rule: one.explains for one in nbdoctor.diagnose(model, x, y).findings}

    sick = found("relu")
    assert "relu-classifier-head" in sick
    if "logits-as-probabilities" in sick:
        assert "logits-as-probabilities" in sick["relu-classifier-head"]
    assert "relu-classifier-head" not in found("softmax")
