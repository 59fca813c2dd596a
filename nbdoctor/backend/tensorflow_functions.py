"""Training loops that users write on TensorFlow: their tapes and their traced functions."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.data.ops.dataset_ops import DatasetV2
from tensorflow.python.data.ops.iterator_ops import OwnedIterator
from tensorflow.python.eager.polymorphic_function.polymorphic_function import Function
from tensorflow.python.util import tf_decorator

from nbdoctor.backend.shadowing import shadowed

LIBRARIES = ("site-packages", "dist-packages")
"""Functions from here are not the user's own."""


class DrawsBatchesError(BaseException):
    """The function that is rehearsed asks for data, which must not be drawn twice."""


@contextlib.contextmanager
def called_functions(
    first_call: Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], None],
) -> Iterator[None]:
    """Call `first_call(python_function, args, kwargs)` before the user's `tf.function`s first run.

    Each function once, the outermost of a call only, and only in the thread that opened the block.
    """
    here = threading.get_ident()
    seen: list[Any] = []

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def watched(function: Any, *args: Any, **kwargs: Any) -> Any:
            own = (
                threading.get_ident() == here
                and tf.executing_eagerly()
                and not tf.config.functions_run_eagerly()
                and not any(one is function for one in seen)
                and is_of_the_user(function.python_function)
            )
            if own:
                seen.append(function)
                first_call(function.python_function, args, kwargs)
            return call(function, *args, **kwargs)

        return watched

    with shadowed(Function, "__call__", around):
        yield


def is_of_the_user(function: Callable[..., Any]) -> bool:
    """Whether `function` was written in a notebook, a script or a module of the user."""
    code = getattr(as_written(function), "__code__", None)
    return code is not None and not any(name in code.co_filename for name in LIBRARIES)


def as_written(function: Callable[..., Any]) -> Any:
    """The function under its decorators, and under the method that it is."""
    _, bare = tf_decorator.unwrap(function)
    return getattr(bare, "__func__", bare)


@contextlib.contextmanager
def without_drawing() -> Iterator[None]:
    """Refuse to draw from any dataset inside the block, by `DrawsBatchesError`.

    A second pass over a shuffled dataset would come in another order, and a generator has only
    one. What is written for TensorBoard inside the block is dropped.
    """

    def refuse(*_: Any, **__: Any) -> Any:
        raise DrawsBatchesError

    with (
        shadowed(DatasetV2, "__iter__", lambda _: refuse),
        shadowed(OwnedIterator, "__next__", lambda _: refuse),
        shadowed(OwnedIterator, "get_next", lambda _: refuse),
        tf.summary.record_if(condition=False),
    ):
        yield


@contextlib.contextmanager
def differentiated(note: Callable[[Any, list[Any]], None]) -> Iterator[None]:
    """Call `note(target, gradients)` for every scalar that a tape differentiates op by op."""

    def around(gradient: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(gradient)
        def watched(tape: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            found = gradient(tape, target, *args, **kwargs)
            if tf.executing_eagerly() and isinstance(target, tf.Tensor) and target.shape.rank == 0:
                note(target, tf.nest.flatten(found))
            return found

        return watched

    with shadowed(tf.GradientTape, "gradient", around):
        yield


def is_spread_out() -> bool:
    """Whether a distribution strategy is in force here: its replicas share one update."""
    return bool(tf.distribute.has_strategy())


def is_concrete(values: Any) -> bool:
    """Whether all tensors of a flat list hold values, as those of a trace do not."""
    return tf.executing_eagerly() and not any(
        isinstance(one, tf.Tensor) and not hasattr(one, "numpy") for one in values
    )
