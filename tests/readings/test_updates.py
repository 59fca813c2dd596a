"""Ratios of steps and learning rates, against steps really taken."""

from __future__ import annotations

import statistics
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.fit import Fit
from nbdoctor.readings.updates import Updates, updates_of_look
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 4)).astype("float32")
Y = rng.normal(size=(16, 1)).astype("float32")


def model_with(optimizer: Any, **layer: Any) -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, "relu"),
            keras.layers.Dropout(layer.get("dropout", 0.0)),
            keras.layers.Dense(5, "relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse")
    return model


def updates_of(model: Any, planned: int | None = 100) -> Updates:
    look = look_at(model, (X, Y))
    look.go_on(None)
    return updates_of_look(look, Fit(data_kind="arrays", steps_planned=planned))


@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.optimizers.Adam(0.01),
        lambda: keras.optimizers.SGD(0.1, momentum=0.9),
        lambda: keras.optimizers.RMSprop(0.003),
        lambda: keras.optimizers.AdamW(0.01, clipnorm=0.1),
    ],
)
def test_ratios_are_those_of_a_step_really_taken(make: Any) -> None:
    model = model_with(make())
    found = updates_of(model)
    kernels = [model.layers[i].kernel for i in (0, 2, 3)]
    before = [kernel.numpy() for kernel in kernels]
    model.train_on_batch(X, Y)
    ratios = [
        np.linalg.norm(kernel.numpy() - old) / np.linalg.norm(old)
        for kernel, old in zip(kernels, before, strict=True)
    ]
    assert [kernel.ratio for kernel in found.kernels] == pytest.approx(ratios, rel=1e-4)
    assert found.ratio == pytest.approx(statistics.median(ratios), rel=1e-4)
    assert found.travel == pytest.approx(100 * statistics.median(ratios), rel=1e-4)
    assert found.first_to_last == pytest.approx(ratios[0] / ratios[-1], rel=1e-4)
    assert [kernel.layer for kernel in found.kernels] == [model.layers[i].name for i in (0, 2, 3)]


def test_losses_are_a_chain_of_steps_on_one_batch() -> None:
    model = model_with("sgd")
    found = updates_of(model)
    real = []
    for _ in range(4):
        model.reset_metrics()
        real.append(float(model.train_on_batch(X, Y)))
    assert found.loss_before == pytest.approx(real[:3], rel=1e-5)
    assert found.loss_after == pytest.approx(real[1:], rel=1e-5)
    assert found.loss_changes_by_itself == 0.0


def test_dropout_changes_the_loss_by_itself() -> None:
    found = updates_of(model_with(keras.optimizers.SGD(5.0), dropout=0.5))
    assert found.loss_changes_by_itself > 0.001


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        pytest.param(
            lambda: keras.optimizers.schedules.PiecewiseConstantDecay([20, 70], [0.3, 0.2, 0.1]),
            (0.3, 0.2, 0.1),
            id="steps",
        ),
        pytest.param(
            lambda: keras.optimizers.schedules.ExponentialDecay(0.4, 50, 0.5),
            (0.4, 0.2, 0.1),
            id="decay",
        ),
    ],
)
@pytest.mark.parametrize("scaled", [False, True])
def test_a_schedule_is_followed_to_its_end(schedule: Any, rates: Any, scaled: bool) -> None:
    optimizer: Any = keras.optimizers.SGD(schedule())
    if scaled:  # as mixed precision wraps it
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    found = updates_of(model_with(optimizer))
    assert found.scheduled
    assert (found.rate_now, found.rate_middle, found.rate_end) == pytest.approx(rates)
    assert found.optimizer == "SGD"


def test_a_plain_rate_is_read() -> None:
    found = updates_of(model_with(keras.optimizers.SGD(0.25)), None)
    assert (found.rate_now, found.scheduled) == (0.25, False)
    assert (found.rate_end, found.travel) == (None, None)


class Writing(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of the user's, which keeps a log."""

    def __init__(self) -> None:
        self.log: list[Any] = []

    def __call__(self, step: Any) -> Any:
        self.log.append(step)
        return 0.25

    def get_config(self) -> dict[str, Any]:
        return {}


def test_a_schedule_of_the_user_is_not_called() -> None:
    schedule = Writing()
    model = model_with(keras.optimizers.SGD(schedule))
    look = look_at(model, (X, Y))
    schedule.log.clear()
    look.go_on(None)
    found = updates_of_look(look, Fit(data_kind="arrays", steps_planned=100))
    assert not schedule.log
    assert (found.scheduled, found.rate_now, found.rate_end) == (True, None, None)
    assert found.ratio is not None


def test_a_function_that_gives_the_rate_is_not_called() -> None:
    called: list[int] = []

    def rate() -> float:
        called.append(1)
        return 0.25

    model = model_with(keras.optimizers.SGD(rate))
    look = look_at(model, (X, Y))
    called.clear()
    found = updates_of_look(look, Fit(data_kind="arrays", steps_planned=100))
    assert not called
    assert (found.scheduled, found.rate_now) == (False, None)


def test_steps_made_before_are_counted() -> None:
    model = model_with("adam")
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    assert updates_of(model).iterations == 4


def test_weights_that_a_step_moves_are_counted() -> None:
    found = updates_of(model_with(keras.optimizers.SGD(0.1)))
    assert (found.moved, found.weights, found.accumulates) == (6, 6, 1)
    still = updates_of(model_with(keras.optimizers.SGD(0.0)))
    assert (still.moved, still.weights) == (0, 6)
    waits = updates_of(model_with(keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)))
    assert (waits.moved, waits.accumulates) == (0, 4)
