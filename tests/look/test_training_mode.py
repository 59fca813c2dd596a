"""Which layers train differently, which loop, and what is kept of their outputs."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.look import layer_calls
from nbdoctor.look.forward import inference_pass, training_pass
from nbdoctor.look.training_mode import differs_in_training, drops, loops

pytestmark = pytest.mark.keras

L = keras.layers


class Mine(keras.layers.Layer):
    """May do anything."""

    def call(self, inputs: Any, *, training: bool = False) -> Any:
        return inputs * 2 if training else inputs


@pytest.mark.parametrize(
    ("layer", "differs"),
    [
        (L.Dense(2), False),
        (L.Conv2D(2, 3), False),
        (L.LSTM(2), False),
        (L.LSTM(2, dropout=0.5).cell, True),
        (L.MultiHeadAttention(1, 2), False),
        (L.MultiHeadAttention(1, 2, dropout=0.1), True),
        (L.Dropout(0.0), False),
        (L.Dropout(0.2), True),
        (L.BatchNormalization(), True),
        (L.SpectralNormalization(L.Dense(2)), True),
        (L.Bidirectional(L.GRU(2)), False),
        (L.RandomFlip(), True),
        (keras.Sequential([L.Dense(2)]), False),
        (Mine(), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_that_may_differ_in_training_is_told(layer: Any, differs: bool) -> None:
    assert differs_in_training(layer) is differs


def test_layers_that_do_not_differ_give_the_same_in_both_modes() -> None:
    """The oracle: each built-in layer that is said not to differ is called in both modes."""
    rows = np.random.default_rng(0).normal(size=(4, 5, 6)).astype("float32")
    layers = [L.Dense(3), L.EinsumDense("abc,cd->abd", (5, 2)), L.LSTM(2), L.GRU(2), L.SimpleRNN(2)]
    layers += [L.Bidirectional(L.LSTM(2)), L.TimeDistributed(L.Dense(2)), L.LayerNormalization()]
    for layer in layers:
        assert not any(differs_in_training(one) for one in layer._flatten_layers())
        takes = {"training": True} if layer._call_has_training_arg else {}
        np.testing.assert_array_equal(layer(rows, **takes), layer(rows))


def test_only_loops_over_time_count() -> None:
    assert loops(keras.Sequential([L.Bidirectional(L.GRU(2))]))
    assert not loops(keras.Sequential([L.GRU(2, unroll=True), L.Dense(1)]))


def test_outputs_beyond_the_limit_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    model = keras.Sequential([keras.Input((4,)), L.Dense(8), L.Dense(2)])
    rows = keras.ops.ones((10, 4))
    assert len(training_pass(model, rows).passed.layers) == 2
    monkeypatch.setattr(layer_calls, "MOST_HELD", 90)
    passed = training_pass(model, rows).passed
    assert passed.layers == {}
    assert passed.final.shape == (10, 2)


@pytest.mark.parametrize("looping", [False, True])
def test_an_inference_pass_tells_the_loss_that_evaluate_tells(looping: bool) -> None:
    keras.utils.set_random_seed(1)
    layer = L.GRU(4, kernel_regularizer="l2") if looping else L.Dense(4, kernel_regularizer="l2")
    model = keras.Sequential(
        [keras.Input((5, 3)), layer, L.Flatten(), L.Dropout(0.5), L.Dense(2, "softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    x, y = keras.ops.array(rng.normal(size=(8, 5, 3))), keras.ops.array(rng.integers(0, 2, 8))
    found = inference_pass(model, x, (y, None))
    assert found.loss == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-6)
    assert found.penalty == pytest.approx(float(sum(model.losses)), rel=1e-6)
    np.testing.assert_allclose(found.passed.final, model.predict(x, verbose=0), rtol=1e-6)
    maker = found.passed.makers[id(found.passed.final)]
    assert maker.layer is model.layers[-1]
    assert maker.keeps_logits


@pytest.mark.parametrize(
    ("layer", "at_random"),
    [
        (keras.layers.Dropout(0.5), True),
        (keras.layers.Dropout(0.0), False),
        (keras.layers.SpatialDropout1D(0.2), True),
        (keras.layers.GaussianNoise(0.1), True),
        (keras.layers.GaussianNoise(0.0), False),
        (keras.layers.Dropout(0), False),
        (keras.layers.Dense(2), False),
    ],
)
def test_a_layer_drops_values_where_it_has_a_rate(layer: Any, at_random: bool) -> None:
    assert drops(layer) is at_random
