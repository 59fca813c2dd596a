"""Traces of a training step on TensorFlow: Keras's own, made once and run for more than it returns.

Tracing is what a first step takes its time for. The trace that training needs anyhow is therefore
made before training starts, and the operations in it are run once more for what they compute on
the way. Nothing is added to the function that training will run: a second one is made of the same
graph, with more outputs.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2
from tensorflow.python.eager import context as eager_context
from tensorflow.python.eager.polymorphic_function import atomic_function
from tensorflow.python.eager.polymorphic_function.polymorphic_function import Function
from tensorflow.python.framework import ops

OVER_BATCHES = "multi_step_on_iterator"
"""What Keras calls the function that draws a batch and makes a step with it."""


class NotRepeatableError(RuntimeError):
    """The traced step cannot be run by itself; the message says why."""


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
        None where there is nothing to trace: op by op, or another kind of data.
    """
    if not isinstance(iterator, tf.data.Iterator) or tf.config.functions_run_eagerly():
        return None
    try:
        function = inspect.getclosurevars(train_function).nonlocals.get(OVER_BATCHES)
    except TypeError:
        return None
    if not isinstance(function, Function):
        return None
    return lambda: function.get_concrete_function(iterator)


def traced(function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
    """`function` as one graph for arguments like these; what it calls is inlined."""
    concrete: Callable[..., Any] = tf.function(function, autograph=False).get_concrete_function(
        *arguments
    )
    return concrete


def repeated(graph: Any, also: Callable[[], Any]) -> Callable[[Any], tuple[Any, Any]]:
    """The function that was traced into `graph`, which returns something more.

    Parameters
    ----------
    graph : tf.Graph
        Of a function of one batch. Tensors may be computed beside those that it holds; whatever
        was made of it before stays as it is.
    also : callable
        Called inside of the graph; what it returns is a structure of tensors of this graph.

    Returns
    -------
    callable
        Of a batch: what the function returns, and what `also` returned, with values.

    Raises
    ------
    NotRepeatableError
        A tensor belongs to a part of the step that is a function or a branch of its own, or the
        step needs values of a graph around it.
    """
    with graph.as_default():
        structure = (graph.structured_outputs, also())
    leaves = tf.nest.flatten(structure, expand_composites=True)
    tensors = [leaf for leaf in leaves if isinstance(leaf, tf.Tensor)]
    if not all(getattr(tensor, "graph", None) is graph for tensor in tensors):
        message = "a part of the step is a function or a branch of its own"
        raise NotRepeatableError(message)
    captured = [outer for outer, _ in graph.captures]
    if not all(isinstance(value, ops.EagerTensor) for value in captured):
        message = "the step needs values of the loop around it"
        raise NotRepeatableError(message)
    function = _with_outputs(graph, tensors)

    def run(batch: Any) -> tuple[Any, Any]:
        flat = tf.nest.flatten(batch, expand_composites=True)
        given = [leaf for leaf in flat if leaf is not None]
        if len(given) + len(captured) != len(graph.inputs):
            message = "the step was traced for batches of another kind"
            raise NotRepeatableError(message)
        context = eager_context.context()
        with _as_written(context):
            values = context.call_function(function.name, [*given, *captured], len(tensors))
        left = iter(values or [])
        filled = [next(left) if isinstance(leaf, tf.Tensor) else leaf for leaf in leaves]
        packed: tuple[Any, Any] = tf.nest.pack_sequence_as(
            structure, filled, expand_composites=True
        )
        return packed

    return run


def graph_of(tensor: Any) -> Any:
    """The graph that `tensor` was traced into."""
    return (tensor.values if isinstance(tensor, tf.IndexedSlices) else tensor).graph


def _with_outputs(graph: Any, tensors: list[Any]) -> Any:
    """A function of the operations of `graph`, side effects included, that returns `tensors`."""
    # A name that was used before finds the kernels of the function that had it.
    before, name = graph.outputs, f"{graph.name}_repeated_{ops.uid()}"
    graph.outputs = tensors
    try:
        return atomic_function.from_func_graph(name, graph, {})
    finally:
        graph.outputs = before


@contextlib.contextmanager
def _as_written(context: Any) -> Iterator[None]:
    """Run functions without optimising them first, which takes longer than running them once."""
    config = config_pb2.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    before = context.function_call_options
    context.function_call_options = eager_context.FunctionCallOptions(
        executor_type=before.executor_type, config_proto=config
    )
    try:
        yield
    finally:
        context.function_call_options = before
