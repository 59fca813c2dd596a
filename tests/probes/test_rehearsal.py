"""What the rehearsal notes, against gradients and steps taken by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.capture.transaction import digest
from nbdoctor.probes.layers import layer_paths
from nbdoctor.probes.rehearsal import FurtherSteps, UnbuiltPartsError, build, rehearse
from nbdoctor.probes.step_notes import Rehearsal
from nbdoctor.probes.train_step import TrainStep
from tests.probes.looking import look_at

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(16, 5)).astype("float32")
Y = rng.integers(0, 3, 16)


@pytest.fixture
def model() -> Any:
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(8, activation="tanh", kernel_regularizer="l2"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model


def gradients_by_hand(model: Any) -> dict[str, np.ndarray]:
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    with tf.GradientTape() as tape:
        chosen = tf.gather(twin(X, training=True), Y, batch_dims=1)
        loss = -tf.reduce_mean(tf.math.log(chosen)) + sum(twin.losses)
    taken = tape.gradient(loss, [weight.value for weight in twin.trainable_weights])
    paths = [weight.path for weight in model.trainable_weights]
    return {path: one.numpy() for path, one in zip(paths, taken, strict=True)}


def test_gradients_are_those_of_the_tape(model: Any) -> None:
    noted = rehearse(TrainStep(model), (X, Y), restore_host_random=True).gradients
    by_hand = gradients_by_hand(model)
    assert noted.keys() == by_hand.keys()
    for path, gradient in by_hand.items():
        sample = noted[path]
        assert sample is not None
        assert sample.norm == pytest.approx(np.linalg.norm(gradient), rel=1e-4)
        assert sample.values.ravel() == pytest.approx(gradient.ravel(), rel=1e-3, abs=1e-6)


def test_changes_are_those_of_a_real_step(model: Any) -> None:
    noted = rehearse(TrainStep(model), (X, Y), restore_host_random=True)
    before = [weight.numpy() for weight in model.trainable_weights]
    loss = model.train_on_batch(X, Y)
    assert noted.loss == float(loss)
    for weight, value in zip(model.trainable_weights, before, strict=True):
        change, norm = noted.changes[weight.path]
        assert change == pytest.approx(np.linalg.norm(weight.numpy() - value), rel=1e-5)
        assert norm == pytest.approx(np.linalg.norm(value), rel=1e-5)


def test_nothing_is_left_behind(model: Any) -> None:
    look_at(model, (X, Y))
    before = digest(model)
    rehearse(TrainStep(model), (X, Y), restore_host_random=True)
    assert digest(model) == before
    assert int(model.optimizer.iterations.numpy()) == 0


def test_further_steps_are_those_that_training_would_take(model: Any) -> None:
    losses: list[float | None] = []

    def further(rehearsal: Rehearsal, steps: FurtherSteps) -> None:
        losses.append(rehearsal.loss)
        losses.append(steps.loss())
        steps.step()
        losses.append(steps.loss())

    rehearse(TrainStep(model), (X, Y), restore_host_random=True, further_steps=further)
    real = [float(model.train_on_batch(X, Y, return_dict=True)["loss"])]
    for _ in range(2):
        model.reset_metrics()
        real.append(float(model.train_on_batch(X, Y, return_dict=True)["loss"]))
    assert losses == pytest.approx(real, rel=1e-6)


def test_a_weight_that_the_loss_does_not_reach_has_no_gradient() -> None:
    seen = keras.Input((2,))
    side = keras.layers.Dense(2, name="side")(seen)
    model = keras.Model(seen, [keras.layers.Dense(1, name="main")(seen), side])
    model.compile("sgd", ["mse", None])
    noted = rehearse(TrainStep(model), (X[:, :2], [X[:, :1], None]), restore_host_random=True)
    assert noted.gradients["side/kernel"] is None
    assert noted.gradients["main/kernel"] is not None


def test_gradients_under_loss_scaling_are_the_true_ones(model: Any) -> None:
    by_hand = gradients_by_hand(model)
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))
    model.compile(scaled, "sparse_categorical_crossentropy")
    noted = rehearse(TrainStep(model), (X, Y), restore_host_random=True).gradients
    path = model.layers[0].kernel.path
    sample = noted[path]
    assert sample is not None
    assert sample.norm == pytest.approx(np.linalg.norm(by_hand[path]), rel=1e-3)


def test_a_step_that_raises_tells_in_which_layer() -> None:
    class Broken(keras.layers.Layer):
        whole = True

        def call(self, inputs: Any) -> Any:
            if not self.whole:
                message = "broken"
                raise RuntimeError(message)
            return inputs

    layers = [keras.Input((5,)), keras.layers.Dense(3), Broken(name="broken")]
    model = keras.Sequential(layers, name="model")
    model.compile("sgd", "mse")
    model.layers[-1].whole = False
    noted = Rehearsal()
    with pytest.raises(RuntimeError, match="broken"):
        rehearse(TrainStep(model), (X, Y), restore_host_random=True, into=noted)
    assert noted.entered[0] == ("model", ((16, 5),))
    assert noted.entered[-1] == ("broken", ((16, 3),))


def test_a_model_is_built_as_fit_would_build_it() -> None:
    def made() -> Any:
        keras.backend.clear_session()
        keras.utils.set_random_seed(5)
        model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    first = made()
    build(first, (tf.constant(X), tf.constant(Y)))
    second = made()
    second(X)
    assert [w.path for w in first.weights] == [w.path for w in second.weights]
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        assert (one == other).all()


def test_what_an_own_step_builds_is_left_to_it_where_that_cannot_be_undone() -> None:
    class WithAHelper(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.helper, self.head = keras.layers.Dense(4), keras.layers.Dense(1)

        def call(self, inputs: Any) -> Any:
            return self.head(inputs)

        def train_step(self, data: Any) -> Any:
            return {"loss": tf.reduce_mean(self.helper(data[0]))}

    model = WithAHelper()
    model.compile("sgd", "mse")
    with pytest.raises(UnbuiltPartsError, match="its own `train_step`"):
        build(model, (tf.constant(X), tf.constant(Y)), undone=False)
    assert not model.built
    assert not model.head.built


def test_paths_name_nested_layers() -> None:
    inner = keras.Sequential([keras.layers.Dense(2, name="dense")], name="inner")
    model = keras.Sequential([keras.Input((3,)), inner, keras.layers.ReLU(name="relu")], name="m")
    paths = layer_paths(model)
    assert {paths[id(model)], paths[id(inner)], paths[id(inner.layers[0])]} == {
        "m",
        "inner",
        "inner/dense",
    }


def looping_model() -> Any:
    keras.utils.set_random_seed(4)
    layers = [
        keras.Input((6, 5)),
        keras.layers.LSTM(4, dropout=0.3, kernel_regularizer="l2"),
        keras.layers.Dense(3, "softmax"),
    ]
    model = keras.Sequential(layers, name="looping")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


SERIES = rng.normal(size=(16, 6, 5)).astype("float32")


def test_a_loop_over_time_is_traced_and_tells_the_same_as_op_by_op() -> None:
    model = looping_model()
    batch = (tf.constant(SERIES), tf.constant(Y))
    look_at(model, batch)
    before = digest(model)
    runs = [TrainStep(model), TrainStep(model, in_graph=False)]
    assert [run.in_graph for run in runs] == [True, False]
    traced, eager = (rehearse(run, batch, restore_host_random=True) for run in runs)
    assert digest(model) == before
    rehearse(runs[0], batch, restore_host_random=True)  # by the trace that exists already
    assert digest(model) == before
    assert traced.logs == pytest.approx(eager.logs, rel=1e-5)
    assert traced.penalty == pytest.approx(eager.penalty, rel=1e-5)
    assert traced.gradients.keys() == eager.gradients.keys()
    for path, gradient in traced.gradients.items():
        other = eager.gradients[path]
        assert gradient is not None
        assert other is not None
        assert gradient.norm == pytest.approx(other.norm, rel=1e-4)
        np.testing.assert_allclose(gradient.values, other.values, rtol=1e-3, atol=1e-6)
        assert traced.changes[path] == pytest.approx(eager.changes[path], rel=1e-3)
    assert traced.passed is not None
    assert eager.passed is not None
    np.testing.assert_allclose(traced.passed.final, eager.passed.final, rtol=1e-5)
    assert [type(layer).__name__ for layer, _ in traced.passed.layers.values()] == ["LSTM", "Dense"]
    assert traced.entered == []


def test_a_traced_step_goes_on_as_training_would() -> None:
    model = looping_model()
    batch = (tf.constant(SERIES), tf.constant(Y))
    look = look_at(model, batch)
    assert look.run.in_graph
    real = []
    for _ in range(len(look.steps.losses)):
        model.reset_metrics()
        real.append(float(model.train_on_batch(SERIES, Y, return_dict=True)["loss"]))
    assert look.steps.losses == pytest.approx(real, rel=1e-4)


def test_a_step_that_cannot_be_traced_is_rehearsed_op_by_op() -> None:
    class Numpy(keras.layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs * float(np.asarray(inputs).max() * 0 + 1)

        def compute_output_spec(self, inputs: Any) -> Any:
            return keras.KerasTensor(inputs.shape, inputs.dtype)

    layers = [keras.Input((6, 5)), keras.layers.GRU(4), Numpy(), keras.layers.Dense(3)]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss)
    look = look_at(model, (SERIES, Y))
    assert not look.run.in_graph
    assert look.first.loss is not None
    assert look.gradients[0]
