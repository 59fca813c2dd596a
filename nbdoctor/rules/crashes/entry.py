"""One entry of the crash dictionary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nbdoctor.capture.call import Call
from nbdoctor.capture.cell import Cell
from nbdoctor.probes.columns import QUOTED, OddColumn

Edit = Callable[[Cell, Mapping[str, str]], Cell]
"""The cure as an edit of the cell; it may raise `CannotEditError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message that Keras raises, and what it means.

    Attributes
    ----------
    title : str
        What is wrong in a few words; no two entries share one.
    pattern : str
        Regular expression for the parts of the message that do not change. Its named groups are
        the facts of this crash: they are filled into `says` and `fix`, and shown as measured, so
        their names are words ("outputs").
    says : str
        What the message means, with `{group}` for a fact.
    fix : str
        What to do, with `{group}` for a fact.
    phase : str
        Where a message that any Python code may raise must come from: `Crash.phase`, "" for
        anywhere.
    edit : callable or None
        The same as an edit of the cell, where it is mechanical.
    call, argument : str
        What the cell must call, and with which argument, for such a message to mean this.
    kinds : tuple of str
        Kinds of columns (see `OddColumn`) that such a message may be about: they are named.
    frame : bool or None
        Whether those are columns of a frame of pandas; None for any.
    proved : bool
        The message means this only where such a column was found, and where it quotes a value
        only if the column holds it.
    """

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
        """What this message tells, by name; None when it is another message."""
        match = re.search(self.pattern, message, re.DOTALL)
        if match is None:
            return None
        return {name: value for name, value in match.groupdict().items() if value is not None}

    def culprits(self, columns: Iterable[OddColumn], message: str) -> list[OddColumn] | None:
        """The columns that the message is about; None where one is needed and none was found."""
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
