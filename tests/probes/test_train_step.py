"""The step that training will make, run by Keras's own trace of it."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend import tensorflow_traces
from nbdoctor.capture.transaction import digest
from nbdoctor.probes.look import Look
from nbdoctor.probes.rehearsal import rehearse
from nbdoctor.probes.train_step import TrainStep

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 8, 8, 2)).astype("float32")
SERIES = rng.normal(size=(16, 6, 5)).astype("float32")
Y = rng.integers(0, 3, 16)


def cnn() -> Any:
    layers = [
        keras.Input((8, 8, 2)),
        keras.layers.Conv2D(4, 3, kernel_regularizer="l2", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(activity_regularizer="l2"),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3, seed=5),
        keras.layers.Dense(3, "softmax"),
    ]
    return made(layers)


def lstm() -> Any:
    layers = [keras.Input((6, 5)), keras.layers.LSTM(4, dropout=0.3, seed=5)]
    return made([*layers, keras.layers.Dense(3, "softmax")])


def made(layers: list[Any], **options: Any) -> Any:
    keras.utils.set_random_seed(4)
    model = keras.Sequential(layers, name="model")
    loss = "sparse_categorical_crossentropy"
    model.compile(**{"optimizer": "adam", "loss": loss, "metrics": ["accuracy"], **options})
    return model


def iterator(x: Any, size: int = 16) -> Any:
    return iter(tf.data.Dataset.from_tensor_slices((x, Y)).batch(size))


def on_keras_trace(model: Any, x: Any) -> TrainStep:
    model.make_train_function()
    trace = tensorflow_traces.trace_of(model.train_function, iterator(x))
    assert trace is not None
    return TrainStep(model, trace=trace)


@pytest.mark.parametrize(("make", "x"), [(cnn, X), (lstm, SERIES)], ids=["CNN", "LSTM"])
def test_the_trace_of_keras_tells_the_same_as_op_by_op(make: Any, x: Any) -> None:
    model, batch = make(), (tf.constant(x), tf.constant(Y))
    run = on_keras_trace(model, x)
    run.prepare(batch, [], restore_host_random=True)
    before = digest(model)
    traced = rehearse(run, batch, restore_host_random=True)
    eager = rehearse(TrainStep(model, in_graph=False), batch, restore_host_random=True)
    again = rehearse(run, batch, restore_host_random=True)
    assert digest(model) == before
    assert int(model.optimizer.iterations.numpy()) == 0
    assert traced.logs == again.logs == pytest.approx(eager.logs, rel=1e-5)
    assert traced.penalty == pytest.approx(eager.penalty, rel=1e-5)
    assert traced.optimizers == eager.optimizers == [model.optimizer]
    assert traced.gradients.keys() == eager.gradients.keys()
    for path, gradient in traced.gradients.items():
        other = eager.gradients[path]
        assert gradient is not None
        assert other is not None
        assert gradient.norm == pytest.approx(other.norm, rel=1e-3)
        np.testing.assert_allclose(gradient.values, other.values, rtol=1e-3, atol=1e-5)
        assert traced.changes[path] == pytest.approx(eager.changes[path], rel=1e-2)
    assert traced.passed is not None
    assert eager.passed is not None
    assert traced.passed.entry_layer == eager.passed.entry_layer
    np.testing.assert_allclose(traced.passed.final, eager.passed.final, rtol=1e-4)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert [type(layer).__name__ for layer, _ in traced.passed.layers.values()] == kinds
    assert traced.entered == []


def test_training_goes_on_with_the_trace_and_as_without_it() -> None:
    model, twin = cnn(), cnn()
    steps = []
    step = model.train_step

    def counted(data: Any) -> Any:
        steps.append(data)
        return step(data)

    model.train_step = counted
    run = on_keras_trace(model, X)
    rehearsed = rehearse(run, (tf.constant(X), tf.constant(Y)), restore_host_random=True)
    losses = [float(model.train_function(iterator(X))["loss"]) for _ in range(3)]
    assert len(steps) == 1
    twin.make_train_function()
    assert losses == [float(twin.train_function(iterator(X))["loss"]) for _ in range(3)]
    assert rehearsed.loss == pytest.approx(losses[0], rel=1e-6)
    for one, other in zip(model.variables, twin.variables, strict=True):
        assert (one.numpy() == other.numpy()).all()


def test_a_batch_of_another_size_is_run_by_the_same_trace() -> None:
    model = cnn()
    run = on_keras_trace(model, X)
    short = (tf.constant(X[:5]), tf.constant(Y[:5]))
    rehearse(run, (tf.constant(X), tf.constant(Y)), restore_host_random=True)
    told = rehearse(run, short, restore_host_random=True)
    eager = rehearse(TrainStep(model, in_graph=False), short, restore_host_random=True)
    assert told.loss == pytest.approx(eager.loss, rel=1e-5)


def look_at(model: Any, batch: Any) -> Look:
    trace = on_keras_trace(model, batch[0].numpy()).trace
    deadline = time.perf_counter() + 60
    return Look(model, [batch], restore_host_random=True, deadline=deadline, trace=trace)


def test_gradients_inside_of_a_branch_are_noted_op_by_op() -> None:
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
    layers = [keras.Input((6, 5)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    batch = (tf.constant(SERIES), tf.constant(Y))
    scaled = look_at(made(layers, optimizer=optimizer), batch)
    plain = look_at(made(layers, optimizer="sgd"), batch)
    scaled.rehearse()
    plain.rehearse()
    assert not scaled.run.in_graph
    assert plain.run.in_graph
    for one, other in zip(scaled.gradients[0].values(), plain.gradients[0].values(), strict=True):
        assert one is not None
        assert other is not None
        assert one.norm == pytest.approx(other.norm, rel=1e-4)


def test_a_step_that_raises_tells_in_which_layer() -> None:
    model = made([keras.Input((6, 5)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
    model.layers[0].call = lambda inputs: inputs[:, :2]
    look = look_at(model, (tf.constant(SERIES), tf.constant(Y)))
    with pytest.raises(Exception, match=r"incompatible|dimensions"):
        look.rehearse()
    assert look.first.entered[-1][0].startswith("dense")
