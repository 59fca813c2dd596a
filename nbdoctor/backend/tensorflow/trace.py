"""Traces of a training step on TensorFlow: Keras's own, made when training would make it."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.eager.polymorphic_function.polymorphic_function import Function
from tensorflow.python.util import traceback_utils

from nbdoctor.backend.patching import Patch

OVER_BATCHES = "multi_step_on_iterator"
"""What Keras calls the function that draws a batch and makes a step with it."""

ON_BATCH = "one_step_on_data"
"""... and the one that makes a step with a batch which it is given."""


def trace_of(train_function: Any, iterator: Any) -> Callable[[], object] | None:
    """What makes Keras trace its training step, as it would when it is first called.

    Parameters
    ----------
    train_function : callable
        Of a Keras model, as `make_train_function` made it.
    iterator : tf.data.Iterator
        As it will be called with.

    Returns
    -------
    callable or None
        None where there is nothing to trace: op by op, or another kind of data. What it raises is
        what the first call would raise.
    """
    if not isinstance(iterator, tf.data.Iterator):
        return None
    return _tracing(train_function, OVER_BATCHES, iterator, iterator)


def trace_for_batch(train_function: Any, batch: Any) -> Callable[[], object] | None:
    """The same for one batch, where Keras hands it to the step itself (`train_on_batch`).

    Keras 3.6 hands over a generator, from which the traced step draws: there is nothing to trace.
    """
    if isinstance(train_function, Function):
        return None
    return _tracing(train_function, ON_BATCH, batch, iter([batch]))


class _TracedError(BaseException):
    """Ends a call of Keras's where the step is traced and would be run next."""


def _tracing(
    train_function: Any, name: str, given: Any, source: Any
) -> Callable[[], object] | None:
    function = function_in(train_function, name)
    if function is None or tf.config.functions_run_eagerly():
        return None
    # A call takes the frames of TensorFlow out of what a trace raises.
    trace = traceback_utils.filter_traceback(function.get_concrete_function)
    if function is train_function or not train_function.__module__.startswith("keras."):
        return lambda: trace(given)

    made: list[object] = []

    def noted(*args: Any, **kwargs: Any) -> None:
        made.append(trace(*args, **kwargs))

    def beneath_its_caller() -> object:
        """Errors of the trace, and what it lists as its stack, hold Keras's own frame, too."""
        with _traced_only(function, noted) as is_sure:
            if is_sure:
                train_function(source)
            else:
                noted(given)
        return made[-1]

    return beneath_its_caller


def told_as_traced(train_function: Any) -> contextlib.AbstractContextManager[None]:
    """Let the first call in the block count as the one that traced the step."""
    found = (function_in(train_function, name) for name in (OVER_BATCHES, ON_BATCH))
    return count_as_tracing(*(one for one in found if one is not None))


@contextlib.contextmanager
def count_as_tracing(*functions: Any) -> Iterator[None]:
    """Let the first call of each `tf.function` in the block count as the one that traced it.

    TensorFlow warns where many of the calls are traces, and a trace made ahead is none of them.
    """

    def around(count: Callable[[], int]) -> Callable[[], int]:
        before = iter([True])

        def told() -> int:
            return count() - next(before, False)

        return told

    with contextlib.ExitStack() as stack:
        for function in {id(one): one for one in functions}.values():
            stack.enter_context(Patch(function, "experimental_get_tracing_count", around))
        yield


def function_in(train_function: Any, name: str) -> Any:
    """Return the `tf.function` of this name that a training step calls, None if there is none."""
    if isinstance(train_function, Function):
        return train_function
    try:
        function = inspect.getclosurevars(train_function).nonlocals.get(name)
    except TypeError:
        return None
    if not isinstance(function, Function):  # Keras 3.10 on wraps it to take optional inputs
        function = getattr(function, "__wrapped__", None)
    return function if isinstance(function, Function) else None


@contextlib.contextmanager
def _traced_only(function: Any, trace: Callable[..., Any]) -> Iterator[bool]:
    """Let a call of `function` in the block only trace it, and end the block; whether that holds.

    Where it does not, a call would make a real step.
    """

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def called(self: Any, *args: Any, **kwargs: Any) -> Any:
            if self is not function:
                return call(self, *args, **kwargs)
            trace(*args, **kwargs)
            raise _TracedError

        return called

    with contextlib.suppress(_TracedError), Patch(Function, "__call__", around) as patch:
        yield patch.is_in_place


def traced(function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
    """`function` as one graph for arguments like these; what it calls is inlined."""
    concrete: Callable[..., Any] = tf.function(function, autograph=False).get_concrete_function(
        *arguments
    )
    return concrete
