import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.rules.objective.sigmoid_with_categorical_loss import sigmoid_with_categorical_loss
from nbdoctor.rules.rule import DoesNotApplyError

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
        pytest.param(output(row_sum_minimum=0.995), id="some rows sum to 1 by chance"),
    ],
)
def test_fires(head: Output) -> None:
    (finding,) = sigmoid_with_categorical_loss(Head(outputs=(head,)))
    assert f"ends in {head.width} sigmoid units" in finding.says
    assert "to 1.65 in 256 rows" in finding.says
    assert "cannot learn" not in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


def test_fires_before_any_prediction() -> None:
    head = output(row_sum_minimum=None, row_sum_maximum=None)
    (finding,) = sigmoid_with_categorical_loss(Head(outputs=(head,)))
    assert "`dense` ends in 3 sigmoid units. `sparse" in finding.says


def test_is_critical_where_nothing_divides_by_the_sum() -> None:
    (finding,) = sigmoid_with_categorical_loss(Head(outputs=(output(loss="kl_divergence"),)))
    assert finding.severity == "critical"
    assert "smallest where every output is 1" in finding.says


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(activation="softmax"), id="softmax"),
        pytest.param(output(width=1), id="one unit"),
    ],
)
def test_stays_silent(head: Output) -> None:
    assert list(sigmoid_with_categorical_loss(Head(outputs=(head,)))) == []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(output(loss="binary_crossentropy"), id="several labels in a row"),
        pytest.param(output(width=None), id="before the model is built"),
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
