"""What a tensor of a trace can be by the operations that make it: bounds, from inputs to output."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

Bounds = tuple[float, float]
Known = tuple[float, float, bool]
"""Bounds, and whether every operation they come from is known."""

ANY: Bounds = (-math.inf, math.inf)
POSITIVE: Bounds = (0.0, math.inf)
DEEPEST = 60
"""Operations that are followed back; beyond them anything is possible."""

ALWAYS: dict[str, Bounds] = {
    "Sigmoid": (0.0, 1.0),
    "Softmax": (0.0, 1.0),
    "Tanh": (-1.0, 1.0),
    "Softsign": (-1.0, 1.0),
    "Softplus": POSITIVE,
    "Exp": POSITIVE,
    "Square": POSITIVE,
    "Abs": POSITIVE,
    "Relu6": (0.0, 6.0),
    "Elu": (-1.0, math.inf),
    "Selu": (-1.76, math.inf),
    "LogSoftmax": (-math.inf, 0.0),
    "Cos": (-1.0, 1.0),
    "Sin": (-1.0, 1.0),
    "Rsqrt": POSITIVE,
    "L2Loss": POSITIVE,
    **dict.fromkeys(
        (
            "BatchMatMulV2",
            "BiasAdd",
            "Conv2D",
            "Conv2DBackpropInput",
            "Conv3D",
            "Einsum",
            "LeakyRelu",
            "MatMul",
        ),
        ANY,
    ),
    **dict.fromkeys(("DepthwiseConv2dNative", "FusedBatchNormV3", "Placeholder"), ANY),
    **dict.fromkeys(("ReadVariableOp", "ResourceGather", "RandomStandardNormal"), ANY),
    "StatelessRandomNormalV2": ANY,
}
"""Operations whose results lie within these bounds, whatever they are given."""

PASS_ON = {
    "Cast",
    "EnsureShape",
    "ExpandDims",
    "GatherV2",
    "Identity",
    "Max",
    "MaxPool",
    "Mean",
} | {
    "Min",
    "AvgPool",
    "Reshape",
    "ResizeBilinear",
    "ResizeNearestNeighbor",
    "ReverseV2",
    "Slice",
    "Squeeze",
    "StopGradient",
    "StridedSlice",
    "Tile",
    "Transpose",
    "BroadcastTo",
}
"""Operations whose results are values of their first input, or means of them."""

HULLS = {"ConcatV2": slice(None, -1), "Pack": slice(None), "SelectV2": slice(1, None)}
"""... and those that put values of several inputs together."""


def bounds(tensor: Any) -> Bounds | None:
    """Smallest and largest value by the operations, None where one of them is not known."""
    low, high, known = _bounds(tensor, 0)
    return (low, high) if known else None


def _bounds(tensor: Any, depth: int) -> Known:
    op = tensor.op
    if op.type in ALWAYS:
        return (*ALWAYS[op.type], True)
    if depth > DEEPEST:
        return (*ANY, False)
    value = tf.get_static_value(tensor)
    if value is not None and value.dtype.kind in "fiu" and value.size:
        return float(value.min()), float(value.max()), True
    return _by_inputs(op, lambda at: _bounds(op.inputs[at], depth + 1))


def _by_inputs(op: Any, of: Callable[[int], Known]) -> Known:
    """The bounds of what an operation makes of inputs with these bounds."""
    found: Known = (*ANY, False)
    if op.type in PASS_ON:
        found = of(0)
    elif op.type in HULLS:
        found = _hull([of(at) for at in range(len(op.inputs))[HULLS[op.type]]])
    elif op.type in MONOTONE:
        low, high, known = of(0)
        found = MONOTONE[op.type](low), MONOTONE[op.type](high), known
    elif op.type in TWO:
        found = TWO[op.type](of(0), of(1))
    return found


def _hull(parts: Sequence[Known]) -> Known:
    known = all(one[2] for one in parts)
    return min(one[0] for one in parts), max(one[1] for one in parts), known


def _maximum(a: Known, b: Known) -> Known:
    return max(a[0], b[0]), max(a[1], b[1]), a[2] and b[2]


def _minimum(a: Known, b: Known) -> Known:
    return min(a[0], b[0]), min(a[1], b[1]), a[2] and b[2]


def _add(a: Known, b: Known) -> Known:
    return a[0] + b[0], a[1] + b[1], a[2] and b[2]


def _subtract(a: Known, b: Known) -> Known:
    return a[0] - b[1], a[1] - b[0], a[2] and b[2]


def _multiply(a: Known, b: Known) -> Known:
    ends = [_product(x, y) for x in a[:2] for y in b[:2]]
    return min(ends), max(ends), a[2] and b[2] and (_is_point(a) or _is_point(b))


def _is_point(one: Known) -> bool:
    """Whether it is a constant: a product of two that vary need not reach its bounds."""
    return one[0] == one[1]


def _product(x: float, y: float) -> float:
    return 0.0 if 0.0 in (x, y) else x * y


def _divide(a: Known, b: Known) -> Known:
    if b[0] <= 0 <= b[1]:
        positive = a[0] >= 0 and b[0] >= 0
        return (0.0, math.inf, False) if positive else (*ANY, False)
    return _multiply(a, (1 / b[1], 1 / b[0], b[2]))


def _sum(a: Known, _axes: Known) -> Known:
    low = 0.0 if a[0] >= 0 else -math.inf
    high = 0.0 if a[1] <= 0 else math.inf
    return low, high, a[2]


def _root(value: float) -> float:
    return math.sqrt(value) if value > 0 else 0.0


def _logarithm(value: float) -> float:
    return math.log(value) if 0 < value < math.inf else (math.inf if value > 0 else -math.inf)


MONOTONE: dict[str, Callable[[float], float]] = {
    "Sqrt": _root,
    "Relu": lambda value: max(value, 0.0),
    "Log": _logarithm,
    "Log1p": lambda value: _logarithm(1 + value),
}
"""Operations that keep the order of what they are given."""

TWO: dict[str, Callable[[Known, Known], Known]] = {
    "AddV2": _add,
    "Maximum": _maximum,
    "Minimum": _minimum,
    "Mul": _multiply,
    "RealDiv": _divide,
    "Sub": _subtract,
    "Sum": _sum,
}
"""Operations of two inputs."""
