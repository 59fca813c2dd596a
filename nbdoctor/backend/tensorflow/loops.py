"""Training loops that users write on TensorFlow: their tapes and their traced functions."""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.eager.polymorphic_function.polymorphic_function import Function
from tensorflow.python.ops.resource_variable_ops import BaseResourceVariable
from tensorflow.python.util import tf_decorator, traceback_utils

from nbdoctor.backend.nodes import Differentiated
from nbdoctor.backend.patching import Patch, argument
from nbdoctor.backend.tensorflow.trace import count_as_tracing
from nbdoctor.errors.guard import attempt

CALLED_IN_A_STEP = (tf.GradientTape, tf.Variable, BaseResourceVariable, tf.data.Dataset)
"""Classes of the backend's own whose methods training calls."""

LIBRARIES = frozenset({"site-packages", "dist-packages"})
"""Functions from folders of these names are not the user's own."""


@contextlib.contextmanager
def called_functions(
    first_call: Callable[[Any, tuple[Any, ...], dict[str, Any]], None],
    later_call: Callable[[Any, tuple[Any, ...], dict[str, Any]], None],
) -> Iterator[None]:
    """Call `first_call(function, args, kwargs)` before the user's `tf.function`s first run.

    Each function once, the outermost of a call only, and only in the thread that opened the block;
    `later_call` likewise before each further one.
    """
    here = threading.get_ident()
    seen: list[weakref.ref[Any]] = []

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def watched(function: Any, *args: Any, **kwargs: Any) -> Any:
            outermost = (
                threading.get_ident() == here
                and tf.executing_eagerly()
                and not tf.config.functions_run_eagerly()
            )
            if outermost and any(one() is function for one in seen):
                later_call(function, args, kwargs)
            elif outermost and is_of_the_user(function.python_function):
                seen.append(weakref.ref(function))
                before = function.experimental_get_tracing_count()
                first_call(function, args, kwargs)
                is_traced = function.experimental_get_tracing_count() != before
                with count_as_tracing(*[function] * is_traced):
                    return call(function, *args, **kwargs)
            return call(function, *args, **kwargs)

        return watched

    with Patch(Function, "__call__", around):
        yield


def is_of_the_user(function: Callable[..., Any]) -> bool:
    """Whether `function` was written in a notebook, a script or a module of the user."""
    code = getattr(as_written(function), "__code__", None)
    return code is not None and LIBRARIES.isdisjoint(Path(code.co_filename).parts)


def as_written(function: Callable[..., Any]) -> Any:
    """The function under its decorators, and under the method that it is."""
    _, bare = tf_decorator.unwrap(function)
    return getattr(bare, "__func__", bare)


def graph_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The graph of a `tf.function` for these arguments, traced as its first call would trace it."""
    return traceback_utils.filter_traceback(function.get_concrete_function)(*args, **kwargs).graph


def taken_of(given: Any) -> list[Any]:
    """Tensors and arrays among these arguments, as they are; [] where there are others like them.

    An array of a class of the user's may do anything when it is asked.
    """
    leaves = tf.nest.flatten(given, expand_composites=True)
    taken = [leaf for leaf in leaves if isinstance(leaf, (tf.Tensor, np.ndarray, np.generic))]
    own = any(isinstance(leaf, np.ndarray) and type(leaf) is not np.ndarray for leaf in taken)
    return [] if own or any(isinstance(leaf, tf.Variable) for leaf in leaves) else taken


def tensors_of(given: Any) -> list[Any]:
    """What a traced function takes of these arguments: all that is no value of Python."""
    leaves = tf.nest.flatten(given, expand_composites=True)
    kinds = (tf.Tensor, tf.Variable, np.ndarray, np.generic)
    taken = [leaf for leaf in leaves if isinstance(leaf, kinds)]
    return [leaf.handle if isinstance(leaf, tf.Variable) else _as_tensor(leaf) for leaf in taken]


def _as_tensor(leaf: Any) -> Any:
    return leaf if isinstance(leaf, tf.Tensor) else tf.convert_to_tensor(leaf)


def is_loop(graph: Any) -> bool:
    """Whether a traced function goes through data of its own."""
    names = {operation.type for operation in graph.get_operations()}
    return bool(names & {"ReduceDataset", "IteratorGetNext", "MakeIterator", "AnonymousIteratorV3"})


@contextlib.contextmanager
def differentiated(note: Callable[[Differentiated], None]) -> Iterator[None]:
    """Call `note` for everything that a tape differentiates.

    Inside of a trace these are symbols.
    """
    here = threading.get_ident()

    def around(gradient: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(gradient)
        def watched(tape: Any, *args: Any, **kwargs: Any) -> Any:
            found = gradient(tape, *args, **kwargs)
            if threading.get_ident() == here:
                target = argument(args, kwargs, 0, "target")
                is_scalar = isinstance(target, tf.Tensor) and target.shape.rank == 0
                seen = tuple(tf.GradientTape.watched_variables(tape))  # a subclass may count
                by = tuple(attempt(tf.nest.flatten, argument(args, kwargs, 1, "sources")) or ())
                note(Differentiated(target, is_scalar, tf.nest.flatten(found), seen, by))
            return found

        return watched

    with Patch(tf.GradientTape, "gradient", around):
        yield


def is_spread_out() -> bool:
    """Whether a distribution strategy is in force here: its replicas share one update."""
    return bool(tf.distribute.has_strategy())
