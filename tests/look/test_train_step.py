"""The step that training will make, on copies, against gradients and steps taken by hand."""

from __future__ import annotations

import math
import weakref
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.engine import RefusedError
from nbdoctor.look.checksum import digest
from nbdoctor.look.look import EARLIER_TRACE, OP_BY_OP, Look
from nbdoctor.look.passes import training_passes
from nbdoctor.look.step_notes import Rehearsal
from nbdoctor.look.step_trace import tracing
from nbdoctor.look.train_step import CopiedStep, penalty_of_weights
from tests.look.looking import in_tensors, iterator_like, look_at, traced_step

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 5)).astype("float32")
SERIES = rng.normal(size=(16, 6, 5)).astype("float32")
PICTURES = rng.normal(size=(16, 8, 8, 2)).astype("float32")
Y = rng.integers(0, 3, 16)
LOSS = "sparse_categorical_crossentropy"


def compiled(*layers: Any, shape: tuple[int, ...] = (5,), **options: Any) -> Any:
    model = keras.Sequential([keras.Input(shape), *layers], name="model")
    model.compile(**{"optimizer": keras.optimizers.Adam(0.02), "loss": LOSS, **options})
    return model


def dense(**options: Any) -> Any:
    keras.utils.set_random_seed(3)
    return compiled(
        keras.layers.Dense(8, activation="tanh", kernel_regularizer="l2"),
        keras.layers.BatchNormalization(),
        keras.layers.Dense(3, activation="softmax"),
        **options,
    )


def convolution(**options: Any) -> Any:
    keras.utils.set_random_seed(3)
    return compiled(
        keras.layers.Conv2D(4, 3, kernel_regularizer="l2", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(activity_regularizer="l2"),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax"),
        shape=(8, 8, 2),
        **options,
    )


def loop(**options: Any) -> Any:
    keras.utils.set_random_seed(3)
    return compiled(
        keras.layers.LSTM(4, kernel_regularizer="l2"),
        keras.layers.Dense(3, "softmax"),
        shape=(6, 5),
        **options,
    )


MODELS = {"dense": (dense, X), "convolution": (convolution, PICTURES), "loop": (loop, SERIES)}


def step_of(model: Any, x: Any, y: Any = Y) -> tuple[CopiedStep, Any]:
    batch = in_tensors((x, y))
    trace = traced_step(model, batch)
    assert trace is not None
    return CopiedStep(trace, batch), batch


def first_step(model: Any, x: Any, y: Any = Y) -> Rehearsal:
    run, batch = step_of(model, x, y)
    return run(batch)


def by_hand(model: Any, x: Any) -> tuple[dict[str, np.ndarray], Any]:
    """Gradients by path and predictions of a twin, op by op."""
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    with tf.GradientTape() as tape:
        predicted = twin(x, training=True)
        chosen = tf.gather(predicted, Y, batch_dims=1)
        loss = -tf.reduce_mean(tf.math.log(chosen)) + sum(twin.losses)
    taken = tape.gradient(loss, [weight.value for weight in twin.trainable_weights])
    paths = [weight.path for weight in model.trainable_weights]
    return {path: one.numpy() for path, one in zip(paths, taken, strict=True)}, predicted


@pytest.mark.parametrize("name", MODELS)
def test_gradients_predictions_and_penalty_are_those_of_the_tape(name: str) -> None:
    make, x = MODELS[name]
    model = make()
    noted = first_step(model, x)
    gradients, predicted = by_hand(model, x)
    assert noted.gradients.keys() == gradients.keys()
    for path, gradient in gradients.items():
        sample = noted.gradients[path]
        assert sample is not None
        assert sample.norm == pytest.approx(np.linalg.norm(gradient), rel=1e-3, abs=1e-6)
        assert sample.values.ravel() == pytest.approx(gradient.ravel(), rel=1e-3, abs=1e-5)
    assert noted.passed is not None
    np.testing.assert_allclose(noted.passed.final, predicted, rtol=1e-4)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert [type(layer()).__name__ for layer, _ in noted.passed.layers.values()] == kinds
    assert noted.optimizers == [model.optimizer]
    assert noted.entered == []


@pytest.mark.parametrize("name", MODELS)
def test_a_step_on_copies_does_what_the_real_one_does_and_leaves_nothing(name: str) -> None:
    make, x = MODELS[name]
    model = make(metrics=["accuracy"])
    run, batch = step_of(model, x)
    before, weights = digest(model), [weight.numpy() for weight in model.trainable_weights]
    noted = run(batch)
    changes = list(run.changes().values())
    assert digest(model) == before
    assert int(model.optimizer.iterations.numpy()) == 0
    logs = model.train_function(iterator_like(batch))
    assert noted.logs == pytest.approx({key: float(one) for key, one in logs.items()}, rel=1e-6)
    assert noted.loss == pytest.approx(float(logs["loss"]), rel=1e-6)
    assert noted.target == pytest.approx(noted.loss, rel=1e-6)
    for weight, was, (change, norm) in zip(model.trainable_weights, weights, changes, strict=True):
        assert change == pytest.approx(np.linalg.norm(weight.numpy() - was), rel=1e-3, abs=1e-6)
        assert norm == pytest.approx(np.linalg.norm(was), rel=1e-5)


def test_further_steps_are_those_that_training_would_take() -> None:
    model = dense()
    run, batch = step_of(model, X)
    targets = [run(batch).target for _ in range(3)]
    real = []
    for _ in range(3):
        model.reset_metrics()
        real.append(float(model.train_function(iterator_like(batch))["loss"]))
    assert targets == pytest.approx(real, rel=1e-5)


def test_a_restart_and_other_seeds() -> None:
    model = compiled(keras.layers.Dropout(0.5), keras.layers.Dense(3, "softmax"))
    run, batch = step_of(model, X)
    first = [run(batch).target for _ in range(2)]
    run.restart()
    assert [run(batch).target for _ in range(2)] == first
    run.restart()
    run.reseed()
    assert run(batch).target != first[0]


def test_a_batch_of_another_size_is_run_by_the_same_trace() -> None:
    model = dense()
    run, _ = step_of(model, X)
    short = in_tensors((X[:5], Y[:5]))
    told = run(short)
    expected = float(model.train_function(iterator_like(short))["loss"])
    assert told.loss == pytest.approx(expected, rel=1e-5)


def test_training_goes_on_with_the_trace_and_as_without_it() -> None:
    model, twin = convolution(), convolution()
    steps: list[Any] = []
    step = model.train_step

    def counted(data: Any) -> Any:
        steps.append(data)
        return step(data)

    model.train_step = counted
    run, batch = step_of(model, PICTURES)
    made = len(steps)
    for _ in range(3):
        run(batch)
    losses = [float(model.train_function(iterator_like(batch))["loss"]) for _ in range(3)]
    assert len(steps) == made
    twin.make_train_function()
    assert losses == [float(twin.train_function(iterator_like(batch))["loss"]) for _ in range(3)]
    for one, other in zip(model.variables, twin.variables, strict=True):
        assert (one.numpy() == other.numpy()).all()


def test_a_weight_that_the_loss_does_not_reach_has_no_gradient() -> None:
    seen = keras.Input((5,))
    side = keras.layers.Dense(2, name="side")(seen)
    model = keras.Model(seen, [keras.layers.Dense(1, name="main")(seen), side])
    model.compile("sgd", ["mse", None])
    noted = first_step(model, X, [X[:, :1], X[:, :2]])
    assert noted.gradients["side/kernel"] is None
    assert noted.gradients["main/kernel"] is not None


def test_gradients_under_loss_scaling_are_the_true_ones() -> None:
    """It updates in a branch of its own, with gradients that are known outside."""
    model = dense(optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)))
    run, batch = step_of(model, X)
    noted = run(batch)
    plain = first_step(dense(optimizer="sgd"), X)
    assert noted.loss == pytest.approx(plain.loss, rel=1e-6)
    assert run.gradients_known
    for sample, other in zip(noted.gradients.values(), plain.gradients.values(), strict=True):
        assert sample is not None
        assert other is not None
        assert sample.norm == pytest.approx(other.norm, rel=1e-3, abs=1e-6)


def test_a_step_under_xla_is_run_as_well() -> None:
    model = dense(jit_compile=True)
    run, batch = step_of(model, X)
    noted = run(batch)
    assert noted.loss == pytest.approx(first_step(dense(), X).loss, rel=1e-4)
    assert all(noted.gradients.values())


def test_regularizers_of_the_user_are_not_run() -> None:
    model = dense()
    expected = 0.01 * float((model.layers[0].kernel.numpy() ** 2).sum())
    assert penalty_of_weights(model) == pytest.approx(expected, rel=1e-5)
    called: list[int] = []

    class Own(keras.regularizers.Regularizer):
        def __call__(self, weights: Any) -> Any:
            called.append(1)
            return keras.ops.sum(weights)

    model = compiled(keras.layers.Dense(3, "softmax", kernel_regularizer=Own()))
    called.clear()
    assert math.isnan(penalty_of_weights(model))
    assert not called


class Talking(keras.layers.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def call(self, inputs: Any) -> Any:
        self.said.append("called")
        return inputs


def test_code_of_the_user_runs_as_often_as_without_a_look() -> None:
    said = []
    for watched in (False, True):
        model = compiled(Talking(), keras.layers.Dense(3, "softmax"))
        model.layers[0].said.clear()
        batch = in_tensors((X, Y))
        if watched:
            look = look_at(model, (X, Y))
            look.go_on(None)
            training_passes(look)
            assert look.first.loss is not None
        else:
            model.make_train_function()
        model.train_function(iterator_like(batch))
        said.append(len(model.layers[0].said))
    assert said[0] == said[1]


def hurried(model: Any) -> Look:
    return Look(
        of=weakref.ref(model), batches=[in_tensors((X, Y))], is_pure=False, deadline=math.inf
    )


@pytest.mark.parametrize(
    ("options", "why"), [({"run_eagerly": True}, OP_BY_OP), ({}, EARLIER_TRACE)], ids=str
)
def test_without_a_trace_code_of_the_user_is_not_run(options: Any, why: str) -> None:
    model = compiled(Talking(), keras.layers.Dense(3, "softmax"), **options)
    model.make_train_function()
    model.layers[0].said.clear()
    with pytest.raises(RefusedError, match=why.partition(",")[0]):
        hurried(model).rehearse()
    assert not model.layers[0].said


def test_a_step_that_raises_tells_in_which_layer() -> None:
    class Broken(keras.layers.Layer):
        whole = True

        def call(self, inputs: Any) -> Any:
            if not self.whole:
                message = "broken"
                raise RuntimeError(message)
            return inputs

    model = compiled(keras.layers.Dense(3), Broken(name="broken"))
    model.layers[-1].whole = False
    batch = in_tensors((X, Y))
    model.make_train_function()
    with pytest.raises(RuntimeError, match="broken"), tracing(model) as noted:
        model.train_function(iterator_like(batch))
    assert noted.entered[0][0] == "model"
    assert noted.entered[-1][0] == "broken"


class AddsForEachRow(keras.layers.Layer):  # type: ignore[misc]
    def call(self, x: Any) -> Any:
        self.add_loss(keras.ops.sum(x**2, axis=-1))
        return x


def test_a_loss_that_a_layer_adds_for_each_row_counts_as_their_sum() -> None:
    noted = first_step(compiled(AddsForEachRow(), keras.layers.Dense(3, "softmax")), X)
    assert noted.penalty == pytest.approx(float((X**2).sum()), rel=1e-4)
    assert noted.gradients
