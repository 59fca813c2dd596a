"""Whether the values of a column lie in two ranges of which one is the other in another unit.

Where a unit makes numbers clearly larger, the two units lie apart, and no model is needed to tell
which row has which: a cut does. That both ranges hold the same quantity is seen by three things:
converted they have one distribution, nothing else in a row tells in which range it lies, and what
goes with the quantity does so in both ranges, and more clearly once they are one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.given import Namespace, TimeLeft, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.raw_tables import raw_table, tables_with
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source
from nbdoctor.readings.tokens import Tokens
from nbdoctor.readings.units import UNITS

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 1500, 80
MOST_COLUMNS = 40
CUTS = np.linspace(0.03, 0.97, 64)
"""Shares of the rows below a cut that is tried."""

FEWEST_OF_UNIT, FEWEST_VALUES = 20, 6
FEWEST_DISTINCT = 12
MOST_WITHOUT = 0.3
"""Share of rows without a number, or with 0, which has no unit, up to which a column is judged."""

COMPARED = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
"""Quantiles by which cuts and units are tried; the best few are compared as a whole."""

REFINED = 6
KEPT = 8
MOST_CLASSES = 20
WIDTH = 0.15
"""Of the way between two medians, in logarithms: how wide a place is whose rows are counted."""

PLACES = 15
SEED = 0x0F0E


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnApart:
    """A column cut in two so that both parts are most alike in some pair of units.

    Attributes
    ----------
    column : str
        "" for the target.
    table : str
        The user's table, "" when unknown.
    tables : tuple of str
        All of the user's tables with a column of that name.
    rows : int
    units : str
    factor, offset : float
        A value above the cut is in the first unit `(value - offset) / factor`.
    cut : float
    share : float
        Of the rows, those above the cut.
    unlike : float
        Largest difference of the two distributions, once in one unit, in units of what is to be
        expected of two samples of one (Kolmogorov and Smirnov): 1.95 is exceeded in 1 of 1,000.
    between : float
        Rows at the emptiest place between both medians, as a share of those around them.
    told : float
        Standard errors of the strongest rank correlation of anything with the side of the cut.
    other : str
        The column whose relation gains most once there is one unit, "" for the target (one of its
        classes, where it has such).
    as_given, merged : float
        Rank correlation with that, as given and in one unit.
    errors : float
        Standard errors of that correlation on the side of the cut where it is weaker; below 0
        where it points the other way there.
    """

    column: str
    rows: int
    units: str
    factor: float
    offset: float
    cut: float
    share: float
    unlike: float
    between: float
    told: float
    other: str
    as_given: float
    merged: float
    errors: float
    table: str = ""
    tables: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """By how much the relation is stronger in one unit."""
        return abs(self.merged) - abs(self.as_given)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsApart:
    """The columns whose relation to another one gains most if they are taken for two units."""

    columns: tuple[ColumnApart, ...]


@reading(
    "the units of single columns",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the inputs are no table of numbers"),
    once=True,
)
def units_apart_of_rows(
    rows: TrainingSample,
    namespace: Namespace,
    source: Source | None,
    tokens: Tokens | None,
    time_left: TimeLeft | None,
) -> UnitsApart | None:
    """Look for a column, or a target, whose values lie in two ranges."""
    found = raw_table(rows, namespace, source, tokens, widest=MOST_COLUMNS, time_left=time_left)
    if found is None:
        return None
    columns = read_units_apart(found.columns, found.target, found.names)
    held = tables_with((one.column for one in columns), namespace, source)
    return UnitsApart(
        columns=tuple(
            replace(one, table=found.tables.get(one.column, ""), tables=held[one.column])
            for one in columns
        )
    )


def read_units_apart(x: Array, y: Array, names: Sequence[str]) -> list[ColumnApart]:
    """Cut every column, and the target, in two, and compare the parts in every pair of units.

    Parameters
    ----------
    x : array
        Shape (rows, columns).
    y : array
        Shape (rows,); whole numbers of a few kinds are classes.
    names : sequence of str

    Returns
    -------
    list of ColumnApart
        At most `KEPT`, those first whose relation to another gains most.
    """
    some = np.arange(len(x))
    if len(x) > MOST_ROWS:
        some = np.sort(np.random.default_rng(SEED).permutation(len(x))[:MOST_ROWS])
    table = {name: x[some, at].astype(np.float64) for at, name in enumerate(names)}
    target = y[some].astype(np.float64)
    if len(target) < FEWEST_ROWS:
        return []
    ranks = {name: _ranks(values) for name, values in table.items()}
    kinds = np.unique(target)
    classes = len(kinds) <= MOST_CLASSES and bool(np.all(kinds == np.round(kinds)))
    beside = [(target == kind).astype(np.float64) for kind in kinds] if classes else []
    if not classes:
        table, ranks = {**table, "": target}, {**ranks, "": _ranks(target)}
    found = [
        one for name, values in table.items() for one in _of_column(name, values, ranks, beside)
    ]
    return sorted(found, key=lambda one: -one.gain)[:KEPT]


def _of_column(
    name: str, values: Array, ranks: Mapping[str, Array], beside: Sequence[Array]
) -> Iterator[ColumnApart]:
    known = np.isfinite(values) & (values > 0)
    own = values[known]
    if len(own) < FEWEST_ROWS or known.mean() < 1 - MOST_WITHOUT:
        return
    if len(np.unique(own)) < FEWEST_DISTINCT:
        return
    ordered = np.sort(own)
    compared = [(_unlike(ordered, *one), *one) for one in _likely(ordered)]
    if not compared:
        return
    unlike, at, units = min(compared)
    factor, offset = UNITS[units]
    cut = float((ordered[at - 1] + ordered[at]) / 2)
    above = own > cut
    others = [(other, one[known]) for other, one in ranks.items() if other != name]
    others += [("", one[known]) for one in beside]
    if not others:
        return
    told = max(abs(_correlation(above, one)) for _, one in others)
    as_given, one_unit = _ranks(own), _ranks(np.where(above, (own - offset) / factor, own))
    gains = [
        abs(_correlation(one_unit, one)) - abs(_correlation(as_given, one)) for _, one in others
    ]
    other, beside_it = others[int(np.argmax(gains))]
    merged = _correlation(one_unit, beside_it)
    yield ColumnApart(
        column=name,
        rows=len(own),
        units=units,
        factor=factor,
        offset=offset,
        cut=cut,
        share=float(above.mean()),
        unlike=unlike,
        between=_between(np.log(own), above),
        told=told * len(own) ** 0.5,
        other=other,
        as_given=_correlation(as_given, beside_it),
        merged=merged,
        errors=min(
            float(
                _correlation(one_unit[part], beside_it[part]) * np.sign(merged) * part.sum() ** 0.5
            )
            for part in (above, ~above)
        ),
    )


def _likely(ordered: Array) -> list[tuple[int, str]]:
    """Cuts and units with which some quantiles of both parts agree best."""
    rows = len(ordered)
    cuts = np.unique((CUTS * rows).astype(int))
    cuts = cuts[(cuts >= FEWEST_OF_UNIT) & (cuts <= rows - FEWEST_OF_UNIT)]
    cuts = cuts[ordered[cuts] > ordered[cuts - 1]]
    # With the emptiest places, where two units lie apart.
    steps = np.diff(np.log(ordered))[FEWEST_OF_UNIT - 1 : rows - FEWEST_OF_UNIT]
    widest = FEWEST_OF_UNIT + np.argsort(-steps)[:REFINED]
    cuts = np.union1d(cuts, widest)
    low = ordered[(COMPARED * cuts[:, None]).astype(int)]
    high = ordered[cuts[:, None] + (COMPARED * (rows - cuts[:, None])).astype(int)]
    width = np.maximum(low[:, -1] - low[:, 0], 1e-12)
    found = []
    for units, (factor, offset) in UNITS.items():
        away = np.abs((high - offset) / factor - low).max(axis=1) / width
        found += [(float(far), int(cut), units) for far, cut in zip(away, cuts, strict=True)]
    return [(cut, units) for _, cut, units in sorted(found)[:REFINED]]


def _unlike(ordered: Array, at: int, units: str) -> float:
    """How much both parts differ once in one unit."""
    factor, offset = UNITS[units]
    low, high = ordered[:at], (ordered[at:] - offset) / factor
    if min(len(np.unique(low)), len(np.unique(high))) < FEWEST_VALUES:
        return np.inf
    both = np.concatenate([low, high])
    shares = [np.searchsorted(one, both, side="right") / len(one) for one in (low, high)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    return distance * math.sqrt(len(low) * len(high) / len(both))


def _between(logs: Array, above: Array) -> float:
    low, high = float(np.median(logs[~above])), float(np.median(logs[above]))
    width = WIDTH * (high - low)

    def rows(at: float) -> int:
        return int((np.abs(logs - at) < width).sum())

    emptiest = min(map(rows, np.linspace(low + width, high - width, PLACES)))
    return emptiest / max(1, min(rows(low), rows(high)))


def _ranks(values: Array) -> Array:
    """Places in order; equal values share the middle of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks: Array = middle[inverse]
    return ranks


def _correlation(one: Array, other: Array) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other / size) if size > 0 else 0.0
