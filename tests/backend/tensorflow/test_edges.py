from collections.abc import Callable
from typing import Any

import pytest
import tensorflow as tf

from nbdoctor.backend.tensorflow.edges import closest, edges
from nbdoctor.backend.tensorflow.step import Shadow

pytestmark = pytest.mark.keras

X = tf.constant([0.0, 0.5, 1.0])


def counted(function: Callable[[Any], Any]) -> list[tuple[str, int, int]]:
    spec = tf.TensorSpec([None], tf.float32)
    graph = tf.function(function, autograph=False).get_concrete_function(spec).graph
    found = edges(graph.structured_outputs)
    _, hits = Shadow(graph, lambda: [closest(one) for one in found])(X)
    return [(one.kind, int(n), int(of)) for one, (n, of) in zip(found, hits, strict=True)]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        pytest.param(tf.sqrt, [("square root", 1, 3)], id="a root of 0"),
        pytest.param(lambda x: tf.sqrt(x + 1e-7), [("square root", 0, 3)], id="kept away"),
        pytest.param(tf.math.log, [("logarithm", 1, 3)], id="a logarithm of 0"),
        pytest.param(lambda x: 1 / (x - 1), [("division", 1, 3)], id="a division by 0"),
        pytest.param(tf.acos, [("inverse function", 1, 3)], id="an arc cosine of 1"),
        pytest.param(lambda x: x**0.5, [("power", 1, 3)], id="a power below 1"),
        pytest.param(lambda x: x**2.0, [], id="a square"),
        pytest.param(lambda x: x / 3, [], id="a division by a constant"),
    ],
)
def test_values_at_an_edge_are_counted(
    function: Callable[[Any], Any], expected: list[tuple[str, int, int]]
) -> None:
    assert counted(function) == expected


def test_edges_come_in_the_order_in_which_they_are_made() -> None:
    found = counted(lambda x: tf.math.log(tf.sqrt(x) + 1))
    assert [kind for kind, _, _ in found] == ["square root", "logarithm"]
