"""Predictions and labels that a cell collects in two passes over the same data."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.uses import LOOP, Use, Uses
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.stages import changes_order

IN_ORDER_OF_FILES = ("classes", "labels")
"""What an iterator of Keras's keeps of its rows, in the order of the files or arrays."""

COLLECT = frozenset({"list", "map"})
PARTS = frozenset({"Take", "Skip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPasses:
    """A pass that predicts, and another one that collects labels in a different order.

    Attributes
    ----------
    predicted, collected : int or None
        Their lines.
    shuffled : int or None
        Line of the `shuffle` that deals anew for each pass; None where an iterator of Keras's does.
    text : str
        How the labels were collected, as written.
    """

    predicted: int | None
    collected: int | None
    shuffled: int | None = None
    text: str = ""


@reading(
    "the passes over the data",
    when=Moment.CELL_ENDED | Moment.CELL_STOPPED,
    missing=does_not_apply("the cell does not predict a dataset and collect its labels"),
    once=True,
)
def two_passes(uses: Uses, cell: Cell) -> TwoPasses | None:
    """The first pair of such passes over data whose order differs from pass to pass."""
    predictions = [one for one in uses.passes if one.by == "predict"]
    for one in predictions:
        found = _loop_beside(one, uses, cell) or _attribute_beside(one, cell)
        if found is not None:
            return found
    return None


def _loop_beside(one: Use, uses: Uses, cell: Cell) -> TwoPasses | None:
    shuffle = changes_order(one.last) if one.last is not None else None
    if shuffle is None:
        return None
    for other in uses.passes:
        if other.by != LOOP or other.last is None or other.line is None:
            continue
        same = _above(other.last, shuffle.key)
        if not same or any(stage.kind in PARTS for stage in same):
            continue
        text = _whole_pass(cell.tree, other.line)
        if text:
            return TwoPasses(
                predicted=one.line, collected=other.line, shuffled=shuffle.line, text=text
            )
    return None


def _above(last: Stage, key: int) -> list[Stage]:
    """The stages from the last one down to that of a key; none where it is not among them."""
    if last.key == key:
        return [last]
    found = (_above(one, key) for one in last.inputs)
    rest = next((one for one in found if one), [])
    return [last, *rest] if rest else []


def _whole_pass(tree: ast.Module, line: int) -> str:
    """What goes through all of the data on a line, "" where that is not known."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and _is_on(node.iter, line):
            return "" if _stops(node) or _predicts(node) else "a loop"
        if isinstance(node, ast.comprehension) and _is_on(node.iter, line):
            return "a comprehension"
        if isinstance(node, ast.Call) and _is_on(node, line) and _name(node.func) in COLLECT:
            return f"`{_name(node.func)}`"
    return ""


def _is_on(node: ast.expr, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _stops(loop: ast.For) -> bool:
    return any(isinstance(part, (ast.Break, ast.Return)) for part in ast.walk(loop))


def _predicts(loop: ast.For) -> bool:
    """Whether the loop calls a model itself, so that it needs no other predictions."""
    words = ("predict", "model", "net")
    return any(word in name.lower() for name in _called(loop) for word in words)


def _called(loop: ast.For) -> Iterator[str]:
    for part in ast.walk(loop):
        if isinstance(part, ast.Call):
            yield _name(part.func)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _attribute_beside(one: Use, cell: Cell) -> TwoPasses | None:
    """Labels of an iterator of Keras's, which stand in the order of its files."""
    if not one.deals:
        return None
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Attribute) and node.attr in IN_ORDER_OF_FILES:
            return TwoPasses(predicted=one.line, collected=node.lineno, text=f"`.{node.attr}`")
    return None
