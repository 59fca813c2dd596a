import math
from collections.abc import Callable
from typing import Any

import pytest
import tensorflow as tf

from nbdoctor.backend.tensorflow.ranges import bounds

pytestmark = pytest.mark.keras

ANY = (-math.inf, math.inf)
WEIGHT = tf.Variable(tf.ones((2, 2)))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        pytest.param(lambda x: tf.matmul(x, WEIGHT), ANY, id="linear"),
        pytest.param(lambda x: tf.sigmoid(tf.matmul(x, WEIGHT)), (0, 1), id="sigmoid"),
        pytest.param(lambda x: 200.0 * tf.sigmoid(x), (0, 200), id="a scaled sigmoid"),
        pytest.param(lambda x: 1 - tf.sigmoid(x), (0, 1), id="1 - a sigmoid"),
        pytest.param(lambda x: tf.tanh(x) * 0.5 + 0.5, (0, 1), id="a tanh moved to 0 to 1"),
        pytest.param(lambda x: tf.clip_by_value(x, 0.1, 0.9), (0.1, 0.9), id="clipped"),
        pytest.param(
            lambda x: tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(x), axis=1), 1e-4)),
            (0.01, math.inf),
            id="a distance kept away from 0",
        ),
        pytest.param(
            lambda x: tf.reshape(tf.nn.softmax(x)[:, :1], [-1]), (0, 1), id="a part of a softmax"
        ),
        pytest.param(lambda x: tf.concat([tf.sigmoid(x), tf.tanh(x)], 1), (-1, 1), id="joined"),
        pytest.param(lambda x: tf.reduce_mean(tf.nn.relu(x), axis=1), (0, math.inf), id="a mean"),
        pytest.param(lambda x: tf.exp(x) / tf.reduce_sum(tf.exp(x)), None, id="shares by hand"),
        pytest.param(tf.math.erf, None, id="an operation that is not known"),
    ],
)
def test_bounds_follow_from_the_operations(
    function: Callable[[Any], Any], expected: tuple[float, float] | None
) -> None:
    spec = tf.TensorSpec([None, 2], tf.float32)
    graph = tf.function(function, autograph=False).get_concrete_function(spec).graph
    found = bounds(graph.structured_outputs)
    assert found == (None if expected is None else pytest.approx(expected))
