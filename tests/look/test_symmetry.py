"""Whether a loss tells the units of a softmax apart, on computations written by hand."""

from __future__ import annotations

import pytest

from nbdoctor.backend.nodes import Node, Shape
from nbdoctor.look.expression import Expression
from nbdoctor.look.symmetry import is_blind

WIDE, ROW, NUMBER = (8, 3), (8, 1), ()


def op(kind: str, takes: str, gives: str, result: Shape, *shapes: Shape) -> Node:
    return Node(
        kind=kind,
        takes=tuple(takes),
        gives=(gives,),
        shapes_taken=shapes,
        shapes=(result,),
        floats=(True,),
    )


SOFTMAX = [op("Softmax", "z", "p", WIDE, WIDE), op("Log", "p", "l", WIDE, WIDE)]
ADDED = op("Sum", "ma", "n", NUMBER, WIDE, (2,))


@pytest.mark.parametrize(
    ("node", "blind"),
    [
        pytest.param(op("Mul", "lr", "m", WIDE, WIDE, ROW), True, id="a value for each row"),
        pytest.param(op("Mul", "lp", "m", WIDE, WIDE, WIDE), True, id="the softmax itself"),
        pytest.param(op("Mul", "ly", "m", WIDE, WIDE, WIDE), False, id="a value for each unit"),
        pytest.param(op("GatherV2", "ly", "m", ROW, WIDE, ROW), False, id="one is picked out"),
    ],
)
def test_what_is_done_to_the_units(node: Node, *, blind: bool) -> None:
    assert is_blind(Expression([*SOFTMAX, node, ADDED], "n"), "p") is blind


def test_without_a_softmax_units_are_no_classes() -> None:
    nodes = [op("MatMul", "xw", "p", WIDE, WIDE, WIDE), op("Square", "p", "m", WIDE, WIDE), ADDED]
    assert not is_blind(Expression(nodes, "n"), "p")
