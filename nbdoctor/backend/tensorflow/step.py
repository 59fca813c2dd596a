"""A traced training step on TensorFlow, run on copies of every variable that it reads or writes.

The trace that training makes of its own step is a graph, and all state that it knows reaches it as
captured handles: weights, slots of the optimizer, seeds, counters, metrics, the learning rate. The
same graph, called with handles of copies in their place, is the very step of the user: nothing of
theirs is written, and none of their Python runs. So nothing has to be undone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2
from tensorflow.python.eager import context as eager_context
from tensorflow.python.eager.polymorphic_function import atomic_function
from tensorflow.python.framework import ops
from tensorflow.python.framework.func_graph import FuncGraph
from tensorflow.python.ops import gen_lookup_ops, gen_resource_variable_ops

from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.tensorflow.operations import refuse_strangers

NO_VALUE = (tf.errors.FailedPreconditionError, tf.errors.NotFoundError)
"""What reading a variable raises that was not given a value."""


class Shadow:
    """A traced step, run on copies of all that it keeps.

    Parameters
    ----------
    graph : tf.Graph
        Of a function of one batch, traced. Tensors may be computed in it beside those that it
        holds; whatever was made of it before stays as it is.
    also : callable
        Called inside of the graph; what it returns is a structure of tensors of this graph, whose
        values are wanted beside what the step returns.

    Raises
    ------
    RefusedError
        The step acts on a state of which no copy can be made.
    """

    def __init__(self, graph: Any, also: Callable[[], Any]) -> None:
        if getattr(graph, "deferred_external_captures", None):
            message = "it takes in values only when it is called"
            raise RefusedError(message)
        with graph.as_default():
            self._structure = (graph.structured_outputs, also())
        leaves = tf.nest.flatten(self._structure, expand_composites=True)
        self._leaves = leaves
        self._fetched = [leaf for leaf in leaves if isinstance(leaf, tf.Tensor)]
        if not all(getattr(tensor, "graph", None) is graph for tensor in self._fetched):
            message = "a part of it is a function or a branch of its own"
            raise RefusedError(message)
        self._captured = [outer for outer, _ in graph.captures]
        self._takes = len(graph.inputs) - len(self._captured)
        if not all(isinstance(value, ops.EagerTensor) for value in self._captured):
            message = "it needs values of the loop around it"
            raise RefusedError(message)
        self._function = _with_outputs(graph, self._fetched)
        refuse_strangers(self._function.cached_definition, graph)
        self._copies: dict[int, tuple[Any, Any]] = {}
        self._given = [self._stand_in(outer) for outer in self._captured]

    def __call__(self, batch: Any) -> tuple[Any, Any]:
        """What the step returns for `batch`, and what was wanted beside it, with values.

        Raises
        ------
        RefusedError
            The step was traced for batches of another kind.
        """
        given = _given(batch)
        if len(given) != self._takes:
            message = "it was traced for batches of another shape or type"
            raise RefusedError(message)
        if any(leaf.dtype in (tf.resource, tf.variant) for leaf in given):
            message = "it is handed variables or data that it may change"
            raise RefusedError(message)
        context = eager_context.context()
        with _as_written(context):
            values = context.call_function(
                self._function.name, [*given, *self._given], len(self._fetched)
            )
        left = iter(values or [])
        filled = [next(left) if isinstance(leaf, tf.Tensor) else leaf for leaf in self._leaves]
        packed: tuple[Any, Any] = tf.nest.pack_sequence_as(
            self._structure, filled, expand_composites=True
        )
        return packed

    def restart(self) -> None:
        """Begin again from what the user's variables hold now."""
        for outer, copy in self._copies.values():
            copy.assign(_value(outer, copy.dtype))

    def copy_of(self, variable: Any) -> Any:
        """The copy of a `tf.Variable`, None where the step does not touch it."""
        for outer, copy in self._copies.values():
            if outer is variable.handle:
                return copy
        return None

    def _stand_in(self, outer: Any) -> Any:
        """What the graph is given in place of a captured value."""
        if outer.dtype != tf.resource:
            return outer
        if _is_table(outer):
            return outer
        data = outer._handle_data  # noqa: SLF001  (the only place that tells what a handle holds)
        if data is None or not data.is_set:
            message = "it uses a resource that is not a variable"
            raise RefusedError(message)
        inside = data.shape_and_type[0]
        kind, shape = tf.dtypes.as_dtype(inside.dtype), tf.TensorShape(inside.shape)
        try:
            value = _value(outer, kind)
            with tf.device(outer.device):
                copy = tf.Variable(value, trainable=False, dtype=kind, shape=shape)
        except (*NO_VALUE, ValueError) as error:
            message = "one of its variables has no value yet"
            raise RefusedError(message) from error
        self._copies[id(outer)] = (outer, copy)
        return copy.handle


def shadow(graph: Any, also: Callable[[], Any]) -> Shadow:
    """Make a step on copies of a traced one (see `Shadow`)."""
    return Shadow(graph, also)


def graph_taking(batch: Any, symbols: Iterable[Any]) -> Any:
    """The graph of the function that takes `batch`, by tensors that were met in it.

    They may lie deeper, in functions that it calls, and it may lie in others that draw the batch.

    Raises
    ------
    RefusedError
        There is none.
    """
    kinds = [leaf.dtype for leaf in _given(batch)]
    for symbol in symbols:
        graph, found = graph_of(symbol), None
        while isinstance(graph, FuncGraph):
            takes = graph.inputs[: len(graph.inputs) - len(graph.captures)]
            if [one.dtype for one in takes] == kinds:
                found = graph
            graph = graph.outer_graph
        if found is not None:
            return found
    message = "no part of it takes a batch"
    raise RefusedError(message)


def is_in(graph: Any, tensors: Iterable[Any]) -> bool:
    """Whether all of `tensors` were computed in `graph` itself, and not deeper or elsewhere."""
    return all(one is None or graph_of(one) is graph for one in tensors)


def graph_of(tensor: Any) -> Any:
    """The graph that `tensor` was traced into, None for values and what is no tensor."""
    if isinstance(tensor, ops.EagerTensor):
        return None
    parts = tf.nest.flatten(tensor, expand_composites=True)
    return getattr(parts[0], "graph", None) if parts else None


def _given(batch: Any) -> list[Any]:
    flat = tf.nest.flatten(batch, expand_composites=True)
    return [leaf for leaf in flat if leaf is not None]


def _value(handle: Any, kind: Any) -> Any:
    with tf.device(handle.device):
        return gen_resource_variable_ops.read_variable_op(handle, kind)


def _is_table(handle: Any) -> bool:
    """Whether a captured resource is a table; what writes to one is refused by its operation."""
    data = getattr(handle, "_handle_data", None)
    if data is not None and data.is_set:
        return False
    try:
        gen_lookup_ops.lookup_table_size_v2(handle)
    except tf.errors.OpError:
        return False
    return True


def _with_outputs(graph: Any, tensors: list[Any]) -> Any:
    """A function of the operations of `graph`, side effects included, that returns `tensors`."""
    # A name that was used before finds the kernels of the function that had it.
    before, name = graph.outputs, f"{graph.name}_shadow_{ops.uid()}"
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
