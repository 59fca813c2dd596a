"""Rows that `evaluate` judges by, among those that training used."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import numpy as np

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.uses import Use, Uses, fingerprints
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import argument_of, names_made
from nbdoctor.cell.syntax import unparsed
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

MOST_ROWS = 100_000
MOST_VALUES = 20_000_000
"""Training rows that are compared, and numbers in them: some tenths of a second."""

TEST = re.compile(r"test|hold|held|unseen|(^|_)new", re.IGNORECASE)
"""Names that say that training has not used these rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedRows:
    """What one `evaluate` of the trained model judges by.

    Attributes
    ----------
    line : int or None
    text : str
        The inputs as written, "" where that is not known.
    is_called_test : bool
        The inputs, or what the result is assigned to, have the name of test rows.
    rows : int
        That were looked at.
    trained : int
        Of these, rows that training used, with the same labels.
    training_rows : int
    distinct : float
        Different rows among those of training, as a share.
    """

    line: int | None
    text: str
    is_called_test: bool
    rows: int
    trained: int
    training_rows: int
    distinct: float


@reading(
    "the rows of `evaluate`",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the cell evaluates no rows in memory"),
    once=True,
)
def evaluated_rows(
    call: FitCall, rows: TrainingSample, uses: Uses, cell: Cell
) -> EvaluatedRows | None:
    """Compare every training row with some of those that `evaluate` was handed."""
    passes = [
        one
        for one in uses.passes
        if one.by == "evaluate" and one.prints and one.model is not None
        if one.model() is call.model
    ]
    if not passes or not rows.whole or rows.batches:
        return None
    columns = [
        np.asarray(side[name]) for side in (rows.whole, rows.targets) for name in sorted(side)
    ]
    lengths = {len(one) for one in columns}
    if len(lengths) != 1 or sum(one.size for one in columns) > MOST_VALUES:
        return None
    index = evenly_spread(len(columns[0]), MOST_ROWS)
    known = set(fingerprints(columns, index))
    found = [_compared(one, known, len(index), cell) for one in passes]
    return max(found, key=lambda one: (one.is_called_test, one.trained / max(1, one.rows)))


def _compared(use: Use, known: set[bytes], rows: int, cell: Cell) -> EvaluatedRows:
    text, names = _written(cell, use.line)
    return EvaluatedRows(
        line=use.line,
        text=text,
        is_called_test=any(map(TEST.search, (text, *names))),
        rows=len(use.prints),
        trained=len(use.prints & known),
        training_rows=rows,
        distinct=len(known) / max(1, rows),
    )


def _written(cell: Cell, line: int | None) -> tuple[str, set[str]]:
    """The inputs of the `evaluate` on a line, and the names that get its result."""
    if cell.unread or line is None:
        return "", set()
    for statement in cell.tree.body:
        for node in ast.walk(statement):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            inside = node.lineno <= line <= (node.end_lineno or node.lineno)
            if node.func.attr == "evaluate" and inside:
                x = argument_of(node, "x", 0)
                made = names_made(statement) if isinstance(statement, ast.Assign) else set()
                return ("" if x is None else unparsed(x)), made
    return "", set()
