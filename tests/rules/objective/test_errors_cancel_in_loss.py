import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.loss_forms import cancelling
from nbdoctor.readings.loss_probe import LossProbe, Probed
from nbdoctor.rules.objective.errors_cancel_in_loss import errors_cancel_in_loss
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def of(share: float | None) -> LossProbe:
    return LossProbe(losses=(Probed(output="y", function="own", cancelling=share),))


def test_fires() -> None:
    (finding,) = errors_cancel_in_loss(of(0.02))
    assert "`own` rises only 0.02 times as much" in finding.says


@pytest.mark.parametrize("share", [1.0, 0.55, 4.0])
def test_stays_silent(share: float) -> None:
    assert not list(errors_cancel_in_loss(of(share)))


def test_does_not_apply_without_numbers() -> None:
    with pytest.raises(DoesNotApplyError):
        list(errors_cancel_in_loss(of(None)))


def test_treatment() -> None:
    (finding,) = errors_cancel_in_loss(of(0.0))
    (advice,) = errors_cancel_in_loss.treatments(finding, Cell(""))
    assert "before any" in advice.text


def test_what_losses_give() -> None:
    y = np.random.default_rng(0).normal(size=(33, 1))
    assert cancelling(lambda a, b: float(((a - b) ** 2).mean()), y, y) == pytest.approx(1)
    assert cancelling(lambda a, b: float((a - b).mean() ** 2), y, y) == pytest.approx(0)
    steep = cancelling(lambda a, b: float(np.maximum(0.9 * (b - a), 0.1 * (a - b)).mean()), y, y)
    assert steep == pytest.approx(0.5 / 0.9)
    assert cancelling(lambda a, b: float(1 - np.corrcoef(a[:, 0], b[:, 0])[0, 1]), y, y) is None


CELL = """
from keras import ops
y = x[:, :1] * 2 - x[:, 1:2]
def own(y_true, y_pred):
    error = y_true - y_pred
    return {loss}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", loss=own)
model.fit(x, y, epochs=2, batch_size=16, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    "loss",
    ["ops.square(ops.mean(error))", "ops.abs(ops.sum(error))",
     "ops.max(ops.abs(ops.cumsum(error, axis=0)))"],
)  # fmt: skip
def test_fires_on_a_real_loss(loss: str) -> None:
    found = rules_of(CELL.format(loss=loss), "--no-trials --no-experiment")
    assert "errors-cancel-in-loss" in found


@pytest.mark.keras
@pytest.mark.parametrize(
    "loss",
    ["ops.mean(ops.square(error))", "ops.mean(ops.abs(error), axis=-1)",
     "ops.mean(ops.maximum(0.9 * error, -0.1 * error))", "ops.mean(ops.log(ops.cosh(error)))",
     "ops.max(ops.abs(error))", "ops.sqrt(ops.sum(ops.square(error)))"],
)  # fmt: skip
def test_stays_silent_on_a_real_loss(loss: str) -> None:
    found = rules_of(CELL.format(loss=loss), "--no-trials --no-experiment")
    assert "errors-cancel-in-loss" not in found
