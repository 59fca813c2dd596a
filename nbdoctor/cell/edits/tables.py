"""Add lines behind the statement that makes a table, or any other variable."""

from __future__ import annotations

import ast

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell


def statement_of(cell: Cell, name: str) -> ast.Assign:
    """The only statement at the top of the cell that makes this variable.

    Raises
    ------
    CannotEditError
        None does, or several do.
    """
    found = [
        one
        for one in cell.tree.body
        if isinstance(one, ast.Assign)
        and len(one.targets) == 1
        and isinstance(one.targets[0], ast.Name)
        and one.targets[0].id == name
    ]
    if len(found) != 1:
        message = f"The cell does not make `{name}` in one statement."
        raise CannotEditError(message)
    return found[0]


def with_lines_after(cell: Cell, name: str, *lines: str) -> Cell:
    """The cell with lines behind the statement that makes a variable.

    Raises
    ------
    CannotEditError
        No statement at the top of the cell makes it, several do, or it shares its line.
    """
    found = statement_of(cell, name)
    last = found.end_lineno or found.lineno
    beside = [one for one in cell.tree.body if one is not found and one.lineno <= last]
    if any((one.end_lineno or one.lineno) >= found.lineno for one in beside):
        message = f"The statement that makes `{name}` shares its line with another one."
        raise CannotEditError(message)
    written = cell.source.split("\n")
    return Cell("\n".join([*written[:last], *lines, *written[last:]]))


def quoted(*names: str) -> str:
    """Names of columns as a list in the text of a cell."""
    return "[" + ", ".join(_literal(name) for name in names) + "]"


def _literal(text: str) -> str:
    plain = '"' not in text and "\\" not in text and text.isprintable()
    return f'"{text}"' if plain else repr(text)
