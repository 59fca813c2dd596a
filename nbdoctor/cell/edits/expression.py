"""Replace one expression of a cell, found in its syntax tree, by another text."""

from __future__ import annotations

import ast

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell


def with_expression(cell: Cell, node: ast.expr, text: str) -> Cell:
    """The cell with `text` where `node` stands.

    Raises
    ------
    CannotEditError
        The expression takes several lines.
    """
    if node.end_lineno != node.lineno:
        message = f"What line {node.lineno} says takes several lines."
        raise CannotEditError(message)
    lines = cell.source.split("\n")
    line = lines[node.lineno - 1].encode()
    after = line[: node.col_offset] + text.encode() + line[node.end_col_offset :]
    lines[node.lineno - 1] = after.decode()
    return Cell("\n".join(lines))
