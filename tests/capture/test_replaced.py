"""Methods of Keras that are others' code are known, and Keras's own are not taken for such."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest

from nbdoctor.capture.replaced import replaced_methods

pytestmark = pytest.mark.keras


def logged(original: Callable[..., Any]) -> Callable[..., Any]:
    def calling(*args: Any, **kwargs: Any) -> Any:
        return original(*args, **kwargs)

    return calling


def made() -> Any:
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 4)),
            layers.Conv1D(4, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Bidirectional(layers.LSTM(3)),
            layers.Dropout(0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(keras.optimizers.Adam(schedule), "binary_crossentropy", metrics=["accuracy"])
    return model


def test_keras_own_methods_are_its_own() -> None:
    model = made()
    assert replaced_methods() == replaced_methods(model) == []


def test_they_are_so_while_we_watch_them() -> None:
    from types import SimpleNamespace

    from nbdoctor.capture.fit import watch_fits
    from nbdoctor.capture.loops import watch_own_loops

    observer: Any = SimpleNamespace()
    with watch_fits(observer), watch_own_loops(observer, lambda: False, {}):
        assert replaced_methods(made()) == []


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("keras.Model", "fit"),
        ("keras.layers.Layer", "__call__"),
        ("keras.layers.Dense", "call"),
        ("keras.losses.Loss", "__call__"),
        ("keras.optimizers.Optimizer", "apply"),
        ("keras.metrics.Metric", "update_state"),
        ("tensorflow.GradientTape", "gradient"),
        ("tensorflow.Variable", "assign"),
    ],
)
@pytest.mark.parametrize(
    "make",
    [logged, lambda _: MagicMock(), lambda one: functools.partialmethod(logged(one))],
    ids=["a function", "a mock", "a partial method"],
)
def test_others_code_is_found(
    monkeypatch: pytest.MonkeyPatch, owner: str, name: str, make: Callable[[Any], Any]
) -> None:
    from operator import attrgetter

    import keras
    import tensorflow as tf

    model, root = made(), {"keras": keras, "tensorflow": tf}
    package, _, path = owner.partition(".")
    kind = attrgetter(path)(root[package])
    monkeypatch.setattr(kind, name, make(getattr(kind, name)))
    assert replaced_methods(model) == [f"{kind.__name__}.{name}"]
