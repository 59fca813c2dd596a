"""Edits around the training steps of a cell."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.syntax import unparsed

STEPS = frozenset({"fit", "train_on_batch"})
"""Methods of a model that train it."""


def first_step_of(cell: Cell, model: str) -> int | None:
    """Line of the first statement that trains `model` and has its lines for itself."""
    simple = [node for node in ast.walk(cell.tree) if isinstance(node, (ast.Expr, ast.Assign))]
    lines = [node.lineno for node in simple if _trains(node, model)]
    stated = [node.lineno for node in ast.walk(cell.tree) if isinstance(node, ast.stmt)]
    alone = [line for line in lines if stated.count(line) == 1]
    return min(alone, default=None) if model else None


def _trains(statement: ast.stmt, model: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in STEPS
        and unparsed(node.func.value) == model
        for node in ast.walk(statement)
    )


def with_lines_above(cell: Cell, lines: Mapping[int, str]) -> Cell:
    """Return the cell with a line above each of these, as far indented as it is."""
    written = cell.source.split("\n")
    for row in sorted(lines, reverse=True):
        below = written[row - 1]
        indent = below[: len(below) - len(below.lstrip())]
        added = indent + lines[row]
        if row < 2 or written[row - 2] != added:  # noqa: PLR2004  (it is there already)
            written.insert(row - 1, added)
    return Cell("\n".join(written))
