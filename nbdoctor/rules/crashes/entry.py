"""One known error message of Keras."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.columns import QUOTED, OddColumn

Edit = Callable[[Cell, Mapping[str, str]], Cell]
"""A treatment as an edit of the cell; it may raise `CannotEditError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message that Keras raises, and what it means.

    Attributes
    ----------
    name : str
        Words joined by hyphens, unique: the entry is found again by it.
    title : str
        What is wrong in a few words.
    pattern : str
        Regular expression for the parts of the message that do not change. Its named groups are
        the facts of this crash: they are filled into `says` and `fix`.
    says : str
        What the message means, with `{group}` for a fact.
    fix : str
        What to change, with `{group}` for a fact.
    phase : str
        Where a message that any Python code may raise must come from: `Crash.phase`, "" for
        anywhere.
    edit : callable or None
        The same as an edit of the cell, where that is possible.
    call, argument : str
        What the cell must call, and with which argument, for such a message to mean this.
    kinds : tuple of str
        Kinds of columns (see `OddColumn`) that such a message may be about: they are named.
    frame : bool or None
        Whether those are columns of a pandas `DataFrame`; None for any.
    proved : bool
        The message means this only where such a column was found, and where it quotes a value
        only if the column holds it.
    """

    name: str
    title: str
    pattern: str
    says: str
    fix: str
    phase: str = ""
    call: str = ""
    argument: str = ""
    kinds: tuple[str, ...] = ()
    frame: bool | None = None
    proved: bool = False
    edit: Edit | None = None

    def facts(self, message: str) -> dict[str, str] | None:
        """Return the facts in this message by name, None for a message of another kind."""
        match = re.search(self.pattern, message, re.DOTALL)
        if match is None:
            return None
        return {name: value for name, value in match.groupdict().items() if value is not None}

    def culprits(self, columns: Iterable[OddColumn], message: str) -> list[OddColumn] | None:
        """Return the columns that the message is about, None if one is required and none found."""
        of_type = re.search(r"Invalid dtype: (.*)", message)
        fitting = [
            column
            for column in columns
            if column.kind in self.kinds
            and self.frame in {None, column.in_frame}
            and (of_type is None or column.in_frame or column.dtype == of_type[1])
        ]
        quotes = QUOTED.search(message) is not None
        proof = [column for column in fitting if column.quoted or not quotes]
        return fitting if proof or not self.proved else None

    def is_possible(self, phase: str, calls: tuple[Call, ...]) -> bool:
        """Whether the message, raised in `phase` of a cell with `calls`, can mean this."""
        if self.phase not in {"", phase}:
            return False
        return not self.call or any(
            call.name == self.call and (not self.argument or call.argument(self.argument))
            for call in calls
        )
