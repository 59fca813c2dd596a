"""Which lines of a cell are about another model than the one that a finding is about.

Where a cell trains several models, a change of the only `Adam(...)` of its text may be a change of
the wrong one: no such change is offered.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from nbdoctor.cell.behind import calls_behind
from nbdoctor.cell.call import line_of_name
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import names_made, names_read
from nbdoctor.readings.source import Source
from nbdoctor.rules.treatment import Treatment

SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign)


def of_this_model(treatment: Treatment, cell: Cell, source: object) -> Treatment:
    """`treatment`, without its change of the cell where that changes another model.

    Parameters
    ----------
    treatment : Treatment
    cell : Cell
        That it changes.
    source : Source or None
        Of the training that the finding is about.
    """
    if treatment.patched is None or not isinstance(source, Source) or source.fit_line is None:
        return treatment
    others = _lines_of_others(cell, source.fit_line, source.model_name, source.behind)
    if others.isdisjoint(_changed(treatment.diff)):
        return treatment
    return replace(treatment, patched=None, diff="", as_used="", name="")


def _changed(diff: str) -> Iterator[int]:
    """Lines of the cell that a diff takes away or writes anew."""
    line = 0
    for text in diff.split("\n"):
        if begins := re.match(r"@@ -(\d+)", text):
            line = int(begins[1])
        elif not text.startswith("+"):
            if text.startswith("-"):
                yield line
            line += 1


@lru_cache(maxsize=8)
def _lines_of_others(
    cell: Cell, fit_line: int, model: str, behind: tuple[int, ...] | None
) -> frozenset[int]:
    """Lines that make, compile or train another model of the cell, and not this one.

    Where the text does not tell what makes this one, as in a function that is given its width,
    only lines that name the other one are known not to be about it.
    """
    own = {cell.calls[place].line for place in behind} if behind is not None else set[int]()
    found = set[int]()
    for fit, name in _fits(cell.tree):
        if line_of_name(fit) == fit_line or name == model:
            continue
        calls = calls_behind(cell.tree, fit, name) or []
        for one in _statements(cell.tree, calls):
            if behind is not None or _is_of(one, name):
                found |= set(range(one.lineno, (one.end_lineno or 0) + 1))
    return frozenset(found - own)


def _fits(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Each `fit` of a plain name, with that name."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="fit")):
                yield node, name


def _statements(tree: ast.Module, calls: list[ast.Call]) -> list[ast.stmt]:
    """The simple statements that these calls stand in."""
    wanted = set(map(id, calls))
    return [
        one
        for one in ast.walk(tree)
        if isinstance(one, SIMPLE) and any(id(part) in wanted for part in ast.walk(one))
    ]


def _is_of(statement: ast.stmt, name: str) -> bool:
    return name in names_made(statement) | names_read(statement)
