"""The source of a cell: read it, find calls in it, edit it."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nbdoctor.capture.call import Call, calls_in
from nbdoctor.capture.masking import HIDDEN, masked, unmasked

if TYPE_CHECKING:
    import libcst as cst


class CannotEditError(ValueError):
    """The edit has no unambiguous place in this cell; the message says why."""


@dataclass(frozen=True)
class Cell:
    """The text of a notebook cell.

    It is read with `ast` and edited with LibCST, which keeps every space and comment and takes
    longer to load than many a training step: most cells are never edited.

    What only IPython understands (`%`, `!`, `?`) is masked while the cell is parsed and put
    back afterwards, so line numbers are those that the user sees.

    Parameters
    ----------
    source : str
        The whole cell, magic lines included.
    """

    source: str

    @cached_property
    def python(self) -> str:
        """The cell with what only IPython understands masked."""
        return masked(self.source)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call of the cell, from top to bottom."""
        return calls_in(self.python)

    def calls_of(self, name: str) -> tuple[Call, ...]:
        """The calls whose last name is `name` ("compile", "Dense")."""
        return tuple(call for call in self.calls if call.name == name)

    def with_argument(  # noqa: PLR0913  (two ways to say which call, one to say where in it)
        self,
        callee: str,
        argument: str,
        value: str,
        *,
        position: int | None = None,
        line: int | None = None,
        at: Call | None = None,
    ) -> Cell:
        """Set one argument of one call, adding it as a keyword where it is not given.

        Parameters
        ----------
        callee : str
            Last name of what is called ("compile").
        argument : str
            Keyword name.
        value : str
            Python source of the new value.
        position : int, optional
            Where the argument stands when it is given without its name.
        line : int, optional
            Line of the call, where several calls have that name.
        at : Call, optional
            The call itself, where several may even stand on one line.

        Returns
        -------
        Cell
            With the fewest tokens changed.

        Raises
        ------
        CannotEditError
            No such call, or several and no `line` that tells them apart.
        """
        from nbdoctor.capture.edit import with_argument

        def edit(call: cst.Call) -> cst.Call:
            return with_argument(call, argument, value, position)

        return self._with_call(callee, edit, at.line if at else line, at.place if at else None)

    def without_argument(self, callee: str, argument: str, *, at: Call | None = None) -> Cell:
        """Take an argument that is given by its name out of one call.

        Parameters
        ----------
        callee : str
            Last name of what is called ("Dense").
        argument : str
            Keyword name.
        at : Call, optional
            The call itself, where several have that name.

        Raises
        ------
        CannotEditError
            As for `with_argument`, or the argument is not given by its name.
        """
        from nbdoctor.capture.edit import without_argument

        def edit(call: cst.Call) -> cst.Call:
            return without_argument(call, argument)

        return self._with_call(callee, edit, at.line if at else None, at.place if at else None)

    def with_callee(self, callee: str, replacement: str, *, line: int | None = None) -> Cell:
        """Replace the last name of what is called: `mse_loss(...)` to `mae_loss(...)`.

        Raises
        ------
        CannotEditError
            As for `with_argument`.
        """
        from nbdoctor.capture.edit import with_callee

        return self._with_call(callee, lambda call: with_callee(call, replacement), line)

    def without_method(self, name: str, *, line: int | None = None) -> Cell:
        """Leave out the one call of a method: `data.repeat()` to `data`.

        Raises
        ------
        CannotEditError
            As for `with_argument`, or what is called is no method.
        """
        from nbdoctor.capture.edit import owner_of

        return self._with_call(name, owner_of, line)

    def with_first_item(self, callee: str, item: str, *, after: tuple[str, ...] = ()) -> Cell:
        """Put `item` first into the list that is the first argument of one call.

        Parameters
        ----------
        callee : str
            Last name of what is called ("Sequential").
        item : str
            Python source of the new item.
        after : tuple of str
            Last names of calls that stay in front of it ("Input").

        Raises
        ------
        CannotEditError
            As for `with_argument`, or the first argument is not a list written in the call.
        """
        from nbdoctor.capture.edit import with_first_item

        def edit(call: cst.Call) -> cst.Call:
            return with_first_item(call, item, after)

        return self._with_call(callee, edit, None)

    def with_lines_before(self, callee: str, lines: str) -> Cell:
        """Put statements before the one that calls `callee`; a second time changes nothing.

        Raises
        ------
        CannotEditError
            No such call, several, or one that shares its line with another statement.
        """
        row, indent = self._statement_of(callee)
        written = self.source.split("\n")
        added = [indent + line for line in lines.split("\n")]
        if written[max(0, row - len(added)) : row] == added:
            return self
        return Cell("\n".join([*written[:row], *added, *written[row:]]))

    def without_statement(self, line: int) -> Cell:
        """Leave out the statement at the top of the cell that begins on a line.

        Raises
        ------
        CannotEditError
            None begins there, or it shares a line with another one.
        """
        try:
            body = ast.parse(self.python).body
        except SyntaxError:
            body = []
        found = next((one for one in body if one.lineno == line), None)
        last = (found.end_lineno or line) if found else line
        beside = [o for o in body if o.lineno <= last and line <= (o.end_lineno or o.lineno)]
        if found is None or len(beside) > 1:
            message = f"No statement of this cell has line {line} for itself."
            raise CannotEditError(message)
        written = self.source.split("\n")
        return Cell("\n".join([*written[: line - 1], *written[last:]]))

    def diff(self, other: Cell) -> str:
        """Unified diff to `other`, without file names, "" when nothing differs."""
        lines = difflib.unified_diff(
            self.source.splitlines(),
            other.source.splitlines(),
            lineterm="",
            n=1,
        )
        return "\n".join(list(lines)[2:])

    @cached_property
    def keras(self) -> str:
        """How this cell spells Keras: "keras", "tf.keras", "tensorflow.keras", or ""."""
        for pattern, spelling in _KERAS_IMPORTS:
            match = re.search(pattern, self.source, re.MULTILINE)
            if match:
                return match.expand(spelling)
        for call in self.calls:
            if match := re.match(r"((?:\w+\.)*keras)\.", call.callee):
                return match[1]
        return ""

    @cached_property
    def numpy(self) -> str:
        """How this cell spells NumPy: "np", "numpy", or "" where it does not import it."""
        found = re.search(r"^\s*import numpy(?: as (\w+))?\s*(?:#.*)?$", self.python, re.MULTILINE)
        return (found[1] or "numpy") if found else ""

    def _statement_of(self, callee: str) -> tuple[int, str]:
        """Row (from 0) and indentation of the only statement that calls `callee`."""
        try:
            tree = ast.parse(self.python)
        except SyntaxError:
            message = "The cell is not valid Python, so it cannot be edited."
            raise CannotEditError(message) from None
        places = []
        for node in ast.walk(tree):
            if isinstance(node, _SIMPLE_STATEMENTS):
                called = [_name_of(call) for call in ast.walk(node) if isinstance(call, ast.Call)]
                places += [(node.lineno - 1, node.col_offset)] * called.count(callee)
        row, column = places[0] if len(places) == 1 else (0, 0)
        before = self.python.split("\n")[row].encode()[:column].decode()
        if len(places) != 1 or HIDDEN.sub("", before).strip():
            message = f"No single line of this cell calls `{callee}`, so none is put before it."
            raise CannotEditError(message)
        return row, before[: len(before) - len(before.lstrip())]

    def _with_call(
        self,
        callee: str,
        edit: Callable[[cst.Call], cst.BaseExpression],
        line: int | None,
        place: int | None = None,
    ) -> Cell:
        from nbdoctor.capture.edit import edited

        return Cell(unmasked(edited(self.python, callee, edit, line, place)))


_SIMPLE_STATEMENTS = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)

_KERAS_IMPORTS = (
    (r"^\s*import keras\s*(?:#.*)?$", "keras"),
    (r"^\s*import keras as (\w+)", r"\1"),
    (r"^\s*from tensorflow import .*\bkeras\b", "keras"),
    (r"^\s*import tensorflow as (\w+)", r"\1.keras"),
    (r"^\s*import tensorflow\s*(?:#.*)?$", "tensorflow.keras"),
)


def _name_of(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def assigned_names(cell: Cell) -> list[str]:
    """Variables that the cell assigns, in the order of their names' first appearance."""
    return _names(cell, ast.Store)


def used_names(cell: Cell) -> list[str]:
    """Variables that the cell uses, in the order of their names' first appearance."""
    return _names(cell, ast.Load)


def _names(cell: Cell, context: type[ast.expr_context]) -> list[str]:
    try:
        tree = ast.parse(cell.python)
    except SyntaxError:
        return []
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    found = [node for node in names if isinstance(node.ctx, context)]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in found))
