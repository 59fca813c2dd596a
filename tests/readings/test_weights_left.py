"""The weights that training leaves, beside those that it found."""

import keras
import numpy as np
import pytest

from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.weights import read_weights
from nbdoctor.readings.weights_left import read_weights_left

pytestmark = pytest.mark.keras


def test_each_weight_stands_where_it_stood_before_training() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = read_weights(model, layer_paths(model)).weights
    inputs = np.random.default_rng(0).normal(size=(32, 4))
    model.fit(inputs, inputs.sum(axis=1) + 3, epochs=5, verbose=0)
    left = read_weights_left(model, layer_paths(model)).weights
    assert [one.path for one in left] == [one.path for one in before]
    assert left[1].histogram is not None
    assert left[1].histogram.high == pytest.approx(float(model.layers[0].bias.numpy().max()))
    assert before[1].histogram is not None
    assert before[1].histogram.high == 0
