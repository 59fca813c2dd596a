"""Numbers whose mark between the thousands was read as a decimal point: 1.250 for 1250."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.raw_tables import raw_table, tables_with
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

MOST_COLUMNS, FEWEST_ROWS = 64, 100
THOUSAND = 1000.0
ROUNDING = 1e-3
"""Of a thousandth, which single precision does not hold exactly."""

SMALLEST_SHARE, LARGEST_SHARE = 0.05, 0.95
"""Of the rows, those with decimals."""

THIRD = 0.6
"""Share of these that have three decimals: of thousands all do, but for nine of ten the last digit
is not 0. Of prices and measures that are written with two, none has."""

LARGER = 10.0
"""Median of the whole numbers over that of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitColumn:
    """A column of whole numbers below 1,000, and of numbers with three decimals.

    Attributes
    ----------
    column, table : str
        The user's names; the table is "" when unknown.
    tables : tuple of str
        All of the user's tables with such a column.
    rows : int
    share : float
        Of the rows, those with decimals.
    low, high : float
        Of the numbers with decimals.
    largest_whole : float
    other : str
        The column whose rank correlation with it gains most by a factor of 1,000 there, "" for the
        target.
    as_given, mended : float
        That correlation, as it is and with the factor.
    """

    column: str
    rows: int
    share: float
    low: float
    high: float
    largest_whole: float
    table: str = ""
    tables: tuple[str, ...] = ()
    other: str = ""
    as_given: float = 0.0
    mended: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LostThousands:
    """The columns of both kinds of numbers."""

    columns: tuple[SplitColumn, ...]


@reading(
    "marks between thousands",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the inputs are no table of numbers"),
    once=True,
)
def lost_thousands(
    rows: TrainingSample, namespace: Namespace, source: Source | None, tokens: Tokens | None
) -> LostThousands | None:
    """Look for columns of whole numbers below 1,000 and of numbers with three decimals."""
    found = raw_table(rows, namespace, source, tokens, widest=MOST_COLUMNS)
    if found is None:
        return None
    columns = tuple(read_split(found.columns, found.target, found.names))
    held = tables_with((one.column for one in columns), namespace, source)
    return LostThousands(
        columns=tuple(
            replace(one, table=found.tables.get(one.column, ""), tables=held[one.column])
            for one in columns
        )
    )


def read_split(x: Array, y: Array, names: Sequence[str]) -> Iterator[SplitColumn]:
    """Describe such columns of a table of shape (rows, columns), and such a target."""
    if len(y) < FEWEST_ROWS:
        return
    for at, name in enumerate((*names, "")):
        values = y if not name else x[:, at]
        whole = _is_split(values)
        if whole is None:
            continue
        mended = np.where(whole, values, values * THOUSAND)
        others = {other: x[:, place] for place, other in enumerate(names) if other != name}
        beside = {**others, **({"": y} if name else {})}
        both = {
            other: (_correlation(values, one), _correlation(mended, one))
            for other, one in beside.items()
        }
        if not both:
            continue
        other = max(both, key=lambda one: abs(both[one][1]) - abs(both[one][0]))
        yield SplitColumn(
            column=name,
            rows=len(values),
            share=float(1 - whole.mean()),
            low=float(values[~whole].min()),
            high=float(values[~whole].max()),
            largest_whole=float(values[whole].max()),
            other=other,
            as_given=both[other][0],
            mended=both[other][1],
        )


def _is_split(values: Array) -> Array | None:
    """Which values are whole, where the others have three decimals and look like thousands."""
    if not np.isfinite(values).all() or values.min() < 0 or values.max() >= THOUSAND:
        return None
    thousandths = values * THOUSAND
    if np.abs(thousandths - np.round(thousandths)).max() > ROUNDING * max(1.0, values.max()):
        return None
    thousandths = np.round(thousandths)
    whole: Array = thousandths % THOUSAND == 0
    share = 1 - whole.mean()
    if not SMALLEST_SHARE <= share <= LARGEST_SHARE or values[~whole].min() < 1:
        return None
    third = (thousandths[~whole] % 10 != 0).mean()
    if third < THIRD or np.median(values[whole]) < LARGER * np.median(values[~whole]):
        return None
    return whole


def _correlation(one: Array, other: Array) -> float:
    known = np.isfinite(one) & np.isfinite(other)
    ours, theirs = (np.unique(v[known], return_inverse=True)[1].ravel() for v in (one, other))
    if not (ours.std() > 0 and theirs.std() > 0):
        return 0.0
    return float(np.corrcoef(ours, theirs)[0, 1])
