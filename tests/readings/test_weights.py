from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.weights import Weights, read_weights

pytestmark = pytest.mark.keras


def read(model: Any) -> Weights:
    return read_weights(model, layer_paths(model))


def test_weights_are_described_by_their_values() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
    model.layers[1].trainable = False
    for one, weight in zip(read(model).weights, model.weights, strict=True):
        value = weight.numpy()
        assert (one.path, one.shape) == (weight.path, value.shape)
        assert one.mean == pytest.approx(value.mean(), abs=1e-6)
        assert one.std == pytest.approx(value.std(), abs=1e-6)
        assert one.norm == pytest.approx(np.linalg.norm(value), abs=1e-6)
        assert one.non_finite == 0
    assert [one.trainable for one in read(model).weights] == [True, True, False, False]


def test_large_weights_are_sampled_and_their_norm_is_of_the_whole() -> None:
    model = keras.Sequential([keras.Input((900,)), keras.layers.Dense(300)])
    kernel = model.layers[0].kernel.numpy()
    found = read(model).weights[0]
    assert found.norm == pytest.approx(np.linalg.norm(kernel), rel=0.03)
    assert found.std == pytest.approx(kernel.std(), rel=0.03)


def test_broken_values_are_counted() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.set_weights([np.array([[np.nan, 3.0], [np.inf, 4.0]]), np.full(2, np.nan)])
    kernel, bias = read(model).weights
    assert (kernel.non_finite, bias.non_finite) == (2, 2)
    assert kernel.mean == 3.5


def test_the_owner_is_the_innermost_layer_even_where_it_is_the_only_one() -> None:
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")], name="inner")
    alone = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")], name="alone")
    nested = keras.Sequential([keras.Input((3,)), inner], name="outer")
    assert {one.layer for one in read(alone).weights} == {"d"}
    assert {one.layer for one in read(nested).weights} == {"inner/d"}


def test_a_recurrent_layer_is_named_and_not_its_cell() -> None:
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3, name="lstm")])
    assert {one.layer for one in read(model).weights} == {"lstm"}


@pytest.mark.parametrize(("initializer", "equal"), [("ones", True), ("he_normal", False)])
def test_kernels_of_equal_units_are_noticed(initializer: str, equal: bool) -> None:
    layer = keras.layers.Dense(3, kernel_initializer=initializer)
    model = keras.Sequential([keras.Input((4,)), layer, keras.layers.Dense(1)])
    assert [one.equal_units for one in read(model).weights] == [equal, False, False, False]


def test_the_size_that_is_drawn_stands_beside_the_kernel() -> None:
    layer = keras.layers.Dense(3, kernel_initializer=keras.initializers.RandomNormal(0, 2.0))
    model = keras.Sequential([keras.Input((4,)), layer, keras.layers.LayerNormalization()])
    assert [one.drawn for one in read(model).weights] == [2.0, None, None, None]
