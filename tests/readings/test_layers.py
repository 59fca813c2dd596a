from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.readings.layers import Layers, activation_of, read_layers

pytestmark = pytest.mark.keras


def dense_net(initializer: Any = "glorot_uniform") -> Any:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((20,)),
            keras.layers.Dense(32, "relu", kernel_initializer=initializer, name="first"),
            keras.layers.Dropout(0.1, name="drop"),
            keras.layers.Dense(1, name="last"),
        ]
    )
    model.compile("sgd", "mse")
    return model


def test_layers_are_walked_depth_first_with_their_paths() -> None:
    inner = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, "tanh", name="a"), keras.layers.ReLU(name="r")],
        name="inner",
    )
    seen = keras.Input((4,))
    model = keras.Model(seen, keras.layers.Dense(2, name="b")(inner(seen)), name="outer")
    inner.layers[0].trainable = False
    found = read_layers(model, {"b": 7})
    rows = [(one.name, one.kind, one.activation, one.units) for one in found.layers]
    assert rows == [
        ("inner", "Sequential", "", None),
        ("inner/a", "Dense", "tanh", 3),
        ("inner/r", "ReLU", "relu", None),
        ("b", "Dense", "linear", 2),
    ]
    assert [one.parameters for one in found.layers] == [0, 15, 0, 8]
    assert [one.trainable for one in found.layers] == [False, False, False, True]
    assert [one.trained for one in found.layers] == [0, 0, 0, 8]
    assert [one.shape for one in found.layers] == [(None, 3), (None, 3), (None, 3), (None, 2)]
    assert [one.is_output for one in found.layers] == [False, False, False, True]
    assert [one.line for one in found.layers] == [None, None, None, 7]
    assert (found.model, found.trainable, found.total) == ("outer", 8, 23)


def test_the_output_of_a_nested_model_is_the_layer_inside() -> None:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="head")], name="inner")
    model = keras.Sequential([keras.Input((4,)), inner])
    outputs = [one.name for one in read_layers(model).layers if one.is_output]
    assert outputs == ["inner/head"]


@pytest.mark.parametrize(
    ("layer", "activation"),
    [
        (keras.layers.ReLU(), "relu"),
        (keras.layers.LeakyReLU(), "leaky_relu"),
        (keras.layers.PReLU(), "prelu"),
        (keras.layers.Softmax(), "softmax"),
        (keras.layers.Activation("gelu"), "gelu"),
        (keras.layers.Dense(1), "linear"),
        (keras.layers.Dense(1, keras.layers.LeakyReLU()), "leakyrelu"),
        (keras.layers.Conv2D(1, 1, activation=lambda x: x), "<lambda>"),
        (keras.layers.Flatten(), ""),
    ],
)
def test_activations_are_named(layer: Any, activation: str) -> None:
    assert activation_of(layer) == activation


def embedded(*layers: Any) -> Layers:
    return read_layers(keras.Sequential([keras.Input((6,)), *layers]))


def test_what_stands_before_the_first_kernel_is_told() -> None:
    dense = keras.layers.Dense
    assert embedded(keras.layers.Rescaling(2.0), dense(1)).normalises_inputs
    assert embedded(keras.layers.BatchNormalization(), dense(1)).normalises_inputs
    assert not embedded(dense(1), keras.layers.BatchNormalization()).normalises_inputs
    assert embedded(keras.layers.Embedding(9, 2), keras.layers.LSTM(2)).embeds_inputs
    assert not embedded(dense(1)).embeds_inputs


def test_a_fresh_model_is_not_pretrained() -> None:
    for initializer in ("glorot_uniform", "he_normal", "lecun_uniform", "zeros", "ones"):
        assert not read_layers(dense_net(initializer)).pretrained


def test_a_fresh_convolution_is_not_pretrained() -> None:
    model = keras.Sequential(
        [keras.Input((8, 8, 8)), keras.layers.Conv2D(16, 3), keras.layers.Conv2DTranspose(16, 3)]
    )
    assert not read_layers(model).pretrained


def test_a_model_that_made_steps_is_pretrained() -> None:
    model = dense_net()
    x = np.ones((8, 20), "float32")
    model.fit(x, x[:, :1], verbose=0)
    assert read_layers(model).pretrained


def test_weights_that_came_from_elsewhere_are_noticed() -> None:
    model = dense_net()
    model.set_weights([3 * weight for weight in model.get_weights()])
    assert int(model.optimizer.iterations.numpy()) == 0
    assert read_layers(model).pretrained


def test_a_model_that_is_not_built_has_layers_without_weights() -> None:
    found = read_layers(keras.Sequential([keras.layers.Dense(3, "relu"), keras.layers.Dense(1)]))
    assert [(one.kind, one.parameters) for one in found.layers] == [("Dense", 0), ("Dense", 0)]
    assert found.total == 0


def test_a_model_without_a_graph_tells_no_shapes() -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model = Own()
    model(np.zeros((3, 4), "float32"))
    assert [(one.shape, one.trained) for one in read_layers(model).layers] == [(None, 10)]


def test_of_batch_normalization_half_is_trained() -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.BatchNormalization(name="norm")])
    (layer,) = read_layers(model).layers
    assert (layer.parameters, layer.trained, layer.trainable) == (16, 8, True)
