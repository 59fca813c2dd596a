"""The model after training, against Keras's own numbers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.trained import Trained, read_trained_model
from nbdoctor.readings.weights import read_weights
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(64, 4)).astype("float32")
Y = (X @ [[1.0], [2.0], [0.0], [-1.0]]).astype("float32")


def model_with(rate: float = 0.05, **layer: Any) -> Any:
    keras.utils.set_random_seed(1)
    hidden = keras.layers.Dense(8, "relu", **layer)
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    return model


def after_training(model: Any, *batches: Any, epochs: int = 3) -> Trained:
    look = look_at(model, *batches)
    before = read_weights(model, look.paths)
    model.fit(X, Y, epochs=epochs, verbose=0)
    return read_trained_model(look, before)


def test_the_loss_is_that_of_inference_without_penalties() -> None:
    model = model_with(kernel_regularizer=keras.regularizers.L2(0.1))
    found = after_training(model, (X[:32], Y[:32]), (X[32:], Y[32:]))
    predicted = model.predict(X, verbose=0)
    assert found.rows == 64
    assert found.loss == pytest.approx(float(((predicted - Y) ** 2).mean()), rel=1e-4)
    penalty = 0.1 * float((model.layers[0].kernel.numpy() ** 2).sum())
    assert found.penalty == pytest.approx(penalty, rel=1e-4)
    assert found.spread == pytest.approx(float(predicted.std()), rel=1e-4)
    ends = (float(predicted.min()), float(predicted.max()))
    assert (found.lowest, found.highest) == pytest.approx(ends, rel=1e-4)
    assert found.one_class is None
    assert (found.trainable, found.moved, found.non_finite) == (4, 4, ())
    assert not found.weighted


def test_row_weights_are_told_and_left_out_of_the_loss() -> None:
    model = model_with()
    found = after_training(model, (X, Y, np.full(64, 7.0, "float32")))
    assert found.weighted
    predicted = model.predict(X, verbose=0)
    assert found.loss == pytest.approx(float(((predicted - Y) ** 2).mean()), rel=1e-4)


def test_weights_that_did_not_move_are_not_counted() -> None:
    assert after_training(model_with(rate=0.0), (X, Y)).moved == 0
    model = model_with()
    look = look_at(model, (X, Y))
    before = read_weights(model, look.paths)
    model.layers[1].bias.assign([1.0])
    assert read_trained_model(look, before).moved == 1


def test_broken_weights_are_named() -> None:
    model = model_with()
    look = look_at(model, (X, Y))
    before = read_weights(model, look.paths)
    model.layers[0].kernel.assign(np.full((4, 8), np.nan))
    found = read_trained_model(look, before)
    assert found.non_finite == (model.layers[0].kernel.path,)
    assert found.broken_layer == model.layers[0].name


def test_batches_of_other_shapes_are_left_out() -> None:
    inputs = keras.Input((None, 4))
    outputs = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling1D()(inputs))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    short, long = np.zeros((8, 3, 4), "float32"), np.zeros((8, 5, 4), "float32")
    y = np.zeros((8, 1), "float32")
    look = look_at(model, (short, y), (long, y))
    found = read_trained_model(look, read_weights(model, look.paths))
    assert (found.rows, found.loss) == (8, 0.0)


def test_a_column_that_is_largest_in_every_row_is_told() -> None:
    keras.utils.set_random_seed(1)
    always = keras.layers.Dense(3, "softmax")
    model = keras.Sequential([keras.Input((4,)), always])
    model.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy")
    always.set_weights([np.zeros((4, 3)), np.array([0.0, 2.0, 1.0])])
    ids = np.zeros(64, int)
    look = look_at(model, (X, ids))
    before = read_weights(model, look.paths)
    assert read_trained_model(look, before).one_class == 1
    always.set_weights([np.ones((4, 3)) * [1, 2, 3], np.zeros(3)])
    assert read_trained_model(look, before).one_class is None
