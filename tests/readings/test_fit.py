"""The arguments of `fit` as resolved, against what Keras then does."""

from __future__ import annotations

import weakref
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import training_rows
from nbdoctor.readings.fit import Fit, data_kind, read_fit

pytestmark = pytest.mark.keras

X, Y = np.zeros((50, 3), "float32"), np.zeros((50, 1), "float32")


class Counting(keras.callbacks.Callback):
    def __init__(self) -> None:
        super().__init__()
        self.steps = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        del batch, logs
        self.steps += 1


def fitted(**arguments: Any) -> tuple[Fit, int]:
    """The reading, and the steps that Keras made."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    given = {"x": X, "y": Y, "epochs": 1, "shuffle": True, **arguments}
    call = FitCall(weakref.ref(model), given)
    read = read_fit(call, training_rows(call))
    counting = Counting()
    model.fit(**given, verbose=0, callbacks=[counting])
    return read, counting.steps


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"epochs": 3},
        {"batch_size": 7},
        {"batch_size": 10, "epochs": 5, "initial_epoch": 3},
        {"validation_split": 0.3, "batch_size": 5},
        {"validation_split": 0.1, "validation_data": (X, Y)},
        {"steps_per_epoch": 1, "epochs": 2},
        {"x": tf.constant(X), "y": tf.constant(Y)},
    ],
)
def test_the_planned_steps_are_those_that_keras_makes(arguments: dict[str, Any]) -> None:
    read, steps = fitted(**arguments)
    assert read.steps_planned == steps
    assert read.data_kind == "arrays"


def test_arguments_are_kept() -> None:
    read, _ = fitted(validation_split=0.2, shuffle=False, epochs=2)
    assert (read.rows, read.batch_size, read.epochs, read.shuffle) == (40, 32, 2, False)
    assert (read.validation_split, read.has_validation) == (0.2, True)
    assert not fitted()[0].has_validation


def test_an_unknown_length_is_not_guessed() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True, jit_compile=False)
    call = FitCall(weakref.ref(model), {"x": (row for row in X), "epochs": 4})
    read = read_fit(call, None)
    assert (read.steps_per_epoch, read.steps_planned, read.rows) == (None, None, None)
    assert (read.data_kind, read.eager, read.compiled_by_xla) == ("generator", True, False)
    assert read_fit(FitCall(weakref.ref(model), {}), None).data_kind == "other"


class Sequence(keras.utils.PyDataset):
    pass


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (X, "arrays"),
        ([X, X], "arrays"),
        ({"a": X}, "arrays"),
        (tf.data.Dataset.from_tensors(X), "tf.data"),
        ((row for row in X), "generator"),
        (Sequence(), "PyDataset"),
        ([1, 2], "other"),
        (None, "other"),
    ],
)
def test_kinds_of_data(data: Any, kind: str) -> None:
    assert data_kind(data) == kind
