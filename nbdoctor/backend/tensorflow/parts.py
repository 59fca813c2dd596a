"""A traced step on TensorFlow taken apart: cut out, split into terms, searched for edges.

A piece of the graph between two places is a function of its own: the user's loss with other
predictions, a distance with other pairs. It is made of the operations that the trace holds, so that
none of the user's Python runs, and it runs on copies of all variables, as the step does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any

import tensorflow as tf

from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.parts import Sources, Summand
from nbdoctor.backend.tensorflow.edges import closest, edges
from nbdoctor.backend.tensorflow.ranges import bounds
from nbdoctor.backend.tensorflow.step import Shadow
from nbdoctor.errors.exceptions import is_cell_file

__all__ = [
    "batch_of",
    "bounds",
    "closest",
    "edges",
    "piece",
    "slope",
    "slopes",
    "sources_of",
    "summands",
]

MOST_OPERATIONS = 2000
"""A loss has tens of operations. A piece of more is a model, and copying it would cost."""

MOST_STEPS = 200
"""Sums that are looked into: beyond them a term stays whole."""

KEEP_A_SUM = {"Cast", "DivNoNan", "EnsureShape", "ExpandDims", "Identity", "Mean", "Neg"} | {
    "RealDiv",
    "Reshape",
    "Squeeze",
    "Sum",
}
"""Operations that are linear in their first argument: of a sum they give the sum of the parts."""


def piece(result: Any, sources: Sequence[Any], *, slopes: bool) -> Callable[..., Any]:
    """The part of a trace between `sources` and `result` as a function of values.

    Raises
    ------
    RefusedError
        It depends on other data as well, or acts on more than variables.
    """

    def cut(*given: Any) -> Any:
        made = {source.ref(): value for source, value in zip(sources, given, strict=True)}
        found = _copied(result, made)
        if not slopes:
            return found, []
        return found, tf.gradients(tf.reduce_sum(found), list(given))

    wanted = [tf.TensorSpec(one.shape, one.dtype) for one in sources]
    graph = tf.function(cut, autograph=False).get_concrete_function(*wanted).graph
    shadow = Shadow(graph, lambda: ())

    def run(*values: Any) -> Any:
        given = [tf.cast(one, source.dtype) for one, source in zip(values, sources, strict=True)]
        found, _ = shadow(given)
        return found

    return run


def _copied(result: Any, made: dict[Any, Any]) -> Any:
    """`result`, computed anew in the graph that is being made, from what was `made` already."""
    graph = tf.compat.v1.get_default_graph()
    captured = {inner.ref(): outer for outer, inner in result.graph.captures}
    waiting, copied = [result.op], 0
    while waiting:
        op = waiting[-1]
        if all(one.ref() in made for one in op.outputs):
            waiting.pop()
            continue
        missing = [one.op for one in op.inputs if one.ref() not in made]
        if op.type == "Placeholder":
            outer = captured.get(op.outputs[0].ref())
            if outer is None:
                message = "it also depends on other data"
                raise RefusedError(message)
            made[op.outputs[0].ref()] = graph.capture(outer)
        elif missing:
            waiting.extend(missing)
            continue
        else:
            copied += 1
            if copied > MOST_OPERATIONS:
                message = "it has too many operations"
                raise RefusedError(message)
            new = _again(op, [made[one.ref()] for one in op.inputs])
            for old, one in zip(op.outputs, new.outputs, strict=True):
                made.setdefault(old.ref(), one)
        waiting.pop()
    return made[result.ref()]


def _again(op: Any, inputs: Sequence[Any]) -> Any:
    """The same operation on other inputs, in the graph that is being made."""
    graph = tf.compat.v1.get_default_graph()
    for value in op.node_def.attr.values():
        for called in (value.func, *value.list.func):
            if called.name:
                _with_function(graph, op.graph, called.name)
    return graph.create_op(
        op.type,
        list(inputs),
        [one.dtype for one in op.outputs],
        attrs={
            name: value for name, value in op.node_def.attr.items() if not name.startswith("_class")
        },
        name=f"{op.name.rpartition('/')[2]}_again",
    )


def _with_function(graph: Any, source: Any, name: str) -> None:
    """Let `graph` know a function that an operation of another graph calls."""
    if graph is source:
        return
    function = source._get_function(name)  # noqa: SLF001  (there is no public way)
    if function is None:
        message = f"it calls `{name}`, which cannot be looked into"
        raise RefusedError(message)
    graph._add_function_recursive(function)  # noqa: SLF001


def summands(total: Any, whole: Sequence[Any], kind_of: Callable[[Any], Hashable]) -> list[Summand]:
    """The terms of several kinds that `total` is the sum of, each as large as it can be.

    Tensors of `whole` are not taken apart, and a sum of one kind stays a term; `kind_of` is None
    for constants, which belong to whatever they are added to.
    """
    kept, steps = {one.ref() for one in whole}, iter(range(MOST_STEPS))

    def walk(tensor: Any, wraps: tuple[Callable[[Any], Any], ...]) -> list[Summand]:
        value = partial(_wrapped, tensor, wraps)
        alone = [Summand(tensor=tensor, value=value, line=line_of(tensor))]
        parts = [] if tensor.ref() in kept or next(steps, None) is None else _parts(tensor)
        if not parts:
            return [] if _is_zero(tensor) else alone
        found = [
            one
            for part, wrap in parts
            for one in walk(part, wraps if wrap is None else (*wraps, wrap))
        ]
        kinds = {kind_of(one.tensor) for one in found} - {None}
        return found if len(kinds) > 1 or len(found) == 1 else alone

    return walk(total, ())


def _wrapped(tensor: Any, wraps: Sequence[Callable[[Any], Any]]) -> Any:
    for wrap in reversed(wraps):
        tensor = wrap(tensor)
    return tf.reduce_sum(tf.cast(tensor, tf.float32))


def _parts(tensor: Any) -> list[tuple[Any, Callable[[Any], Any] | None]]:
    """What a tensor is the sum of, and what makes each a part of it; [] for one term."""
    op = tensor.op
    if op.type == "Sum" and op.inputs[0].op.type == "Pack" and op.inputs[0].shape.rank == 1:
        return [(one, None) for one in op.inputs[0].op.inputs]
    if op.type in KEEP_A_SUM:
        return [(op.inputs[0], partial(_with_input, op, 0))]
    if op.type in {"Add", "AddN", "AddV2"}:
        return [(one, partial(_as_wide, tensor)) for one in op.inputs]
    if op.type == "Sub":
        first, second = op.inputs
        return [(first, partial(_as_wide, tensor)), (second, partial(_negated, tensor))]
    if op.type == "Mul":
        for at, other in ((0, 1), (1, 0)):
            if _is_factor(op.inputs[other]):
                return [(op.inputs[at], partial(_with_input, op, at))]
    return []


def _with_input(op: Any, at: int, value: Any) -> Any:
    inputs = list(op.inputs)
    inputs[at] = value
    return _again(op, inputs).outputs[0]


def _as_wide(total: Any, value: Any) -> Any:
    """A part that was added to each element of a larger one."""
    return value if value.shape == total.shape else tf.broadcast_to(value, tf.shape(total))


def _negated(total: Any, value: Any) -> Any:
    return -_as_wide(total, value)


def _is_factor(tensor: Any) -> bool:
    """Whether a tensor is a constant, or a variable of one number."""
    if tf.get_static_value(tensor) is not None:
        return True
    while tensor.op.type in {"Cast", "Identity"}:
        tensor = tensor.op.inputs[0]
    return bool(tensor.op.type == "ReadVariableOp" and tensor.shape.rank == 0)


def _is_zero(tensor: Any) -> bool:
    value = tf.get_static_value(tensor)
    return value is not None and not value.any()


def sources_of(tensor: Any, among: Sequence[Any]) -> Sources:
    """What a tensor is made from: of `among` those met first, the batch, variables."""
    numbers = {one.ref(): number for number, one in enumerate(among)}
    captured = {inner.ref() for _, inner in tensor.graph.captures}
    met: set[int] = set()
    of_batch = of_variables = False
    seen: set[Any] = set()
    waiting = [tensor]
    while waiting:
        one = waiting.pop()
        if one.ref() in seen:
            continue
        seen.add(one.ref())
        if one.ref() in numbers:
            met.add(numbers[one.ref()])
            continue
        if one.op.type == "Placeholder":
            of_batch = of_batch or one.ref() not in captured
            of_variables = of_variables or one.ref() in captured
        waiting.extend(one.op.inputs)
    return Sources(frozenset(met), of_batch, of_variables)


def batch_of(tensor: Any) -> list[Any]:
    """The tensors of the batch that the graph of `tensor` is given, in order."""
    graph = tensor.graph
    return list(graph.inputs[: len(graph.inputs) - len(graph.captures)])


def line_of(tensor: Any) -> int | None:
    """Line of the cell that made a tensor, the innermost; None where no cell did."""
    for frame in reversed(list(tensor.op.traceback or ())):
        if is_cell_file(frame.filename):
            return int(frame.lineno)
    return None


def slopes(values: Sequence[Any], variables: Sequence[Any]) -> list[list[Any]]:
    """The norm of the gradient of each value by each variable, in the graph; 0 where none is."""
    return [list(_norms(value, variables)) for value in values]


def slope(value: Any, tensors: Sequence[Any]) -> Any:
    """The sum of the gradient of a value by tensors, in the graph; 0 where none is."""
    found = [one for one in tf.gradients(value, list(tensors)) if one is not None]
    sums = [tf.reduce_sum(tf.cast(one, tf.float32)) for one in found]
    return tf.add_n(sums) if sums else tf.constant(0.0)


def _norms(value: Any, variables: Sequence[Any]) -> Iterator[Any]:
    for gradient in tf.gradients(value, list(variables)):
        if gradient is None:
            yield tf.constant(0.0)
        else:
            dense = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
            yield tf.norm(tf.cast(dense, tf.float32))
