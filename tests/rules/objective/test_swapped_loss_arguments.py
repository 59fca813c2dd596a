from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_probe import LossProbe, Probed
from nbdoctor.rules.objective.swapped_loss_arguments import swapped_loss_arguments
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SICK = Probed(output="y", function="my_loss", parameters=("y_pred", "y_true"), is_symmetric=False)


def findings(loss: Probed) -> list[Finding]:
    return list(swapped_loss_arguments(LossProbe(losses=(loss,))))


@pytest.mark.parametrize(
    "names", [("y_pred", "y_true"), ("pred", "target"), ("probs", "labels"), ("y_hat", "y")]
)
def test_fires(names: tuple[str, str]) -> None:
    (finding,) = findings(replace(SICK, parameters=names))
    assert f"`my_loss` takes `{names[0]}` first" in finding.says
    assert finding.severity == "critical"


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(replace(SICK, parameters=("y_true", "y_pred")), id="as Keras calls it"),
        pytest.param(replace(SICK, parameters=("y", "d")), id="names of one's own"),
        pytest.param(replace(SICK, parameters=("a", "b")), id="names that say nothing"),
        pytest.param(replace(SICK, is_symmetric=True), id="both are treated alike"),
        pytest.param(replace(SICK, is_symmetric=None), id="not tried"),
    ],
)
def test_stays_silent(loss: Probed) -> None:
    assert findings(loss) == []


def test_does_not_apply_to_a_class() -> None:
    with pytest.raises(DoesNotApplyError):
        findings(replace(SICK, parameters=()))


def test_treatment() -> None:
    (finding,) = findings(SICK)
    cell = Cell("def my_loss(y_pred, y_true):\n    return y_pred - 2 * y_true\n")
    (treated,) = swapped_loss_arguments.treatments(finding, cell)
    assert treated.patched == cell.source.replace("y_pred, y_true", "y_true, y_pred")


CELL = """
def my_loss(FIRST, SECOND):
    return keras.ops.mean(y_true * keras.ops.square(1 - y_pred))

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", my_loss)
model.fit(x, y[:, None].astype("float32"), verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_model() -> None:
    from tests.rules.ran import rules_of

    def found(first: str, second: str) -> bool:
        cell = CELL.replace("FIRST", first).replace("SECOND", second)
        return "swapped-loss-arguments" in rules_of(cell, "--no-trials")

    assert found("y_pred", "y_true")
    assert not found("y_true", "y_pred")
