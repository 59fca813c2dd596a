import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head, Output
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.sigmoid_with_categorical_loss import sigmoid_with_categorical_loss

SICK = Output(
    name="y",
    layer="dense",
    width=3,
    activation="sigmoid",
    loss="sparse_categorical_crossentropy",
    rows=256,
    row_sum_minimum=0.49,
    row_sum_maximum=1.65,
)


def output(**changes: object) -> Output:
    return Output(**{name: getattr(SICK, name) for name in SICK.__slots__} | changes)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(SICK, id="class numbers"),
        pytest.param(output(loss="categorical_crossentropy"), id="one-hot labels"),
        pytest.param(output(width=2, row_sum_minimum=1.0), id="two units"),
    ],
)
def test_fires(head: Output) -> None:
    (finding,) = sigmoid_with_categorical_loss(Head(outputs=(head,)))
    assert f"ends in {head.width} sigmoids" in finding.says
    assert "to 1.65 over 256 rows" in finding.says
    assert "cannot learn" not in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(activation="softmax"), id="softmax"),
        pytest.param(output(row_sum_minimum=0.995, row_sum_maximum=1.0), id="they sum to 1"),
        pytest.param(output(width=1), id="one unit"),
    ],
)
def test_stays_silent(head: Output) -> None:
    assert list(sigmoid_with_categorical_loss(Head(outputs=(head,)))) == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(loss="binary_crossentropy"), id="several labels in a row"),
        pytest.param(output(row_sum_minimum=None), id="before the first prediction"),
        pytest.param(output(from_logits=True), id="told to expect logits"),
    ],
)
def test_does_not_apply(head: Output) -> None:
    with pytest.raises(DoesNotApplyError):
        list(sigmoid_with_categorical_loss(Head(outputs=(head,))))


CELL = """\
model = keras.Sequential([keras.layers.Dense(3, activation="sigmoid")])
model.compile("adam", "sparse_categorical_crossentropy")
"""


def test_treatment() -> None:
    (finding,) = sigmoid_with_categorical_loss(Head(outputs=(SICK,)))
    (treated,) = sigmoid_with_categorical_loss.treatments(finding, Cell(CELL))
    assert treated.patched == CELL.replace("sigmoid", "softmax")


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(128, 10)), rng.integers(0, 3, 128)

    def rules_that_fire(activation: str) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation)])
        model.compile("adam", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    assert "sigmoid-with-categorical-loss" in rules_that_fire("sigmoid")
    assert "sigmoid-with-categorical-loss" not in rules_that_fire("softmax")
