"""Operations of a loop's step are listened to, and nothing of TensorFlow's stays replaced."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.keras


def hears(*_: Any, **__: Any) -> None:
    """Another listener."""


def computed() -> Any:
    import tensorflow as tf

    return tf.matmul(tf.ones((2, 3)), [[1.0], [2.0], [3.0]]) + 1.0


def test_it_notes_what_is_run_until_it_stops() -> None:
    from nbdoctor.backend.tensorflow.expressions import key, record

    recording = record()
    made = computed()
    recording.stop()
    recording.stop()
    count = len(recording.nodes)
    computed()
    assert len(recording.nodes) == count
    assert recording.nodes[-1].gives == (key(made),)
    assert [one.kind for one in recording.nodes].count("MatMul") == 1


@pytest.mark.parametrize("meanwhile", ["nothing", "cleared", "came and went", "stays"])
def test_nothing_is_left_whoever_listens_meanwhile(meanwhile: str) -> None:
    from tensorflow.python.eager import context, execute
    from tensorflow.python.framework import op_callbacks

    from nbdoctor.backend.tensorflow.expressions import record

    recording = record()
    if meanwhile == "cleared":
        op_callbacks.clear_op_callbacks()
    elif meanwhile != "nothing":
        op_callbacks.add_op_callback(hears)
    if meanwhile == "came and went":
        op_callbacks.remove_op_callback(hears)
    computed()
    recording.stop()
    assert context.context().op_callbacks == ([hears] if meanwhile == "stays" else [])
    if meanwhile == "stays":
        op_callbacks.remove_op_callback(hears)
    assert execute.execute is execute.quick_execute


def test_a_function_in_the_place_of_tensorflow_s_is_called_and_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import tensorflow as tf
    from tensorflow.python.eager import execute

    from nbdoctor.backend.tensorflow.expressions import record

    traced = tf.function(lambda: tf.ones(2)).get_concrete_function()
    plain, called = execute.execute, []

    def mine(*args: Any, **kwargs: Any) -> Any:
        called.append(args)
        return plain(*args, **kwargs)

    monkeypatch.setattr(execute, "execute", mine)
    recording = record()
    traced()
    recording.stop()
    assert len(called) == 1
    assert len(recording.nodes) == 1
    assert execute.execute is mine


def test_beside_another_listener_nothing_is_noted() -> None:
    import tensorflow as tf
    from tensorflow.python.framework import op_callbacks

    from nbdoctor.backend.tensorflow.expressions import is_taped

    with tf.GradientTape():
        assert is_taped()
        op_callbacks.add_op_callback(hears)
        assert not is_taped()
        op_callbacks.remove_op_callback(hears)
    assert not is_taped()
