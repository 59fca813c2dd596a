"""Two checksums agree only where training would go on from the same state."""

from __future__ import annotations

import random
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.look.checksum import digest

pytestmark = pytest.mark.keras

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


@pytest.fixture
def model() -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.build()
    return model


def test_one_bit_of_a_weight_is_noticed(model: Any) -> None:
    before = digest(model)
    assert digest(model) == before
    kernel = model.layers[0].kernel.numpy()
    bits = kernel.view(np.uint32)
    bits[0, 0] ^= 1
    model.layers[0].kernel.assign(kernel)
    assert digest(model) != before
    bits[0, 0] ^= 1
    model.layers[0].kernel.assign(kernel)
    assert digest(model) == before


DRAWS = {
    "Python": random.random,
    "NumPy": np.random.rand,
    "TensorFlow": lambda: float(tf.random.uniform(())),
}


@pytest.mark.parametrize("name", DRAWS)
def test_one_draw_is_noticed(model: Any, name: str) -> None:
    before = digest(model)
    DRAWS[name]()
    assert digest(model) != before


def test_a_draw_of_a_layer_is_noticed(model: Any) -> None:
    before = digest(model)
    model(X, training=True)
    assert digest(model) != before


@pytest.mark.parametrize("scaled", [False, True])
def test_a_slot_of_the_optimizer_is_noticed(model: Any, scaled: bool) -> None:
    adam = keras.optimizers.Adam()
    model.compile(keras.optimizers.LossScaleOptimizer(adam) if scaled else adam, "mse")
    adam.build(model.trainable_variables)
    before = digest(model)
    slot = next(one for one in adam.variables if "momentum" in one.path)
    slot.assign_add(np.ones(slot.shape, "float32"))
    assert digest(model) != before
