"""What the operations behind a loss tell, on computations written by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbdoctor.backend.nodes import Node, Shape
from nbdoctor.look.expression import Expression, Meeting


def op(kind: str, takes: str, gives: str, *shapes: Shape, is_float: bool = True) -> Node:
    """An operation of tensors with names of one letter; `shapes` of what it takes."""
    return Node(
        kind=kind,
        takes=tuple(takes),
        gives=tuple(gives),
        shapes_taken=shapes or ((4,),) * len(takes),
        shapes=((4,),) * len(gives),
        floats=(is_float,) * len(gives),
    )


# e: weights of an encoder, d: of a decoder; x comes from outside.
CODED = [
    op("ReadVariableOp", "e", "E"),
    op("MatMul", "xE", "z"),
    op("ReadVariableOp", "d", "D"),
    op("MatMul", "zD", "p"),
    op("Sub", "xp", "r"),
    op("Square", "r", "s"),
    op("Mean", "s", "l"),
]
# t: weights of a teacher that stands beside.
TAUGHT = [
    op("ReadVariableOp", "t", "T"),
    op("MatMul", "xT", "q"),
    op("ReadVariableOp", "d", "D"),
    op("MatMul", "xD", "p"),
    op("Sub", "qp", "r"),
    op("Mean", "r", "l"),
]


def test_a_gradient_flows_through_floating_numbers_only() -> None:
    assert Expression(CODED, "l").depends_on("e")
    rounded = [*CODED[:2], op("Cast", "z", "w", is_float=False), op("MatMul", "wD", "p")]
    assert not Expression([*rounded, *CODED[4:]], "l").depends_on("e")
    stopped = [*CODED[:2], op("StopGradient", "z", "w"), op("MatMul", "wD", "p")]
    assert not Expression([*stopped, *CODED[4:]], "l").depends_on("e")


def test_what_the_target_does_not_need_is_left_out() -> None:
    later = [*CODED, op("MatMul", "lT", "g"), op("MatMul", "gE", "h")]
    assert len(Expression(later, "l").nodes) == len(CODED)


def test_how_two_networks_stand_to_one_another() -> None:
    assert Expression(CODED, "l").relation("e", "d") == "feeds"
    assert Expression(CODED, "l").relation("d", "e") == "fed"
    assert Expression(TAUGHT, "l").relation("t", "d") == "beside"


def test_random_numbers_are_no_constants() -> None:
    made = [op("Const", "", "c"), op("RandomStandardNormal", "c", "x"), *CODED]
    assert Expression(made, "l").relation("d", "e") == "fed"
    assert Expression(made, "l").of_variables("e") == {"e", "E"}


def meetings(predicted: Shape, other: Shape, kind: str = "Sub") -> list[Meeting]:
    nodes = [*CODED[:4], op("Cast", "y", "k"), op(kind, "kp", "r", other, predicted), *CODED[5:]]
    return list(Expression(nodes, "l").meetings("p", "ed"))


def test_labels_are_found_where_they_meet_predictions() -> None:
    (one,) = meetings((8, 1), (8,))
    assert (one.leaf, one.predicted, one.other) == ("y", (8, 1), (8,))
    assert Expression([*CODED[:4], *CODED[4:]], "l").loss_of(one) == "mean_squared_error"


def test_scalars_weights_and_other_predictions_are_no_labels() -> None:
    assert meetings((8, 1), ()) == []
    learned = [*CODED[:4], op("Mul", "Ep", "r"), *CODED[5:]]
    assert list(Expression(learned, "l").meetings("p", "ed")) == []
    itself = [*CODED[:4], op("Mul", "pp", "r"), *CODED[5:]]
    assert list(Expression(itself, "l").meetings("p", "ed")) == []


@pytest.mark.parametrize(
    ("predicted", "other", "mixes"),
    [
        ((8, 1), (8,), True),
        ((8,), (8, 1), True),
        ((None, 1), (None,), True),
        ((8, 5, 1), (8, 5), True),
        ((8, 1), (8, 1), False),
        ((8, 3), (8, 1), False),
        ((8, 1), (3,), False),
        ((8, 3), (3,), False),
        ((1, 1), (1,), False),
        ((8, 1, 4), (8, 4), False),
        (None, (8,), False),
    ],
)
def test_which_shapes_mix_rows(predicted: Shape, other: Shape, mixes: bool) -> None:
    one = Meeting(kind="Sub", predicted=predicted, other=other, result=None, result_key="r")
    assert one.mixes_rows is mixes


@pytest.mark.parametrize(
    ("nodes", "loss"),
    [
        ([op("SquaredDifference", "yp", "r"), op("Mean", "r", "l")], "mean_squared_error"),
        ([op("Sub", "yp", "r"), op("Mul", "rr", "s"), op("Mean", "s", "l")], "mean_squared_error"),
        ([op("Sub", "yp", "r"), op("Abs", "r", "s"), op("Mean", "s", "l")], "mean_absolute_error"),
        ([op("Sub", "yp", "r"), op("Log", "r", "s"), op("Mean", "s", "l")], ""),
        ([op("Mul", "yp", "r"), op("Mean", "r", "l")], ""),
    ],
)
def test_which_formulas_are_losses_of_keras(nodes: list[Node], loss: str) -> None:
    expression = Expression(nodes, "l")
    (one,) = expression.meetings("p", "")
    assert expression.loss_of(one) == loss


def test_terms_that_no_update_can_change() -> None:
    def number(kind: str, takes: str, gives: str) -> Node:
        return replace(op(kind, takes, gives, *[()] * len(takes)), shapes=((),))

    weights = [
        replace(op("ReadVariableOp", one, one.upper()), shapes=((3, 2),)) for one in ("t", "d")
    ]
    nodes = [
        *weights,
        op("MatMul", "xT", "q"),
        op("MatMul", "xD", "p"),
        op("Mean", "q", "m"),
        op("Mean", "p", "n"),
        op("Mean", "y", "c"),
    ]
    (found,) = Expression([*nodes, number("AddV2", "mn", "l")], "l").idle_terms("d")
    assert found.takes == ("m", "n")
    assert not Expression([*nodes, number("AddV2", "mn", "l")], "l").idle_terms("td")
    assert not Expression([*nodes, number("AddV2", "cn", "l")], "l").idle_terms("d")
