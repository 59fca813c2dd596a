"""Lines of a cell that change the data of its `fit`, and what the data was before each of them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.names import names_loaded, names_stored, root_name

MOST_BYTES = 64_000_000
"""Of all that is kept from one cell: copying so much takes some 20 ms. What does not fit is not
kept, and nothing is said of the lines that change it."""

DATA = {"x": 0, "y": 1}
"""Arguments of `fit` that hold one entry per row, by their places."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangingLine:
    """A statement at the top of a cell that makes data anew from itself, or changes it in place.

    Attributes
    ----------
    line : int
    text : str
        As it is written, in one line.
    names : tuple of str
        The variables whose data it changes.
    """

    line: int
    text: str
    names: tuple[str, ...]


def changing_lines(cell: Cell) -> tuple[ChangingLine, ...]:
    """The statements before the last `fit` that may change what a `fit` of the cell is given.

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    tuple of ChangingLine
        Those that share no line with another statement: only such a line can be left out.
    """
    body = cell.tree.body
    fits = [n for n, one in enumerate(body) for call in _calls(one) if _is_fit(call)]
    data = {name for one in body for call in _calls(one) for name in _data_of(call)}
    found = []
    for place, statement in enumerate(body[: max(fits, default=0)]):
        names = tuple(sorted(_changed_by(statement) & data))
        if names and _is_alone(body, place):
            written = cell.lines.text(statement)
            found.append(ChangingLine(statement.lineno, " ".join(written.split()), names))
    return tuple(found)


@dataclass
class Changes:
    """What the changing lines of a cell found and left, noted while the cell runs.

    Attributes
    ----------
    lines : mapping of int to ChangingLine
        By the line that they begin on.
    before, after : dict of int to mapping of str
        Copies of the data before and after each of them, in the order in which they ran.
    """

    lines: Mapping[int, ChangingLine] = field(default_factory=dict)
    before: dict[int, Values] = field(default_factory=dict)
    after: dict[int, Values] = field(default_factory=dict)
    kept: int = 0
    _running: ChangingLine | None = None

    @classmethod
    def of(cls, cell: Cell) -> Changes:
        """Of a cell that is about to run."""
        return cls({one.line: one for one in changing_lines(cell)})

    def about_to_run(self, line: int, namespace: Mapping[str, Any]) -> None:
        """Keep what the statement before has left, and what the next is about to change.

        Parameters
        ----------
        line : int
            The first of the statement that runs next.
        namespace : mapping of str
            The user's variables now.
        """
        ended, self._running = self._running, None
        copies: dict[str, Any] = {}
        if ended is not None and self._copy(ended.names, namespace, copies):
            self.after[ended.line] = {name: copies[name] for name in ended.names}
        known = self.lines.get(line)
        if known is None or line in self.before:
            return
        if self._copy(known.names, namespace, copies):
            self.before[line] = {name: copies[name] for name in known.names}
            self._running = known

    def _copy(
        self, names: Iterable[str], namespace: Mapping[str, Any], copies: dict[str, Any]
    ) -> bool:
        """Copy what is not copied yet; whether all of these names hold plain data that fits."""
        for name in names:
            if name in copies:
                continue
            value: Any = namespace.get(name)
            size = _bytes(value)
            if size is None or self.kept + size > MOST_BYTES:
                return False
            self.kept += size
            copies[name] = value.copy()
        return True


def _bytes(value: Any) -> int | None:
    if type(value) is np.ndarray:
        return int(value.nbytes) if value.dtype.kind in "biuf" else None
    pandas = sys.modules.get("pandas")
    if pandas is not None and type(value) in {pandas.DataFrame, pandas.Series}:
        return int(np.sum(value.memory_usage()))
    return None


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


def _is_fit(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "fit"


def _data_of(call: ast.Call) -> set[str]:
    """Variables that a `fit` gets as inputs and labels."""
    if not _is_fit(call):
        return set()
    given = [*call.args[: len(DATA)], *(word.value for word in call.keywords if word.arg in DATA)]
    return {one.id for one in given if isinstance(one, ast.Name)}


def _changed_by(statement: ast.stmt) -> set[str]:
    """Names that a statement gives other data made from the present one, or whose data it changes.

    Whether a call that is given an array writes into it (`np.random.shuffle(y)`) is not known
    from its text; what it did not change is told by comparing.
    """
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        written = {root_name(part) for part in ast.walk(statement) if _is_written(part)}
        return (names_stored(statement) & names_loaded(statement)) | written
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if _is_fit(call) or (isinstance(call.func, ast.Name) and call.func.id == "print"):
            return set()
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        return _names([*call.args, *(word.value for word in call.keywords), owner])
    return set()


def _is_written(part: ast.AST) -> bool:
    """`x[...] = ...`."""
    return isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store)


def _names(nodes: Iterable[ast.expr | None]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _is_alone(body: list[ast.stmt], place: int) -> bool:
    one = body[place]
    before = body[place - 1].end_lineno if place else 0
    after = body[place + 1].lineno if place + 1 < len(body) else None
    return before != one.lineno and after != one.end_lineno
