"""Two columns of one kind that are exchanged in a part of the rows, as latitude and longitude.

As for units: each row may have both values either way round, and takes the way that fits better a
model of other rows. What that freedom explains by chance is measured, too: with the values of other
rows to choose from.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.given import Namespace, TimeLeft, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.raw_tables import raw_table
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source
from nbdoctor.readings.tokens import Tokens
from nbdoctor.readings.units import SmoothModel

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 900, 120
MOST_COLUMNS, MOST_PAIRS = 24, 30
KNOTS = 12
PASSES, FEW_PASSES = 12, 5
GOOD = 0.93
SECONDS = 1.5

OVERLAP = 0.3
"""Share of the range of both columns that they have in common."""

DOUBTFUL = 0.35
"""Of the rows, those that a model of all fits worst, with which a second try begins."""

CLEAR, NAMED = 3.0, 5
"""Root mean square errors by which one way fits clearly better; rows whose values are alike fit
both."""

ALIKE = 1.2
"""Of the least that is left: what leaves hardly more explains as well, and the fewer rows it
exchanges for that the better."""

SEED = 0xEC5
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedColumns:
    """The pair of columns that explains most if each row may have both either way round.

    Attributes
    ----------
    rows : int
    explained : float
        R² of a smooth model of all columns, on rows that it was not fitted to.
    in_order : float
        The same with the better way round for each row; 0 where no pair was tried.
    by_chance : float
        The same with the values of other rows as the second way.
    by_product : float
        R² with the product of both columns as a further one: a target that depends on both together
        is explained by that, and to choose a way round for each row would only look like it.
    by_size : float
        Of the rows that fit clearly better one way round, the share for which the larger of both
        values tells that way: of all where the target depends on the larger and the smaller value.
    one, other : str
        The user's names.
    table : str
        The user's table, "" when unknown.
    clear : int
        Rows that fit clearly better one way round than the other.
    rarer : int
        Of these, those in the rarer way round.
    first : tuple of int
        Some of these, those that fit so much better that way.
    """

    rows: int
    explained: float
    in_order: float = 0.0
    by_chance: float = 0.0
    by_product: float = 0.0
    by_size: float = 0.0
    one: str = ""
    other: str = ""
    table: str = ""
    clear: int = 0
    rarer: int = 0
    first: tuple[int, ...] = ()


@reading(
    "the order of the columns",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the inputs are no table with a number to predict"),
    once=True,
)
def exchanged_columns_of_rows(
    rows: TrainingSample,
    namespace: Namespace,
    source: Source | None,
    tokens: Tokens | None,
    time_left: TimeLeft | None,
) -> ExchangedColumns | None:
    """Look for two columns of one kind whose values are exchanged in a part of the rows."""
    found = raw_table(rows, namespace, source, tokens, widest=MOST_COLUMNS, time_left=time_left)
    if found is None:
        return None
    best = read_exchanged_columns(found.columns, found.target, found.names)
    return best and replace(best, table=found.tables.get(best.one, ""))


def read_exchanged_columns(x: Array, y: Array, names: Sequence[str]) -> ExchangedColumns | None:
    """Try every pair of columns of one range.

    Parameters
    ----------
    x : array
        Shape (rows, columns), before they were scaled.
    y : array
        Shape (rows,).
    names : sequence of str
    """
    chosen = np.flatnonzero(np.isfinite(x).all(axis=1) & np.isfinite(y))
    if len(chosen) < FEWEST_ROWS or not PAIR <= x.shape[1] <= MOST_COLUMNS:
        return None
    if len(np.unique(y[chosen])) <= max(20, len(chosen) // 20):
        return None
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(chosen)[:MOST_ROWS]
    table, targets = x[chosen].astype(np.float64), y[chosen].astype(np.float64)
    base = SmoothModel(table, targets, rng, KNOTS)
    explained, left = base.score(), np.abs(base.left())
    found = ExchangedColumns(rows=len(chosen), explained=explained)
    pairs = list(_of_one_range(table))[:MOST_PAIRS]
    if explained >= GOOD or not pairs:
        return found
    ends = time.perf_counter() + SECONDS
    tried = {}
    for pair in pairs:
        tried[pair] = _in_order(base, left, pair, table[:, pair[::-1]], FEW_PASSES)[0]
        if time.perf_counter() > ends:
            break
    pair = max(tried, key=lambda one: tried[one])
    score, gain = _in_order(base, left, pair, table[:, pair[::-1]], PASSES)
    dealt = table[rng.permutation(len(table))][:, pair[::-1]]
    gain = gain if (gain > CLEAR).sum() <= (gain < -CLEAR).sum() else -gain
    best, clear = np.argsort(-gain)[:NAMED], np.abs(gain) > CLEAR
    larger = (table[:, pair[0]] > table[:, pair[1]])[clear] == (gain[clear] > 0)
    one, other = pair
    return replace(
        found,
        in_order=score,
        by_chance=_in_order(base, left, pair, dealt, PASSES)[0],
        by_product=SmoothModel(_with_products(table, pair), targets, rng, KNOTS).score(),
        one=names[one],
        other=names[other],
        by_size=float(max(larger.mean(), 1 - larger.mean())) if len(larger) else 0.0,
        clear=int(clear.sum()),
        rarer=int((gain > CLEAR).sum()),
        first=tuple(int(row) for row in np.sort(chosen[best[gain[best] > CLEAR]])),
    )


def _with_products(table: Array, pair: tuple[int, int]) -> Array:
    """The columns, and the products of two of them, as they are and less their means."""
    one, other = table[:, pair[0]], table[:, pair[1]]
    apart = (one - one.mean()) * (other - other.mean())
    return np.column_stack([table, one * other, apart])


def _of_one_range(table: Array) -> Iterator[tuple[int, int]]:
    """Pairs of columns of many values whose ranges have much in common."""
    low, high = np.quantile(table, [0.02, 0.98], axis=0)
    many = [len(np.unique(column)) > PAIR * KNOTS for column in table.T]
    for one, other in combinations(range(table.shape[1]), PAIR):
        common = min(high[one], high[other]) - max(low[one], low[other])
        whole = max(high[one], high[other]) - min(low[one], low[other])
        if many[one] and many[other] and common >= OVERLAP * whole:
            yield one, other


def _in_order(
    base: SmoothModel, left: Array, pair: tuple[int, int], second: Array, passes: int
) -> tuple[float, Array]:
    """R² with the better of two ways for each row, and by how much the second fits better."""
    one, other = pair
    starts = (base.table[:, one] > base.table[:, other], left > np.quantile(left, 1 - DOUBTFUL))
    found = [base.assigned(pair, second, start, passes) for start in starts]
    least = 1 - max(score for score, _ in found)
    alike = [one for one in found if 1 - one[0] <= ALIKE * least]
    return min(alike, key=lambda one: _rarer(one[1]))


def _rarer(gain: Array) -> int:
    """How many rows fit clearly better in the rarer way round."""
    return int(min((gain > CLEAR).sum(), (gain < -CLEAR).sum()))
