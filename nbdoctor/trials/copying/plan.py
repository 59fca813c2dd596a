"""What is to be copied, and what has to be run or changed for it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.copying.lines.draws import DRAWS
from nbdoctor.trials.copying.objects.edits import Edit


@dataclass(frozen=True)
class Plan:
    """What is run to make a copy of the model and its data.

    Attributes
    ----------
    statements : tuple of ast.stmt
        In the order of the cell.
    on_rows : frozenset of int
        Positions of those that work on the rows of the data: they see the captured rows only.
    model : str
        The name of the model.
    fit : ast.Call
        How it is trained.
    copied : frozenset of str
        Names of Keras's objects that another cell made.
    restored : mapping of str
        What the data was before a line that the treatment left out.
    owned : frozenset of str
        Names of data that the statements change: they are given copies.
    altered : frozenset of str
        Names in the arguments of `fit` whose data is another one because of the treatment.
    whole : frozenset of int
        Positions of statements that make data anew: they see all rows, and the rows that copies
        are trained on and judged by are chosen afterwards.
    as_they_were : tuple of ast.stmt
        The same statements without the treatment: they must make what `fit` was given.
    draws : bool
        Whether the statements draw from a generator that they are given (`lines/draws.py`).
    edits : tuple of Edit or None
        What is changed of a copy of the live model; None where the statements make the model.
    """

    statements: tuple[ast.stmt, ...]
    on_rows: frozenset[int]
    model: str
    fit: ast.Call
    copied: frozenset[str] = field(default_factory=frozenset)
    restored: Mapping[str, Any] = field(default_factory=dict)
    owned: frozenset[str] = field(default_factory=frozenset)
    altered: frozenset[str] = field(default_factory=frozenset)
    whole: frozenset[int] = field(default_factory=frozenset)
    as_they_were: tuple[ast.stmt, ...] = ()
    draws: bool = False
    edits: tuple[Edit, ...] | None = None

    @property
    def given_copies(self) -> set[str]:
        """Names of what the statements may change: it is theirs."""
        return {*self.restored, *self.owned, *({DRAWS} if self.draws else ())}

    def differs_from(self, other: Plan) -> bool:
        """Whether another plan makes another model, or other data."""
        return self._text != other._text

    @property
    def _text(self) -> list[Any]:
        edits = [(type(one), _dumped(vars(one))) for one in self.edits or ()]
        restored = sorted((name, id(value)) for name, value in self.restored.items())
        return [[dumped(one) for one in self.statements], edits, restored]


@dataclass(frozen=True)
class Request:
    """Which copy is wanted.

    Attributes
    ----------
    cell : Cell
        With a treatment, or without.
    original : Cell
        Without: what differs from it is run, too.
    namespace : mapping of str
        The variables when training was about to begin.
    number : int
        Which `fit` of the cell, from 0.
    earlier : mapping of int to mapping of str
        What the data was before lines of the original that change it.
    fitted : bool
        Whether `fit` was called: then what it was given is known.
    """

    cell: Cell
    original: Cell
    namespace: Mapping[str, Any]
    number: int = 0
    earlier: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    fitted: bool = False


def _dumped(values: object) -> str:
    """Return the fields of an edit as text that two equal ones share."""
    if not isinstance(values, Mapping):
        return dumped(values) if isinstance(values, ast.AST) else repr(values)
    return repr({name: _dumped(value) for name, value in values.items()})
