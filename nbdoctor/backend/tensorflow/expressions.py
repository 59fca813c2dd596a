"""The operations behind a loss on TensorFlow: of a traced step, or as they are run one by one."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import tensorflow as tf
from tensorflow.python.eager import context, execute
from tensorflow.python.eager import record as tape_record
from tensorflow.python.framework import ops

from nbdoctor.backend.nodes import SCALING, Key, Node, Shape, is_placed
from nbdoctor.backend.patching import Patch, argument
from nbdoctor.errors.exceptions import is_cell_file
from nbdoctor.errors.frames import calling_line
from nbdoctor.errors.guard import attempt

MOST_NODES = 8_000
"""Operations that are looked at; a step of more is left alone, as it would take its time."""

MOST_LEAVES = 64
"""Tensors that come from outside of the computation and are held until its step is over."""


def key(tensor: Any) -> Key | None:
    """What stands for a tensor; None for what is none."""
    if isinstance(tensor, ops.EagerTensor):
        number: int = tensor._id  # noqa: SLF001  (the tape knows tensors by it, too)
        return number
    return str(tensor.name) if isinstance(tensor, tf.Tensor) else None


def keys_of_variables(variables: Iterable[Any], graph: Any = None) -> dict[int, Key]:
    """What stands for each of these variables, by its id; those that do not take part are left out.

    Parameters
    ----------
    variables : iterable of tf.Variable
    graph : tf.Graph, optional
        That was traced; None where operations are run one by one.
    """
    if graph is None:
        return {id(one): one.handle._id for one in variables}  # noqa: SLF001
    inner = {id(outer): placeholder.name for outer, placeholder in graph.captures}
    return {id(one): inner[id(one.handle)] for one in variables if id(one.handle) in inner}


def traced(target: Any) -> list[Node]:
    """The operations of a trace that a tensor is computed by, in order; [] for too many."""
    waiting, found = [target.op], {target.op.name: target.op}
    while waiting:
        for taken in waiting.pop().inputs:
            if taken.op.name not in found:
                found[taken.op.name] = taken.op
                waiting.append(taken.op)
        if len(found) > MOST_NODES:
            return []
    # They stand in the graph in the order in which they were made.
    made = {one.name: place for place, one in enumerate(target.graph.get_operations())}
    return [_node(found[name]) for name in sorted(found, key=lambda name: made.get(name, 0))]


def tensor_of(graph: Any, key: Key | None) -> Any:
    """The tensor of a trace that `key` stands for, None where there is none."""
    if not isinstance(key, str):
        return None
    try:
        return graph.get_tensor_by_name(key)
    except (KeyError, ValueError):
        return None


def _node(operation: Any) -> Node:
    taken, given = list(operation.inputs), list(operation.outputs)
    shapes = tuple(map(_shape, taken))
    return Node(
        kind=operation.type,
        takes=tuple(one.name for one in taken),
        gives=tuple(one.name for one in given),
        shapes_taken=shapes,
        line=_line(operation) if is_placed(operation.type, shapes) else None,
        shapes=tuple(map(_shape, given)),
        floats=tuple(one.dtype.is_floating for one in given),
        constants=tuple(map(_constant, taken)) if operation.type in SCALING else (),
    )


def _constant(tensor: Any) -> float | None:
    """The number that a symbol stands for, where the program gives it."""
    if tensor.shape.rank != 0 or tensor.op.type != "Const":
        return None
    value = tf.get_static_value(tensor)
    return None if value is None else float(value)


def _line(operation: Any) -> int | None:
    """Line of the cell that has made an operation of a trace."""
    for frame in reversed(operation.traceback):
        if is_cell_file(frame.filename):
            return int(frame.lineno)
    return None


def _shape(tensor: Any) -> Shape:
    shape = getattr(tensor, "shape", None)
    return None if shape is None or shape.rank is None else tuple(shape)


class Recording:
    """Operations of this thread, noted as they are run one by one, from now until `stop`.

    TensorFlow's own debugger listens in the same way: nothing is run otherwise than without it.
    What others have put in the place of TensorFlow's functions stays there.

    Attributes
    ----------
    nodes : list of Node
    leaves : dict of Key to tensor
        What came from outside of these operations.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.leaves: dict[Key, Any] = {}
        self._made: set[Key] = set()
        self._listener: Any = self._heard
        self._thread = threading.get_ident()
        self._executed = Patch(execute, "execute", self._around)
        # Operations tell of themselves, where they are called with tensors only; the others, and
        # traced functions, go through `execute`.
        context.context().add_op_callback(self._listener)
        self._executed.open()

    def stop(self) -> None:
        """Listen no further; a second time changes nothing."""
        listener, self._listener = self._listener, None
        here = context.context()
        if listener is None:
            return
        self._executed.close()
        if listener in here.op_callbacks:  # others may have taken all of them away
            here.remove_op_callback(listener)
        if not here.op_callbacks and execute.execute is execute.execute_with_callbacks:
            execute.execute = execute.quick_execute  # who came and went meanwhile met ours there

    def _around(self, call: Any) -> Any:
        """What runs an operation, with the listener told."""

        def executed(*args: Any, **kwargs: Any) -> Any:
            outputs = call(*args, **kwargs)
            if threading.get_ident() == self._thread:
                kind, inputs = (
                    argument(args, kwargs, 0, "op_name"),
                    argument(args, kwargs, 2, "inputs"),
                )
                self._heard(kind, inputs, None, outputs)
            return outputs

        return executed

    def _heard(  # noqa: PLR0913, PLR0917  (as TensorFlow calls it)
        self,
        kind: Any,
        inputs: Any,
        attrs: Any,
        outputs: Any,
        op_name: Any = None,
        graph: Any = None,
    ) -> None:
        """Note one operation; those of a trace are another computation."""
        del attrs, op_name
        if graph is None and len(self.nodes) < MOST_NODES:
            attempt(self._note, kind, inputs, outputs)

    def _note(self, kind: Any, inputs: Any, outputs: Any) -> None:
        taken = [one for one in inputs if isinstance(one, ops.EagerTensor)]
        given = [one for one in outputs or () if isinstance(one, ops.EagerTensor)]
        for one in taken:
            is_new = one._id not in self._made and len(self.leaves) < MOST_LEAVES  # noqa: SLF001
            if is_new and one.dtype not in (tf.resource, tf.variant) and one.shape.rank:
                self.leaves.setdefault(one._id, one)  # noqa: SLF001
        self._made.update(one._id for one in given)  # noqa: SLF001
        name = kind.decode() if isinstance(kind, bytes) else str(kind)
        shapes = tuple(map(_shape, taken))
        self.nodes.append(
            Node(
                kind=name,
                takes=tuple(one._id for one in taken),  # noqa: SLF001
                gives=tuple(one._id for one in given),  # noqa: SLF001
                shapes_taken=shapes,
                line=calling_line() if is_placed(name, shapes) else None,
                shapes=tuple(map(_shape, given)),
                floats=tuple(one.dtype.is_floating for one in given),
                constants=tuple(map(self._constant, taken)) if name in SCALING else (),
            )
        )

    def _constant(self, tensor: Any) -> float | None:
        """The number of a tensor that comes from outside."""
        is_one = tensor.shape.rank == 0 and tensor._id not in self._made  # noqa: SLF001
        return float(tensor) if is_one and tensor.dtype.is_floating else None


def is_taped() -> bool:
    """Whether a tape listens to what this thread computes, and nobody else does."""
    return bool(tape_record.could_possibly_record()) and not context.context().op_callbacks


def record() -> Recording:
    """Begin to note what is run."""
    return Recording()
