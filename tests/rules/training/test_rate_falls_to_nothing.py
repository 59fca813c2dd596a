from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.rate_left import RateLeft
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.rate_falls_to_nothing import rate_falls_to_nothing
from tests.rules.ran import rules_of

GONE = RateLeft(before=0.01, after=1e-12, callbacks=("Halve",), losses=(2.3, 2.2, 2.2, 2.2))


def test_fires() -> None:
    (finding,) = rate_falls_to_nothing(GONE)
    assert "It is 0.01 before the first step and 1e-12 after the last" in finding.says
    assert "`Halve` may change it" in finding.says


@pytest.mark.parametrize(
    "rate",
    [
        pytest.param(replace(GONE, after=0.001), id="a tenth is left"),
        pytest.param(replace(GONE, losses=(2.3, 2.0, 1.0, 0.5)), id="it learned until the end"),
        pytest.param(replace(GONE, before=0.0, after=0.0), id="it was nothing before"),
    ],
)
def test_stays_silent(rate: RateLeft) -> None:
    assert not list(rate_falls_to_nothing(rate))


def test_does_not_apply_to_one_epoch() -> None:
    with pytest.raises(DoesNotApplyError):
        list(rate_falls_to_nothing(replace(GONE, losses=(2.3,))))


def test_treatment() -> None:
    (finding,) = rate_falls_to_nothing(GONE)
    (advice,) = rate_falls_to_nothing.treatments(finding, Cell(""))
    assert "on_train_batch_end" in advice.text


CELL = """
x = np.random.default_rng(0).normal(size=(400, 6)).astype("float32")
y = (x[:, 0] * 2 - x[:, 1] > 0).astype("float32")

class Lower(keras.callbacks.Callback):
    def {method}(self, number, logs=None):
        rate = self.model.optimizer.learning_rate
        rate.assign(rate * {factor})

model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
model.fit(x, y, epochs=6, batch_size=16, callbacks=[{callback}], verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("method", "factor", "callback"),
    [
        ("on_train_batch_end", 0.5, "Lower()"),
        ("on_train_batch_begin", 0.8, "Lower()"),
        ("on_epoch_end", 1e-4, "Lower()"),
        (
            "on_epoch_end", 1.0,
            "keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 1e-4)",
        ),
    ],
)  # fmt: skip
def test_fires_on_a_real_fit(method: str, factor: float, callback: str) -> None:
    cell = CELL.format(method=method, factor=factor, callback=callback)
    assert "rate-falls-to-nothing" in rules_of(cell, "--no-trials --no-experiment")


@pytest.mark.keras
@pytest.mark.parametrize(
    ("method", "factor", "callback"),
    [
        ("on_epoch_end", 0.5, "Lower()"),
        ("on_train_batch_end", 0.99, "Lower()"),
        ("on_epoch_end", 1.0, 'keras.callbacks.ReduceLROnPlateau("loss", patience=1)'),
    ],
)
def test_stays_silent_on_a_real_fit(method: str, factor: float, callback: str) -> None:
    cell = CELL.format(method=method, factor=factor, callback=callback)
    assert "rate-falls-to-nothing" not in rules_of(cell, "--no-trials --no-experiment")
