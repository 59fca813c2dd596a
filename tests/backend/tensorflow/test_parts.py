from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.tensorflow import parts
from nbdoctor.backend.tensorflow.step import Shadow

pytestmark = pytest.mark.keras

X = np.arange(6, dtype="float32").reshape(3, 2)
ROWS = tf.TensorSpec([None, 2], tf.float32)


KEPT: list[Any] = []


def traced(function: Callable[..., Any], *specs: Any) -> list[Any]:
    """The tensors that `function` returns, as they are met while it is traced."""
    met: list[Any] = []

    def noting(*given: Any) -> Any:
        made = function(*given)
        met[:] = made if isinstance(made, tuple) else [made]
        return met[0]

    KEPT.append(tf.function(noting, autograph=False).get_concrete_function(*specs))
    return met


def summed(function: Callable[..., Any]) -> list[float]:
    """The values of the terms of what `function` returns first, in order; the rest stays whole."""
    total, *whole = traced(function, ROWS)
    graph = total.graph
    with graph.as_default():
        terms = parts.summands(total, whole, lambda tensor: tensor.ref())
    _, values = Shadow(graph, lambda: [one.value() for one in terms])(tf.constant(X))
    return [float(value) for value in values]


def test_a_sum_is_the_sum_of_its_terms() -> None:
    def loss(x: Any) -> Any:
        return tf.reduce_mean(x) + 2.0 * tf.reduce_sum(x**2) - tf.reduce_max(x), x

    values = summed(loss)
    assert sorted(values) == sorted([X.mean(), 2 * (X**2).sum(), -X.max()])


def test_a_sum_of_one_kind_stays_a_term() -> None:
    def loss(x: Any) -> Any:
        return tf.reduce_mean(tf.square(x) - x + 1.0) + tf.reduce_max(tf.exp(x))

    (total,) = traced(loss, ROWS)
    with total.graph.as_default():
        terms = parts.summands(total, [], lambda one: None if one.op.type == "Const" else "kind")
    assert len(terms) == 1
    assert terms[0].tensor is total


def test_a_mean_over_rows_of_a_sum_is_taken_apart() -> None:
    def loss(x: Any) -> Any:
        first, second = tf.square(x[:, 0]), tf.abs(x[:, 1])
        return tf.reduce_mean(first + 3.0 * second) / 2.0, first, second

    assert summed(loss) == pytest.approx([(X[:, 0] ** 2).mean() / 2, 3 * X[:, 1].mean() / 2])


def test_a_number_that_is_added_to_every_row_counts_once() -> None:
    def loss(x: Any) -> Any:
        rows, alone = tf.square(x[:, 0]), tf.reduce_max(x)
        return tf.reduce_mean(rows + alone), rows, alone

    assert summed(loss) == pytest.approx([(X[:, 0] ** 2).mean(), X.max()])


def test_losses_that_were_stacked_and_zeros() -> None:
    def loss(x: Any) -> Any:
        first, second = tf.reduce_mean(x), tf.reduce_max(x)
        return tf.reduce_sum(tf.stack([first, second, tf.constant(0.0)])), first, second

    assert summed(loss) == pytest.approx([X.mean(), X.max()])


def test_a_piece_is_the_function_between_two_tensors() -> None:
    weight = tf.Variable(3.0)

    def loss(x: Any) -> Any:
        middle = tf.exp(x)
        return middle, tf.reduce_sum(weight * tf.square(middle), axis=1)

    middle, result = traced(loss, ROWS)
    value, (slope,) = parts.piece(result, [middle], slopes=True)(X)
    assert value.numpy() == pytest.approx(3 * (X**2).sum(axis=1))
    assert slope.numpy() == pytest.approx(6 * X)
    assert float(weight) == 3


def test_a_piece_with_a_function_inside() -> None:
    def loss(x: Any) -> Any:
        middle = tf.exp(x)
        branch = tf.cond(tf.reduce_sum(middle) > 0, lambda: middle + 1, lambda: middle)
        return middle, branch

    middle, result = traced(loss, ROWS)
    value, _ = parts.piece(result, [middle], slopes=False)(X)
    assert value.numpy() == pytest.approx(X + 1)


def test_a_piece_that_needs_other_data_is_refused() -> None:
    def loss(x: Any, other: Any) -> Any:
        middle = tf.exp(x)
        return middle, tf.reduce_sum(middle * other)

    middle, result = traced(loss, ROWS, ROWS)
    with pytest.raises(RefusedError, match="other data"):
        parts.piece(result, [middle], slopes=False)


def test_what_a_tensor_is_made_from() -> None:
    weight = tf.Variable(2.0)

    def loss(x: Any) -> Any:
        hidden = tf.exp(x)
        final = tf.square(hidden)
        return hidden, final, tf.reduce_sum(final), tf.reduce_sum(hidden), weight**2

    hidden, final, data, added, penalty = traced(loss, ROWS)

    def sources(tensor: Any, *among: Any) -> tuple[set[int], bool, bool]:
        found = parts.sources_of(tensor, among)
        return set(found.met), found.of_batch, found.of_variables

    assert sources(data, final, hidden) == ({0}, False, False)
    assert sources(added, final, hidden) == ({1}, False, False)
    assert sources(penalty, final, hidden) == (set(), False, True)
    assert sources(added) == (set(), True, False)


def test_norms_of_gradients_by_variables() -> None:
    first, second = tf.Variable([3.0, 4.0]), tf.Variable(1.0)

    def loss(x: Any) -> Any:
        return tf.reduce_sum(first * first), second * tf.reduce_sum(x)

    values = traced(loss, ROWS)
    graph = values[0].graph
    _, norms = Shadow(graph, lambda: parts.slopes(values, [first, second]))(tf.constant(X))
    assert np.array(norms) == pytest.approx(np.array([[10.0, 0.0], [0.0, 15.0]]))
