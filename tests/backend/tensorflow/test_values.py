from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.tensorflow import device, state
from nbdoctor.backend.tensorflow import values as backend

pytestmark = pytest.mark.keras

X = np.arange(24, dtype="float32").reshape(12, 2)


@pytest.mark.parametrize(
    "tensor",
    [
        tf.constant(3.0),
        tf.constant([1.0, 2.0]),
        tf.constant(X),
        tf.constant(X.reshape(3, 2, 2, 2)),
        tf.cast(X, "float16"),
    ],
)
def test_small_tensors_are_kept_whole(tensor: Any) -> None:
    sampled = backend.sample(tensor)
    assert sampled.dtype == np.float32
    assert sampled.ravel().tolist() == np.asarray(tensor).ravel().astype(float).tolist()
    assert float(backend.norm(tensor)) == pytest.approx(np.linalg.norm(sampled))


def test_large_tensors_are_sampled_by_whole_rows() -> None:
    values = np.random.default_rng(0).normal(size=(5000, 40)).astype("float32")
    sampled = backend.sample(tf.constant(values))
    assert 12_000 < sampled.size < 25_000
    rows = {row.tobytes() for row in values}
    assert all(row.tobytes() in rows for row in sampled)
    found = float(backend.norm(tf.constant(values)))
    assert found == pytest.approx(np.linalg.norm(values), rel=1e-5)


def test_gradients_of_embeddings_are_read_by_their_rows() -> None:
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([7]))
    assert float(backend.norm(slices)) == 5.0
    assert backend.sample(slices).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_norms_show_broken_values(bad: float) -> None:
    assert not np.isfinite(backend.norm(tf.constant([1.0, bad])))


def test_kinds_are_told() -> None:
    assert backend.is_float(tf.constant(1.0))
    assert not backend.is_float(tf.constant(1))
    assert not backend.is_float(1.0)
    assert backend.is_dense(tf.constant(1.0))
    assert not backend.is_dense(tf.ragged.constant([[1.0], []]))
    assert not backend.is_dense(tf.sparse.from_dense([[1.0]]))
    assert device.device_name().startswith(("CPU", "GPU"))


def test_values_and_symbols_are_told_apart() -> None:
    told: list[bool] = []

    @tf.function
    def traced(value: Any) -> Any:
        told.append(backend.is_concrete([value, None, 3]))
        return value

    traced(tf.constant(1.0))
    assert told == [False]
    assert backend.is_concrete([tf.constant(1.0), None])


def test_the_random_state_tells_of_a_draw_and_a_seed() -> None:
    tf.random.set_seed(4)
    before = state.random_state()
    assert state.random_state() == before
    tf.random.uniform(())
    assert state.random_state() != before
    tf.random.set_seed(4)
    assert state.random_state() == before


def test_the_digest_is_of_all_bits_and_in_order() -> None:
    one, other = tf.Variable([0.0, 1.0]), tf.Variable([2])
    before = state.digest([one, other])
    assert state.digest([one, other]) == before
    assert state.digest([other, one]) != before
    one.assign([-0.0, 1.0])
    assert state.digest([one, other]) != before


def test_a_variable_is_read_as_it_is_now() -> None:
    variable = tf.Variable(3)
    assert int(backend.now(variable)) == 3
    variable.assign(4)
    assert int(backend.now(variable)) == 4


def test_rows_get_the_type_of_those_that_training_draws() -> None:
    like = tf.constant([[1.0]])
    assert backend.as_type(np.zeros((2, 1)), like).dtype == tf.float32
    assert backend.ones_like(like).numpy().tolist() == [[1.0]]
