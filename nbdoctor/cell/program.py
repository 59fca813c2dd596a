"""A cell together with the earlier cells that build what it trains, as one text."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.names import is_code_of_a_cell, names_loaded, names_stored

MARK = "#nbdoctor:cell:"
"""Begins each part, as a comment: edits leave comments alone."""

MOST_EARLIER = 4
"""Cells that define, build and compile a model; more would be another program."""

LOOKED_AT = 200
"""Cells back: a model is seldom trained so long after it was built."""


@dataclass(frozen=True)
class Part:
    """A cell that was run before.

    Attributes
    ----------
    number : int
        Its execution count.
    source : str
    """

    number: int
    source: str


@dataclass(frozen=True)
class Program:
    """The earlier cells, oldest first, and the cell itself.

    Attributes
    ----------
    earlier : tuple of Part
    current : str
        The cell that trains.
    """

    earlier: tuple[Part, ...]
    current: str

    @cached_property
    def cell(self) -> Cell:
        """All of it as one cell."""
        return Cell(self._joined(self._sources))

    def line(self, line: int | None) -> int | None:
        """Where a line of the cell itself stands in the whole."""
        return None if line is None else line + self.above

    def place(self, line: int) -> tuple[Part | None, int]:
        """The part that a line of the whole stands in, None for the cell, and its line there."""
        for part in self.earlier:
            length = part.source.count("\n") + 2  # with the mark
            if line <= length:
                return part, line - 1
            line -= length
        return None, line - 1

    def with_part(self, source: str, patched: str) -> str:
        """The whole with one part replaced, "" for the cell itself."""
        sources = self._sources
        place = sources.index(source) if source else len(sources) - 1
        return self._joined([*sources[:place], patched, *sources[place + 1 :]])

    def changed(self, whole: str) -> list[tuple[Part | None, str]]:
        """The parts that differ in an edited whole, with their new text; None for the cell."""
        texts: list[list[str]] = []
        for line in whole.split("\n"):
            if line.startswith(MARK):
                texts.append([])
            elif texts:
                texts[-1].append(line)
        news = ["\n".join(lines) for lines in texts]
        parts: list[Part | None] = [*self.earlier, None]
        return [
            (part, new)
            for part, old, new in zip(parts, self._sources, news, strict=False)
            if new != old
        ]

    def told(self, first: int, last: int) -> str:
        """How lines of the whole are told to the reader, cell by cell."""
        found, above = [], 0
        for number, source in zip([*self.earlier, None], self._sources, strict=True):
            above += 1  # the mark
            lines = source.count("\n") + 1
            start, stop = max(first - above, 1), min(last - above, lines)
            if start <= stop:
                cell = "" if number is None else f" of cell [{number.number}]"
                found.append(f"{told_lines(start, stop)}{cell}")
            above += lines
        return " and ".join(found) or told_lines(first, last)

    @property
    def _sources(self) -> list[str]:
        return [*(part.source for part in self.earlier), self.current]

    @property
    def above(self) -> int:
        """Lines of the whole before the cell itself."""
        return sum(part.source.count("\n") + 2 for part in self.earlier) + 1

    def _joined(self, sources: Sequence[str]) -> str:
        numbers = [*(str(part.number) for part in self.earlier), ""]
        parts = zip(numbers, sources, strict=True)
        return "\n".join(f"{MARK}{number}\n{source}" for number, source in parts)


def told_lines(first: int, last: int) -> str:
    """How lines of a cell are told to the reader."""
    return f"line {first}" if first == last else f"lines {first} to {last}"


def program_of(
    cell: Cell, model: str, history: Sequence[tuple[int, str]], namespace: Mapping[str, Any]
) -> Program | None:
    """The cells that build `model`, where `cell` does not build it itself.

    Parameters
    ----------
    cell : Cell
        It trains the model.
    model : str
        The variable that holds it.
    history : sequence of (int, str)
        Execution counts and texts of the cells run before, oldest first.
    namespace : mapping of str
        The variables.

    Returns
    -------
    Program or None
        None where no earlier cell gives the variable its value, or too many cells take part.
    """
    if not model or model in _stored(cell):
        return None
    wanted, chosen = {model, *_code_used(cell, namespace)}, []
    cells: dict[str, Cell] = {}  # a cell that was run again is read once
    for number, source in reversed(history[-LOOKED_AT:]):
        if not wanted:
            break
        if not any(name in source for name in wanted):
            continue
        earlier = cells.setdefault(source, Cell(source))
        made = _stored(earlier) & wanted
        if not made and not _methods_called_on(earlier) & wanted:
            continue
        chosen.append(Part(number, source))
        wanted = (wanted - made) | (_code_used(earlier, namespace) - _stored(earlier))
    if model in wanted or not chosen or len(chosen) > MOST_EARLIER:
        return None
    return Program(tuple(reversed(chosen)), cell.source)


def _stored(cell: Cell) -> set[str]:
    return set().union(*(names_stored(one) for one in cell.tree.body), set())


def _code_used(cell: Cell, namespace: Mapping[str, Any]) -> set[str]:
    """Functions and classes of the user's that a cell uses."""
    used = set().union(*(names_loaded(one) for one in cell.tree.body), set())
    return {name for name in used if is_code_of_a_cell(namespace.get(name))}


def _methods_called_on(cell: Cell) -> set[str]:
    """Variables of which a statement calls a method: `model.add(...)`, `model.compile(...)`."""
    calls = (
        part.func
        for one in cell.tree.body
        for part in ast.walk(one)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
    )
    return {
        func.value.id
        for func in calls
        if isinstance(func.value, ast.Name) and func.attr in {"add", "compile"}
    }
