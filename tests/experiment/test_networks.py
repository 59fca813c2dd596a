"""Copies with inner parts replaced, and plain networks."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from nbdoctor.experiment.anatomy import anatomy_of, hidden, prepared
from nbdoctor.experiment.layers import drops_or_pays, replace_inner, unusual_activations
from nbdoctor.experiment.new_head import NewHead
from nbdoctor.experiment.objective import HeadForm
from nbdoctor.experiment.plain import plain_network
from nbdoctor.experiment.present import Looked
from nbdoctor.experiment.rows import TrainedRows, kinds_of
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.task import task_of
from nbdoctor.trials.isolation import isolated

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with isolated():
        yield


def model_of(*inner: Any, shape: tuple[int, ...] = (6,)) -> Any:
    return keras.Sequential([keras.Input(shape), *inner])


def looked(model: Any, x: Any = X) -> Any:
    return anatomy_of(model, lambda: model(x, training=False))


def test_the_last_layer_is_seen_under_what_only_passes_on() -> None:
    model = model_of(layers.Dense(5, "relu"), layers.Dense(3), layers.Softmax())
    found = looked(model)
    assert found.head is model.layers[1]
    assert found.form == HeadForm(3, "softmax")
    assert [one.given for one in found.calls] == [(8, 5), (8, 3), (8, 3)]
    assert not any("call" in vars(layer) for layer in model.layers)


def test_a_layer_that_is_called_twice_is_no_last_one() -> None:
    taken, shared = keras.Input((6,)), layers.Dense(6)
    model = keras.Model(taken, shared(shared(taken)))
    assert looked(model).head is None


def test_hidden_layers_and_a_bottleneck_that_is_meant_so() -> None:
    model = model_of(layers.Dense(5, "tanh"), layers.Dense(2), layers.Dense(5, "relu"),
                     layers.Dense(6))  # fmt: skip
    found = looked(model)
    assert [layer.name for layer in hidden(found)] == [model.layers[0].name, model.layers[2].name]
    assert unusual_activations(found) == [model.layers[0]]
    linear = model_of(layers.Dense(5), layers.Dense(1))
    assert unusual_activations(looked(linear)) == [linear.layers[0]]


def test_narrow_networks_take_other_activations_and_larger_steps() -> None:
    narrow = looked(model_of(layers.Dense(4, "tanh"), layers.Dense(1)))
    assert (narrow.widest, narrow.hidden_activation) == (6, "elu")
    wide = looked(model_of(layers.Dense(4, "tanh"), layers.Dense(9), layers.Dense(1)))
    assert (wide.widest, wide.hidden_activation) == (9, "relu")
    seen = [
        Looked(model=None, anatomy=one, losses=(), kinds=())
        for one in (narrow, wide, looked(model_of(layers.Dense(1), shape=(1,)), X[:, :1]), None)
    ]
    assert [one.times for one in seen] == [10, 1, 30, 1]


def test_a_linear_layer_with_its_activation_behind_it() -> None:
    model = model_of(layers.Dense(5), layers.BatchNormalization(), layers.ReLU(), layers.Dense(1))
    assert hidden(looked(model)) == []


def test_scaling_layers_before_the_first_kernel() -> None:
    model = model_of(layers.Rescaling(0.1), layers.Dense(5), layers.Rescaling(2.0))
    found = prepared(looked(model))
    assert [one.layer for one in found] == [model.layers[0]]
    assert np.allclose(found[0].value, X * 0.1)


def test_dropout_noise_and_penalties_are_taken_out() -> None:
    model = model_of(
        layers.GaussianNoise(1.0),
        layers.Dense(5, kernel_regularizer="l2", activity_regularizer="l1"),
        layers.Dropout(0.9),
    )
    assert drops_or_pays(model)
    replace_inner(model, looked(model), frozenset({"regularisation"}))
    assert not drops_or_pays(model)
    assert np.array_equal(model(X, training=True), model(X, training=False))
    assert not model.losses


def test_augmentation_is_taken_out() -> None:
    pictures = np.random.default_rng(0).random((6, 8, 8, 1)).astype("float32")
    changing = [layers.RandomTranslation(0.5, 0.5), layers.RandomRotation(0.5)]
    model = keras.Sequential([keras.Input((8, 8, 1)), *changing, layers.Flatten(), layers.Dense(2)])
    assert not np.allclose(model(pictures, training=True), model(pictures, training=False))
    assert drops_or_pays(model)
    replace_inner(model, looked(model, pictures), frozenset({"regularisation"}))
    assert not drops_or_pays(model)
    assert np.allclose(model(pictures, training=True), model(pictures, training=False))


def test_activations_and_own_layers_are_replaced() -> None:
    class Wide(layers.Layer):  # type: ignore[misc]
        def call(self, t: Any) -> Any:
            return keras.ops.concatenate([t, t], axis=-1) * 0.0

    model = model_of(layers.Dense(5, "softmax"), Wide(), layers.Dense(1))
    found = replace_inner(model, looked(model), frozenset({"activations", "layers"}))
    assert model.layers[0].activation is keras.activations.relu
    assert [one.units for one in found.made] == [10]
    assert float(np.std(model(X))) > 0


def test_batch_normalisation_follows_the_mode_of_the_pass() -> None:
    model = model_of(layers.BatchNormalization(momentum=0.9999))
    model.layers[0].trainable = False
    found = replace_inner(model, looked(model), frozenset({"normalisation"}))
    found.mode.training = True
    assert np.allclose(np.mean(model(X * 9 + 5, training=False), axis=0), 0, atol=1e-4)
    assert model.layers[0].momentum == 0.9


def test_scaling_inside_of_the_model_is_passed_on() -> None:
    model = model_of(layers.Rescaling(0.01), layers.Dense(1, kernel_initializer="ones"))
    replace_inner(model, looked(model), frozenset({"inputs"}))
    assert np.allclose(np.ravel(model(X)), X.sum(axis=1), atol=1e-4)


@pytest.mark.parametrize(
    ("x", "y", "shape"),
    [
        pytest.param(X, np.arange(8) % 4, (8, 4), id="table"),
        pytest.param(np.zeros((8, 12, 12, 1)), np.arange(8) % 4, (8, 4), id="pictures"),
        pytest.param(np.zeros((8, 20, 2)), np.arange(8) % 4, (8, 4), id="series"),
        pytest.param(np.arange(80).reshape(8, 10) % 9, np.arange(8) % 4, (8, 4), id="ids"),
        pytest.param(X, X, (8, 6), id="rebuilding"),
        pytest.param(
            np.zeros((8, 6, 6, 1)), np.arange(288).reshape(8, 6, 6) % 4, (8, 6, 6, 4), id="places"
        ),
    ],
)
def test_a_plain_network_for_each_kind_of_rows(x: Any, y: Any, shape: tuple[int, ...]) -> None:
    wide = (None, *y.shape[1:], shape[-1]) if y is not x else (None, 6)
    asked = Asked(shape=wide, classes=y is not x)
    task, index = task_of(y, asked, inputs=[x]), np.arange(8)
    rows = TrainedRows(inputs=(x,), labels=(y,), tasks=(task,), train=index, judge=index)
    model = plain_network(rows, [x], kinds_of([x], embeds=x.dtype.kind == "i"), 2)
    (features,) = keras.tree.flatten(model(x))
    assert NewHead(HeadForm(shape[-1]), task)(features).shape == shape
    if task.kind == "rebuilding":
        assert 2 in {layer.units for layer in model.layers if isinstance(layer, layers.Dense)}


def test_pairs_are_compared() -> None:
    y = np.arange(8) % 2
    task, index = task_of(y, Asked(shape=(None, 1), classes=True)), np.arange(8)
    rows = TrainedRows(inputs=(X, X), labels=(y,), tasks=(task,), train=index, judge=index)
    model = plain_network(rows, [X, X], ("table", "table"), 2)
    assert 24 in {tensor.shape[-1] for layer in model.layers for tensor in [layer.output]}
