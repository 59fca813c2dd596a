from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.modes import Modes, read_modes
from nbdoctor.readings.trained import read_trained_model
from nbdoctor.readings.weights import read_weights
from tests.look.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(3, 2, size=(64, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


def after_training(*layers: Any) -> tuple[Any, Modes | None]:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    look = look_at(model, (X[:32], Y[:32]), (X[32:], Y[32:]))
    before = read_weights(model, look.paths)
    model.fit(X, Y, verbose=0)
    return model, read_modes(look, read_trained_model(look, before))


def test_both_losses_are_those_of_the_model_in_either_mode() -> None:
    model, found = after_training(
        keras.layers.BatchNormalization(momentum=0.9, name="norm"), keras.layers.Dropout(0.5)
    )
    assert found is not None
    assert (found.rows, found.normalising, found.momentum) == (64, ("norm",), 0.9)
    assert found.steps == 2
    inference = float(((np.asarray(model(X, training=False)) - Y) ** 2).mean())
    assert found.loss_inference == pytest.approx(inference, rel=1e-4)
    norm, _, head = model.layers
    training = float(((np.asarray(head(norm(X, training=True))) - Y) ** 2).mean())
    assert found.loss_training == pytest.approx(training, rel=1e-4)
    assert inference != pytest.approx(training, rel=0.1)


def test_the_averages_are_left_as_they_were() -> None:
    layer = keras.layers.BatchNormalization()
    after_training(layer)
    steps = 1 - 0.99**2
    means = np.stack([X[:32].mean(axis=0), X[32:].mean(axis=0)]).mean(axis=0)
    assert layer.moving_mean.numpy() == pytest.approx(steps * means, rel=0.1)


def test_models_without_such_layers_have_no_two_modes() -> None:
    assert after_training(keras.layers.Dropout(0.5))[1] is None
    assert after_training(keras.layers.BatchNormalization(trainable=False))[1] is None
    assert after_training(keras.layers.LayerNormalization())[1] is None
