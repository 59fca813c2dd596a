"""Whether a loss can tell the units of a softmax from one another, by the operations behind it."""

from __future__ import annotations

from nbdoctor.backend.nodes import PAIRED, Key, Node, Shape
from nbdoctor.look.expression import Expression

ALIKE = frozenset(
    {
        *("Abs", "Cast", "Exp", "Identity", "Log", "Log1p", "LogSoftmax", "Neg", "Rsqrt"),
        *("Reciprocal", "Sigmoid", "Snapshot", "Softmax", "Softplus", "Sqrt", "Square", "Tanh"),
    }
)
"""Operations that do the same to each unit, or to all together whatever their order."""

REDUCING = frozenset({"Max", "Mean", "Min", "Prod", "Sum"})
SOFT = frozenset({"LogSoftmax", "Softmax"})


def is_blind(expression: Expression, output: Key) -> bool:
    """Whether the number stays the same when the units of a softmax change places.

    Parameters
    ----------
    expression : Expression
    output : Key
        What a network has put out.

    Returns
    -------
    bool
        False where the number does not depend on it, where no softmax is among the operations, and
        where an operation is not known to treat the units alike.
    """
    maker = expression.makers.get(output)
    width = _width(maker, output) if maker is not None else None
    if maker is None or width is None or width <= 1 or not expression.depends_on(output):
        return False
    soft, wide = maker.kind in SOFT, {output}
    for node in expression.nodes:
        if node is maker or not any(taken in wide for taken in node.takes):
            continue
        if not _treats_alike(node, wide, width):
            return False
        soft = soft or node.kind in SOFT
        wide.update(given for given in node.gives if _width(node, given) == width)
    return soft


def _treats_alike(node: Node, wide: set[Key], width: int) -> bool:
    if node.kind in ALIKE:
        return True
    if node.kind in REDUCING:  # the second operand says along which axes
        return node.takes[0] in wide and _width(node, node.gives[0]) in (None, 1, width)
    if node.kind not in PAIRED:
        return False
    shapes = zip(node.takes, node.shapes_taken, strict=True)
    return all(taken in wide or _is_one(shape) for taken, shape in shapes)


def _is_one(shape: Shape) -> bool:
    """Whether each row, or everything, has one value."""
    return shape is not None and (not shape or shape[-1] == 1)


def _width(node: Node, given: Key) -> int | None:
    shape = node.shapes[node.gives.index(given)]
    return shape[-1] if shape and len(shape) > 1 else None
