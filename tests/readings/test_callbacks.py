"""Callbacks as they are read, against Keras's own objects."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from nbdoctor.readings.callbacks import Callback, Callbacks, read_callbacks

pytestmark = pytest.mark.keras

kinds = keras.callbacks


class Mine(keras.callbacks.Callback):
    pass


class OwnStep(keras.Sequential):
    def train_step(self, data: Any) -> Any:
        return super().train_step(data)


def plain() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def read(*callbacks: Any) -> Callbacks:
    return read_callbacks(plain(), {"callbacks": list(callbacks)})


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        pytest.param(
            lambda: kinds.EarlyStopping("val_acc", mode="max", restore_best_weights=True),
            Callback(kind="EarlyStopping", monitor="val_acc", mode="max", keeps_best=True, waits=0),
            id="early stopping",
        ),
        pytest.param(
            lambda: kinds.EarlyStopping("loss", min_delta=0.1),
            Callback(
                kind="EarlyStopping",
                monitor="loss",
                mode="auto",
                keeps_best=False,
                waits=0,
                least=0.1,
            ),
            id="early stopping that asks for much",
        ),
        pytest.param(
            lambda: kinds.ReduceLROnPlateau(min_lr=0.01),
            Callback(
                kind="ReduceLROnPlateau",
                monitor="val_loss",
                mode="auto",
                floor=0.01,
                waits=10,
                least=0.0001,
            ),
            id="a rate that falls on plateaus",
        ),
        pytest.param(
            lambda: kinds.ModelCheckpoint("m.keras", save_best_only=True),
            Callback(kind="ModelCheckpoint", monitor="val_loss", mode="auto"),
            id="a checkpoint of the best",
        ),
        pytest.param(
            lambda: kinds.ModelCheckpoint("m.keras", monitor="none"),
            Callback(kind="ModelCheckpoint"),
            id="a checkpoint of every epoch waits for nothing",
        ),
        pytest.param(Mine, Callback(kind="Mine", own=True), id="the user's own"),
    ],
)
def test_attributes_are_read(callback: Any, expected: Callback) -> None:
    assert read(callback()).callbacks == (expected,)


def test_names_of_ones_own_come_from_callbacks_and_steps() -> None:
    assert not read(kinds.EarlyStopping()).own_names
    assert read(Mine()).own_names
    own = OwnStep([keras.Input((2,)), keras.layers.Dense(1)])
    assert read_callbacks(own, {}).own_names
    assert not read_callbacks(plain(), {}).own_names


def test_rates_may_be_set_by_these() -> None:
    assert read(kinds.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch))).may_set_rates
    assert read(Mine()).may_set_rates
    assert not read(kinds.EarlyStopping()).may_set_rates


def test_all_ways_to_give_callbacks_are_understood() -> None:
    stop = kinds.EarlyStopping()
    for given in (stop, [stop], (stop,)):
        assert len(read_callbacks(plain(), {"callbacks": given}).callbacks) == 1
    listed = kinds.CallbackList([stop], model=plain())
    assert read_callbacks(plain(), {"callbacks": listed}).callbacks[0].kind == "EarlyStopping"
    assert read_callbacks(plain(), {"callbacks": None}) == Callbacks()
