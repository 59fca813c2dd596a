"""Operations of a trace whose slope is infinite somewhere: roots, logarithms, divisions."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from nbdoctor.backend.parts import Edge, EdgeKind
from nbdoctor.errors.exceptions import is_cell_file

KINDS: dict[str, tuple[EdgeKind, int, float]] = {
    "Sqrt": ("square root", 0, 0.0),
    "Rsqrt": ("square root", 0, 0.0),
    "Log": ("logarithm", 0, 0.0),
    "Xlogy": ("logarithm", 1, 0.0),
    "RealDiv": ("division", 1, 0.0),
    "Reciprocal": ("division", 0, 0.0),
    "Inv": ("division", 0, 0.0),
    "Pow": ("power", 0, 0.0),
    "Acos": ("inverse function", 0, 1.0),
    "Asin": ("inverse function", 0, 1.0),
    "Atanh": ("inverse function", 0, 1.0),
}
"""Operations, which of their inputs comes near the edge, and where that is."""

NEAR = 1e-30
"""Nearer than this the slope of a root or a division is beyond float32."""


def edges(total: Any) -> list[Edge]:
    """The operations with an infinite slope that `total` is made by, in the order of the trace."""
    found = [
        Edge(
            kind=KINDS[op.type][0],
            tensor=op.inputs[KINDS[op.type][1]],
            at=KINDS[op.type][2],
            scope=op.name.rpartition("/")[0],
            line=_line(op),
        )
        for op in _makers(total)
        if op.type in KINDS and op.outputs[0].dtype.is_floating and not _is_smooth(op)
    ]
    return [one for one in found if tf.get_static_value(one.tensor) is None]


def _is_smooth(op: Any) -> bool:
    """Whether a power has a finite slope at 0, too."""
    exponent = tf.get_static_value(op.inputs[1]) if op.type == "Pow" else None
    return exponent is not None and bool((exponent >= 1).all())


def _makers(total: Any) -> list[Any]:
    """All operations that a tensor is computed by, the first made first."""
    seen: dict[Any, Any] = {}
    waiting = [total.op]
    while waiting:
        op = waiting.pop()
        if op.name in seen:
            continue
        seen[op.name] = op
        waiting.extend(one.op for one in op.inputs)
    order = {op.name: number for number, op in enumerate(total.graph.get_operations())}
    return sorted(seen.values(), key=lambda op: order.get(op.name, 0))


def _line(op: Any) -> int | None:
    for frame in reversed(list(op.traceback or ())):
        if is_cell_file(frame.filename):
            return int(frame.lineno)
    return None


def closest(edge: Edge) -> Any:
    """How many values are at the edge or beyond, and how many there are, in the graph."""
    values = tf.cast(edge.tensor, tf.float32)
    if edge.at:
        there = tf.abs(values) >= edge.at
    elif edge.kind == "division":
        there = tf.abs(values) <= NEAR
    else:
        there = values <= NEAR
    return tf.reduce_sum(tf.cast(there, tf.int32)), tf.size(values)
