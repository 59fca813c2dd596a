"""What counts as code of the user's in a model, and what is Keras's own."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.patching import Patch
from nbdoctor.capture.user_code import runs_user_code

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

L = keras.layers


class Own(keras.layers.Layer):
    def call(self, inputs: Any) -> Any:
        return inputs


@keras.saving.register_keras_serializable(package="Mine")
class Registered(keras.layers.Dense):
    """Inherits all that it does."""


class Spoofed(keras.layers.Layer):
    """Says that it is Keras's."""

    __module__ = "keras.src.layers.core.dense"

    def call(self, inputs: Any) -> Any:
        return inputs


@keras.saving.register_keras_serializable(package="Mine")
class Cell(keras.layers.Layer):
    state_size = 2

    def call(self, inputs: Any, states: Any) -> Any:
        return inputs, states


class OfRate(keras.layers.Dropout):
    @property
    def rate(self) -> float:
        return 0.5

    @rate.setter
    def rate(self, value: float) -> None:
        """Kept as it is."""


class Initial(keras.Initializer):
    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        return keras.ops.zeros(shape, dtype)


class Penalty(keras.regularizers.Regularizer):
    def __call__(self, weights: Any) -> Any:
        return keras.ops.sum(weights)


class Bound(keras.constraints.Constraint):
    def __call__(self, weights: Any) -> Any:
        return weights


class OwnLoss(keras.losses.Loss):
    def call(self, y_true: Any, y_pred: Any) -> Any:
        return (y_true - y_pred) ** 2


class OwnMetric(keras.metrics.Mean):
    pass


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, _step: Any) -> Any:
        return 0.1

    def get_config(self) -> dict[str, Any]:
        return {}


class OwnOptimizer(keras.optimizers.SGD):
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        super().update_step(gradient, variable, learning_rate)


class OwnModel(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = L.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)


class OwnVariable(keras.Variable):
    pass


class OwnStep(keras.Sequential):
    def train_step(self, data: Any) -> Any:
        return super().train_step(data)


class Rate(float):
    def __mul__(self, other: Any) -> Any:
        return float(self) * other


class Rated:
    def __call__(self, *_: Any, **__: Any) -> float:
        return 0.1


def own(values: Any, *_: Any, **__: Any) -> Any:
    return values


@functools.wraps(keras.activations.relu)
def wrapped(values: Any) -> Any:
    return values


def error(y_true: Any, y_pred: Any, power: int = 2) -> Any:
    return keras.ops.abs(y_true - y_pred) ** power


def sequential(*layers: Any, **compiled: Any) -> Any:
    model = keras.Sequential([keras.Input((4,)), *layers, L.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


def made_in(source: str, name: str) -> Any:
    """A class of a module that is installed, but is none of Keras's."""
    module = types.ModuleType(name)
    exec(source, {"keras": keras, "__name__": name}, vars(module))  # noqa: S102
    return module


HUB = made_in("class Backbone(keras.layers.Layer):\n    pass\n", "keras_hub.src.models")


def with_attribute(name: str, value: Any) -> Any:
    model = sequential()
    setattr(model, name, value)
    return model


def layer_with(name: str, value: Any) -> Any:
    layer = L.Dense(2)
    layer.__dict__[name] = value
    return sequential(layer)


def with_own_variable() -> Any:
    layer = L.Dense(2)
    layer.build((None, 4))
    layer.__dict__["_kernel"] = OwnVariable(np.zeros((4, 2)))
    return sequential(layer)


def nested() -> Any:
    seen = keras.Input((4,))
    inner = keras.Model(seen, Own()(seen))
    return sequential(inner)


THE_USERS: dict[str, Callable[[], Any]] = {
    "layer": lambda: sequential(Own()),
    "registered layer": lambda: sequential(Registered(2)),
    "layer that says it is Keras's": lambda: sequential(Spoofed()),
    "layer of another package": lambda: sequential(HUB.Backbone()),
    "property": lambda: sequential(OfRate(0.1)),
    "Lambda": lambda: sequential(L.Lambda(lambda x: x)),
    "Lambda of a function of Keras": lambda: sequential(L.Lambda(keras.activations.relu)),
    "Lambda that prints": lambda: sequential(L.Lambda(tf.print)),
    "activation": lambda: sequential(L.Dense(2, own)),
    "activation under another name": lambda: sequential(L.Dense(2, wrapped)),
    "activation of a class": lambda: sequential(L.Dense(2, Rated())),
    "activation, traced": lambda: sequential(L.Dense(2, tf.function(own))),
    "activation, under a decorator of TensorFlow": lambda: sequential(
        L.Dense(2, tf.autograph.experimental.do_not_convert(own))
    ),
    "activation, with a gradient": lambda: sequential(L.Dense(2, tf.custom_gradient(wrapped))),
    "activation layer": lambda: sequential(L.Activation(own)),
    "partial activation": lambda: sequential(L.Dense(2, functools.partial(own, alpha=1))),
    "method": lambda: sequential(L.Dense(2, OwnLoss().call)),
    "builtin": lambda: sequential(L.Dense(2, [].append)),
    "assignment": lambda: sequential(L.Dense(2, tf.Variable(1.0).assign_add)),
    "initializer class": lambda: sequential(L.Dense(2, kernel_initializer=Initial())),
    "initializer function": lambda: sequential(L.Dense(2, bias_initializer=own)),
    "initializer of TensorFlow": lambda: sequential(
        L.Dense(2, kernel_initializer=tf.random_normal_initializer())
    ),
    "regularizer class": lambda: sequential(L.Dense(2, kernel_regularizer=Penalty())),
    "regularizer function": lambda: sequential(L.Dense(2, activity_regularizer=own)),
    "constraint class": lambda: sequential(L.Dense(2, kernel_constraint=Bound())),
    "constraint function": lambda: sequential(L.Dense(2, bias_constraint=lambda w: w)),
    "loss function": lambda: sequential(loss=error),
    "loss class": lambda: sequential(loss=OwnLoss()),
    "loss in a list": lambda: sequential(loss=[error]),
    "partial loss": lambda: sequential(loss=functools.partial(error, power=3)),
    "wrapped loss": lambda: sequential(loss=keras.src.losses.losses.LossFunctionWrapper(error)),
    "metric": lambda: sequential(metrics=[OwnMetric()]),
    "metric function": lambda: sequential(metrics=[error]),
    "wrapped metric": lambda: sequential(metrics=[keras.metrics.MeanMetricWrapper(error)]),
    "weighted metric": lambda: sequential(weighted_metrics=[error]),
    "schedule": lambda: sequential(optimizer=keras.optimizers.SGD(OwnSchedule())),
    "rate": lambda: sequential(optimizer=keras.optimizers.SGD(lambda: 0.1)),
    "rate under loss scaling": lambda: sequential(
        optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(OwnSchedule()))
    ),
    "rate that is an iterator": lambda: sequential(
        optimizer=keras.optimizers.SGD(iter([0.1, 0.2]).__next__)
    ),
    "optimizer": lambda: sequential(optimizer=OwnOptimizer(0.1)),
    "model": OwnModel,
    "model with a step": lambda: OwnStep([keras.Input((4,)), L.Dense(1)]),
    "nested": nested,
    "in TimeDistributed": lambda: keras.Sequential([L.TimeDistributed(Own())]),
    "in Bidirectional": lambda: keras.Sequential([L.Bidirectional(L.RNN(Cell()))]),
    "cell": lambda: keras.Sequential([L.RNN([L.GRUCell(2), Cell()])]),
    "a number of a class": lambda: layer_with("alpha", Rate(0.5)),
    "variable": with_own_variable,
    "call of one layer": lambda: layer_with("call", own),
    "build of one layer": lambda: layer_with("build", own),
    "loss of one model": lambda: with_attribute("compute_loss", own),
    "step of one model": lambda: with_attribute("train_step", types.MethodType(own, 3)),
    "vectorization": lambda: keras.Sequential([L.TextVectorization(standardize=own)]),
}


@pytest.mark.parametrize("name", THE_USERS)
def test_code_of_the_user_is_found(name: str) -> None:
    model = THE_USERS[name]()
    assert runs_user_code(model)


KERAS_S_OWN: dict[str, Callable[[], Any]] = {
    "layers": lambda: sequential(
        L.Dense(2, "relu", kernel_regularizer="l2", kernel_constraint="max_norm"),
        L.BatchNormalization(),
        L.Dropout(0.1),
        L.Activation(keras.activations.gelu),
        L.Dense(2, tf.nn.relu),
        L.Dense(2, tf.nn.gelu),
        L.Dense(2, functools.partial(keras.activations.relu, negative_slope=0.1)),
        loss=keras.losses.Huber(),
        metrics=["mae", keras.metrics.AUC(), keras.losses.log_cosh],
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 9, 0.9)),
    ),
    "loss scaling": lambda: sequential(
        optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.RMSprop())
    ),
    "sequence": lambda: keras.Sequential(
        [
            keras.Input((6, 4)),
            L.Bidirectional(L.LSTM(3, dropout=0.2)),
            L.RepeatVector(2),
            L.TimeDistributed(L.Dense(2)),
            L.RNN([L.GRUCell(2), L.LSTMCell(3)]),
        ]
    ),
    "pictures": lambda: keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.RandomFlip(),
            L.RandomRotation(0.1),
            L.SpectralNormalization(L.Conv2D(2, 3)),
            L.GroupNormalization(1),
            L.GlobalAveragePooling2D(),
        ]
    ),
    "text": lambda: keras.Sequential(
        [
            L.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3),
            L.Embedding(4, 2),
        ]
    ),
    "frame": lambda: keras.Sequential([L.Normalization(mean=0.0, variance=1.0), L.Dense(1)]),
}


@pytest.mark.parametrize("name", KERAS_S_OWN)
def test_keras_s_own_parts_are_no_code_of_the_user(name: str) -> None:
    model = KERAS_S_OWN[name]()
    assert not runs_user_code(model)


def test_a_model_that_was_trained_is_still_keras_s_own() -> None:
    model = KERAS_S_OWN["layers"]()
    model.fit(np.zeros((8, 4)), np.zeros((8, 1)), verbose=0, validation_split=0.5)
    model.predict(np.zeros((2, 4)), verbose=0)
    assert not runs_user_code(model)


def test_operations_between_layers_are_keras_s_own() -> None:
    seen = keras.Input((4,))
    added = keras.ops.relu(L.Dense(4)(seen) + seen * 2)
    attended = L.Attention()([added[:, None], seen[:, None]])
    assert not runs_user_code(keras.Model(seen, attended))


def test_a_large_model_is_gone_through_in_no_time() -> None:
    import time

    model = keras.Sequential([keras.Input((4,)), *(L.Dense(4, "relu") for _ in range(150))])
    model.compile("adam", "mse")
    began = time.perf_counter()
    assert not runs_user_code(model)
    assert time.perf_counter() - began < 2.0


def passing(call: Callable[..., Any]) -> Callable[..., Any]:
    def passed(*args: Any, **kwargs: Any) -> Any:
        return call(*args, **kwargs)

    return passed


@pytest.fixture
def dense_is_as_it_was() -> Iterator[None]:
    before = L.Dense.call
    yield
    L.Dense.call = before


@pytest.mark.usefixtures("dense_is_as_it_was")
@pytest.mark.parametrize(
    "replacement",
    [own, wrapped, tf.function(own), staticmethod(own), mock.Mock()],
    ids=["a function", "a wrapped one", "a traced one", "a static method", "a mock"],
)
def test_a_method_that_was_replaced_on_a_class_of_keras_is_the_users(replacement: Any) -> None:
    model = sequential()
    assert not runs_user_code(model)
    L.Dense.call = replacement
    assert runs_user_code(model)


@pytest.mark.usefixtures("dense_is_as_it_was")
def test_a_patch_of_ours_counts_as_what_it_stands_for() -> None:
    model = sequential()
    with Patch(L.Dense, "call", passing):
        assert not runs_user_code(model)
    L.Dense.call = own
    with Patch(L.Dense, "call", passing):
        assert runs_user_code(model)


def test_nothing_is_called() -> None:
    called: list[str] = []

    class Loud(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, _step: Any) -> Any:
            called.append("call")
            return 0.1

        def __getattr__(self, name: str) -> Any:
            called.append(name)
            raise AttributeError(name)

        def get_config(self) -> dict[str, Any]:
            called.append("config")
            return {}

    schedule = Loud()
    model = sequential(optimizer=keras.optimizers.SGD(schedule))
    called.clear()
    assert runs_user_code(model)
    assert runs_user_code(schedule)
    assert not called


@pytest.mark.parametrize(
    ("owner", "name"), [(tf.GradientTape, "gradient"), (tf.Variable, "assign")], ids=str
)
def test_a_method_of_tensorflow_that_every_step_calls_may_be_the_users(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    model = sequential()
    assert not runs_user_code(model)
    monkeypatch.setattr(owner, name, own)
    assert runs_user_code(model)
