"""The source of a cell: read it, find calls in it, edit it."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nbdoctor.cell.call import Call, CannotEditError, calls_in
from nbdoctor.cell.masking import HIDDEN, masked, unmasked
from nbdoctor.cell.spelling import keras_in, numpy_in
from nbdoctor.cell.syntax import Lines, UnreadError, last_name, parsed

if TYPE_CHECKING:
    import libcst as cst


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
    def _read(self) -> tuple[ast.Module | None, str]:
        try:
            return parsed(self.python), ""
        except UnreadError as error:
            return None, f"{error}, so its text was not read; the model and the data were."
        except SyntaxError:
            return None, ""

    @property
    def tree(self) -> ast.Module:
        """The syntax tree, to be left as it is: empty where the text is not valid or not read."""
        return self._read[0] or ast.Module(body=[], type_ignores=[])

    @property
    def is_read(self) -> bool:
        """Whether the text is valid Python within the bounds of what is read."""
        return self._read[0] is not None

    @property
    def unread(self) -> str:
        """Why the text was not read, as a sentence; "" where it was, and where it is not valid."""
        return self._read[1]

    @cached_property
    def lines(self) -> Lines:
        """The lines that the places in the tree count."""
        return Lines(self.python)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call of the cell, from top to bottom."""
        return calls_in(self.tree, self.lines) if self.is_read else ()

    def must_be_read(self) -> None:
        """Refuse an edit where the text is not known.

        Raises
        ------
        CannotEditError
        """
        if not self.is_read:
            message = self.unread or "The cell is not valid Python, so it cannot be edited."
            raise CannotEditError(message)

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
        from nbdoctor.cell.edit import with_argument

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
        from nbdoctor.cell.edit import without_argument

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
        from nbdoctor.cell.edit import with_callee

        return self._with_call(callee, lambda call: with_callee(call, replacement), line)

    def without_method(self, name: str, *, line: int | None = None) -> Cell:
        """Leave out the one call of a method: `data.repeat()` to `data`.

        Raises
        ------
        CannotEditError
            As for `with_argument`, or what is called is no method.
        """
        from nbdoctor.cell.edit import owner_of

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
        from nbdoctor.cell.edit import with_first_item

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
        body = self.tree.body
        found = next((one for one in body if one.lineno == line), None)
        last = (found.end_lineno or line) if found else line
        beside = [o for o in body if o.lineno <= last and line <= (o.end_lineno or o.lineno)]
        if found is None or len(beside) > 1:
            message = f"No statement of this cell has line {line} for itself."
            raise CannotEditError(message)
        written = self.source.split("\n")
        return Cell("\n".join([*written[: line - 1], *written[last:]]))

    def diff(self, other: Cell) -> str:
        """Unified diff to `other`, without file names, "" when nothing differs.

        JupyterLab makes the patch from it, so no character is lost: only a line feed ends a line
        (`splitlines` would take a form feed for one), and the end of a last line is a change, too.
        """
        before, after = self.source.split("\n"), other.source.split("\n")
        if before[-1] == after[-1] == "":
            del before[-1], after[-1]
        return "\n".join([*difflib.unified_diff(before, after, lineterm="", n=1)][2:])

    @cached_property
    def keras(self) -> str:
        """How this cell spells Keras: "keras", "tf.keras", "tensorflow.keras", or ""."""
        return keras_in(self.source, [call.callee for call in self.calls])

    @cached_property
    def numpy(self) -> str:
        """How this cell spells NumPy: "np", "numpy", or "" where it does not import it."""
        return numpy_in(self.python)

    def _statement_of(self, callee: str) -> tuple[int, str]:
        """Row (from 0) and indentation of the only statement that calls `callee`."""
        self.must_be_read()
        places = []
        for node in ast.walk(self.tree):
            if isinstance(node, _SIMPLE_STATEMENTS):
                called = [last_name(call) for call in ast.walk(node) if isinstance(call, ast.Call)]
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
        from nbdoctor.cell.edit import edited

        return Cell(unmasked(edited(self, callee, edit, line, place)))


_SIMPLE_STATEMENTS = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return)
