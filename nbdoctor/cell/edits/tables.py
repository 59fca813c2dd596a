"""Add lines behind the statement that makes a table, or any other variable."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import flow_of, followed, names_made, names_read


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


def sources_among(cell: Cell, first: str, tables: Iterable[str]) -> list[str]:
    """The tables to mend, `first` the first; those that the cell makes from them follow them."""
    here = names_made(cell.tree) | names_read(cell.tree)
    known = [one for one in dict.fromkeys([first, *sorted(tables)]) if one in here]
    flow = flow_of(cell.tree)
    return [one for one in known if not (followed({one}, flow) - {one}).intersection(known)]


def with_lines_after(cell: Cell, name: str, *lines: str) -> Cell:
    """The cell with lines behind the statement that makes a variable.

    Where an earlier cell made it, they stand before the first statement of this one that reads it;
    such lines should give the name a new value and not write into the old one, so that the cell can
    run again.

    Raises
    ------
    CannotEditError
        Several statements at the top of the cell make it, one that shares its line, or one in a
        block; or none reads it.
    """
    cell.must_be_read()
    making = [one for one in cell.tree.body if name in names_made(one)]
    if not making and name in names_made(cell.tree):
        message = f"The cell does not make `{name}` at its top."
        raise CannotEditError(message)
    if not making:
        return _with_lines_before(cell, _first_reader(cell, name), lines)
    if len(making) != 1 or not isinstance(making[0], ast.Assign):
        message = f"The cell does not make `{name}` in one statement."
        raise CannotEditError(message)
    last = making[0].end_lineno or making[0].lineno
    _must_stand_alone(cell, making[0])
    written = cell.source.split("\n")
    return Cell("\n".join([*written[:last], *lines, *written[last:]]))


def _first_reader(cell: Cell, name: str) -> ast.stmt:
    """The first statement at the top of the cell that reads a variable."""
    for one in cell.tree.body:
        if name in names_read(one):
            return one
    message = f"The cell neither makes nor reads `{name}`."
    raise CannotEditError(message)


def _with_lines_before(cell: Cell, statement: ast.stmt, lines: tuple[str, ...]) -> Cell:
    _must_stand_alone(cell, statement)
    decorated = [one.lineno for one in getattr(statement, "decorator_list", [])]
    first = min([statement.lineno, *decorated]) - 1
    written = cell.source.split("\n")
    return Cell("\n".join([*written[:first], *lines, *written[first:]]))


def _must_stand_alone(cell: Cell, statement: ast.stmt) -> None:
    """Refuse a statement that shares a line with another one."""
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    for one in cell.tree.body:
        if one is not statement and one.lineno <= last and first <= (one.end_lineno or one.lineno):
            message = f"Line {first} holds more than one statement."
            raise CannotEditError(message)


def with_column(table: str, column: str, values: str) -> str:
    """The line that gives a table a column of other values, and leaves the old table as it is."""
    plain = column.isidentifier() and not keyword.iskeyword(column)
    given = f"{column}={values}" if plain else f"**{{{literal(column)}: {values}}}"
    return f"{table} = {table}.assign({given})"


def quoted(*names: str) -> str:
    """Names of columns as a list in the text of a cell."""
    return "[" + ", ".join(literal(name) for name in names) + "]"


def literal(text: str) -> str:
    """A text as it stands in a cell: in double quotes where these need no escapes."""
    plain = '"' not in text and "\\" not in text and text.isprintable()
    return f'"{text}"' if plain else repr(text)
