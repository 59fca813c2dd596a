"""Whether one column, or the target, is in two units: another unit in some rows explains them.

A model of the target is fitted in which each row may have its value in either unit, and takes the
one that fits better; then the same again, with rows of their own for fitting. Where the rows do
hold two units, what was noise becomes a relation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.given import Namespace, TimeLeft, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.raw_tables import raw_table
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source
from nbdoctor.readings.tokens import Tokens
from nbdoctor.readings.units import (
    PASSES,
    SmoothModel,
    best_change,
    changes_tried,
    with_measured_factor,
)

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 900, 120
MOST_COLUMNS = 24
KNOTS = 20
FEW_ROWS, FEW_KNOTS = 400, 10
"""For a first try of every change of unit: half a millisecond each."""

REFINED = 3
"""Of these so many are fitted again with all rows."""

GOOD = 0.93
"""Where a model of single columns explains so much as it is, no other unit is looked for."""

WORTH = 0.8
"""Explained with one of the common changes, from which on its factor is measured."""

SEED = 0x0F0F


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedUnits:
    """The change of unit that explains most.

    Attributes
    ----------
    rows : int
    explained : float
        R² of a smooth model of all columns, on rows that it was not fitted to.
    merged : float
        The same, with the better unit for each row.
    by_chance : float
        The best of the same for all other units and columns.
    column : str
        Which is in two units, "" for the target.
    place : int or None
        Among the columns of the input, None for the target.
    table : str
        The user's table, "" when unknown.
    units : str
    factor, offset : float
        A value in the second unit is in the first `(value - offset) / factor`.
    share : float
        Of the rows, those in the second unit.
    """

    rows: int
    explained: float
    merged: float = 0.0
    by_chance: float = 0.0
    column: str = ""
    place: int | None = None
    table: str = ""
    units: str = ""
    factor: float = 1.0
    offset: float = 0.0
    share: float = 0.0


@reading(
    "the units of the columns",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the inputs are no table with a number to predict"),
    once=True,
)
def mixed_units_of_rows(
    rows: TrainingSample,
    namespace: Namespace,
    source: Source | None,
    tokens: Tokens | None,
    time_left: TimeLeft | None,
) -> MixedUnits | None:
    """Look for a column, or a target, in two units."""
    found = raw_table(rows, namespace, source, tokens, widest=MOST_COLUMNS, time_left=time_left)
    if found is None:
        return None
    best = read_mixed_units(found.columns, found.target, found.names)
    return replace(best, table=found.tables.get(best.column, "")) if best is not None else None


def read_mixed_units(x: Array, y: Array, names: Sequence[str]) -> MixedUnits | None:
    """Try every change of unit on every column and on the target.

    Parameters
    ----------
    x : array
        Shape (rows, columns), before they were scaled.
    y : array
        Shape (rows,).
    names : sequence of str
    """
    chosen = np.flatnonzero(np.isfinite(x).all(axis=1) & np.isfinite(y))
    if len(chosen) < FEWEST_ROWS or not 0 < x.shape[1] <= MOST_COLUMNS:
        return None
    if len(np.unique(y[chosen])) <= max(20, len(chosen) // 20):
        return None
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(chosen)[:MOST_ROWS]
    table, targets = x[chosen].astype(np.float64), y[chosen].astype(np.float64)
    base = SmoothModel(table, targets, rng, KNOTS)
    explained = base.score()
    if explained >= GOOD:
        return MixedUnits(rows=len(chosen), explained=explained)
    few = slice(None, FEW_ROWS)
    found = list(changes_tried(SmoothModel(table[few], targets[few], rng, FEW_KNOTS)))
    likely = sorted((one for one in found if one.alike), key=lambda one: -one.score)[:REFINED]
    if not likely:
        return MixedUnits(rows=len(chosen), explained=explained)
    refined = [(best_change(base, one.place, one.units, PASSES), one) for one in likely]
    best, first = max(refined, key=lambda pair: pair[0].score)
    common, place = best.score, best.place
    if common >= WORTH:
        best = with_measured_factor(base, best)
    others = [one.score for one in found if one is not first]
    # By how much the best of few rows stands out; the rest of what is left is the model's own.
    times = (1 - float(np.median(others))) / max(1 - first.score, 1e-9) if others else 1.0
    return MixedUnits(
        rows=len(chosen),
        explained=explained,
        merged=best.score,
        by_chance=1 - times * (1 - common),
        column="" if place is None else names[place],
        place=place,
        units=best.units,
        factor=best.factor,
        offset=best.offset,
        share=best.share,
    )
