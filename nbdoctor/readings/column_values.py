"""The values of one column: codes among them, holes, values far from all others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.holes import FEWEST_VALUES, hole_of
from nbdoctor.readings.ordered_values import OrderedValues, quantile

Array = npt.NDArray[Any]
Codes = tuple[tuple[float, float], ...]

FEWEST_ROWS = 40
FAR, FARTHER = 5.0, 12.0
"""A code lies this many times the range of all other values away from them; the second holds for
what is not written as codes are. Of 1,400 laboratory values with -999 among them it was 200 times,
of answers from 0 to 60 with 999 among them 15; in 800 tables of packages a sum came to 7 times."""

MOST_CODES = 3
FEWEST_REPEATS, SMALLEST_SHARE = 5, 0.004
"""A code stands in several rows: alone, a value is an outlier."""

FEWEST_ANSWERS, MOST_ANSWERS = 3, 10
"""Answers, such as 1 to 5, are few whole numbers next to one another: beside these what counts is
98 or -99, which no answer is."""

LARGEST = 1e9
WIDTHS = frozenset({32767, 32768, 65535, 2147483647, 2147483648})
NINES = 2

BEYOND, ALONE = 1000.0, 30.0
"""Middle halves by which an outlying value is away from the middle, and times as far as the
farthest that is not: numbers of people or votes lie as far, but not without others between."""

RARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCensus:
    """The values of one column.

    Attributes
    ----------
    name : str
        In the user's table, or "column 3".
    table : str
        The user's table that it comes from, "" when unknown.
    place : int
        Among the columns of the input; -1 for targets.
    rows : int
        That were looked at.
    codes : tuple of (float, float)
        Values far from all others that stand in many rows, with their share of the rows.
    low, high : float
        Of all other values.
    squeezed : float
        Spread of the other values over that of the whole column: 1 where codes change nothing.
    hole : (float, float) or None
        A common value at the end of the range, with its share, whose rows have the targets, or in
        the most related column the values, of rows of which the value is not known.
    outlying : int
        Rows with a value a thousand middle halves or more from the middle.
    farthest : float
        The farthest of these.
    middle : (float, float)
        Between which the middle half of the values lies, those of a hole left out.
    """

    name: str
    table: str = ""
    place: int = 0
    rows: int = 0
    codes: tuple[tuple[float, float], ...] = ()
    low: float = 0.0
    high: float = 0.0
    squeezed: float = 1.0
    hole: tuple[float, float] | None = None
    outlying: int = 0
    farthest: float = 0.0
    middle: tuple[float, float] = (0.0, 0.0)

    @property
    def stands_out(self) -> bool:
        """Whether it has a code, a hole or values far away."""
        return bool(self.codes or self.hole is not None or self.outlying)


def column_census(
    values: Array,
    target: Array | None = None,
    *,
    written: bool = True,
    others: Array | None = None,
) -> ColumnCensus:
    """Describe one column, of which not all values need be finite.

    Parameters
    ----------
    values : array
        Shape (rows,).
    target : array, optional
        Shape (rows,).
    written : bool
        The values are as somebody wrote them, not scaled.
    others : array, optional
        The other columns, shape (rows, columns).
    """
    finite = np.isfinite(values)
    whole = bool(finite.all())
    here = (values if whole else values[finite]).astype(np.float64)
    if len(here) < FEWEST_ROWS:
        return ColumnCensus(name="", rows=len(here))
    column = OrderedValues.of(here)
    codes = codes_of(column.kinds, column.counts, written=written)
    rest = column.ordered
    if codes:
        rest = rest[~np.isin(rest, [value for value, _ in codes])]
    spread = float(here.std()) if codes else 0.0
    found = ColumnCensus(
        name="",
        rows=len(here),
        codes=codes,
        low=float(rest[0]),
        high=float(rest[-1]),
        squeezed=float(rest.std()) / spread if codes and spread > 0 else 1.0,
        middle=(quantile(rest, 0.25), quantile(rest, 0.75)),
    )
    if codes:
        return found
    outlying, farthest = _outlying(here, rest)
    hole = hole_of(
        here,
        column,
        None if target is None else target[finite],
        None if others is None else others[finite],
    )
    if hole is not None:
        known = rest[rest != hole[0]]
        found = replace(found, middle=(quantile(known, 0.25), quantile(known, 0.75)))
    return replace(found, hole=hole, outlying=outlying, farthest=farthest)


def _outlying(values: Array, ordered: Array) -> tuple[int, float]:
    """How many values lie far beyond all others, and the farthest of them."""
    half = quantile(ordered, 0.75) - quantile(ordered, 0.25)
    middle = quantile(ordered, 0.5)
    if not half > 0 or max(middle - ordered[0], ordered[-1] - middle) <= BEYOND * half:
        return 0, 0.0
    distance = np.abs(values - middle)
    beyond = distance > BEYOND * half
    if not 0 < beyond.mean() <= RARE:
        return 0, 0.0
    if distance[beyond].min() < ALONE * distance[~beyond].max():
        return 0, 0.0
    return int(beyond.sum()), float(values[distance.argmax()])


def codes_of(kinds: Array, counts: Array, *, written: bool) -> Codes:
    """Return values in many rows far from all others, with their share of the rows.

    Parameters
    ----------
    kinds, counts : array
        The different values in ascending order, and how many rows have each.
    written : bool
        As in `column_census`.
    """
    rows = counts.sum()
    enough = max(FEWEST_REPEATS, SMALLEST_SHARE * rows)
    found: list[int] = []
    begin, end = 0, len(kinds)
    if written and end <= MOST_ANSWERS + MOST_CODES:
        found = _codes_of_answers(kinds, counts, enough)
    while len(found) < MOST_CODES and end - begin > FEWEST_VALUES:
        ends = _ends(begin, end)
        new = next(
            (one for one in ends if _is_code(kinds, counts, one, (begin, end), enough, written)),
            None,
        )
        if new is None:
            break
        found += new
        begin, end = (begin + len(new), end) if new[0] == begin else (begin, end - len(new))
    if not found or counts.sum() - counts[found].sum() < FEWEST_ROWS // 2:
        return ()
    return tuple((float(kinds[at]), float(counts[at] / rows)) for at in found)


def _codes_of_answers(kinds: Array, counts: Array, enough: float) -> list[int]:
    """Codes below or above a few whole numbers next to one another."""
    for at in _ends(0, len(kinds)):
        if not FEWEST_ANSWERS <= len(kinds) - len(at) <= MOST_ANSWERS or counts[at].min() < enough:
            continue
        inner = np.delete(kinds, at)
        gap = inner[0] - kinds[at[-1]] if at[0] == 0 else kinds[at[0]] - inner[-1]
        beside = bool((np.diff(inner) == 1).all()) and gap >= FAR * (inner[-1] - inner[0])
        if beside and any(_is_of_nines(float(kinds[one])) for one in at):
            return at
    return []


def _ends(begin: int, end: int) -> list[list[int]]:
    """One value at either end; or two or three, which hide each other's gap (998 and 999)."""
    sizes = range(1, MOST_CODES + 1)
    low = [list(range(begin, begin + many)) for many in sizes]
    high = [list(range(end - many, end)) for many in sizes]
    return [one for pair in zip(low, high, strict=True) for one in pair]


def _is_code(  # noqa: PLR0913, PLR0917
    kinds: Array,
    counts: Array,
    at: list[int],
    between: tuple[int, int],
    enough: float,
    written: bool,  # noqa: FBT001
) -> bool:
    begin, end = between
    if end - begin - len(at) < FEWEST_VALUES or counts[at].min() < enough:
        return False
    is_low = at[0] == begin
    inner = kinds[begin + len(at) : end] if is_low else kinds[begin : end - len(at)]
    nearest = kinds[at[-1]] if is_low else kinds[at[0]]
    gap = inner[0] - nearest if is_low else nearest - inner[-1]
    width = inner[-1] - inner[0]
    looks = written and any(_looks_like_a_code(float(kinds[one])) for one in at)
    below_zero = written and is_low and bool(nearest < 0 <= inner[0])
    if looks and below_zero and len(at) == 1:
        return True  # -1 or -9 among what is counted
    known = looks or below_zero
    return bool(gap >= (FAR if known else FARTHER) * width)


def _looks_like_a_code(value: float) -> bool:
    """Whether people write it for what they do not know: -1, 99, 998, -9999, the largest number."""
    if not np.isfinite(value) or value != int(value):
        return False
    whole = abs(int(value))
    digits = str(whole)
    repeated = _is_of_nines(value)
    same = len(digits) >= NINES and len(set(digits)) == 1 and digits[0] in "789"
    small = value < 0 and whole in {1, 9}
    power = value < 0 and digits.rstrip("0") == "1"
    return repeated or same or small or power or whole in WIDTHS or whole >= LARGEST


def _is_of_nines(value: float) -> bool:
    """Whether it is 99, 998, -9999 or the like."""
    digits = str(abs(int(value)))
    return (
        value == int(value)
        and len(digits) >= NINES
        and set(digits[:-1]) <= {"9"}
        and digits[-1] in "6789"
    )
