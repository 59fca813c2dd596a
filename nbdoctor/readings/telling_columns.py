"""Which columns tell labels or numbers by themselves, looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 20_000, 60
MOST_COLUMNS, MOST_VALUES = 512, 4_000_000
MOST_CLASSES = 20
FEWEST_OF_CLASS, SMALLEST_CLASS = 20, 0.05
NEARLY_ALL, NEARLY_NONE = 0.95, 0.01
ALL, NONE = 0.99, 0.002
"""Shares of the rows of one class, and of all other rows, in which a column has one value; the
second pair is for columns of few values."""

FEWEST_VALUES = 10
"""Different values of a column beside that one: a column of fewer holds categories."""

SAME = 0.99999
"""Correlation, of values or of ranks, from which on a column is the target in other numbers."""

REPEATS = 10.0
"""Pairs of equal values that whole numbers drawn from the same range would have, were each drawn
for itself: a column without one numbers the rows. By chance that happens once in e**10 columns, and
classes need not be sorted along it."""

APART = 100.0
"""Median steps between numbers of two origins, which are counted each for itself."""

SHORT, ROUNDED = 8.5, 0.1
"""Steps of up to eight whole ones are that within a tenth, scaled and in single precision, too."""

PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingColumn:
    """A column that tells the target.

    Attributes
    ----------
    name, table : str
        In the user's table, or "column 3".
    place : int
    kind : str
        "one value" (in one class it has one value, and no other row has it), "the target" (it is
        the target, or a number for each class), or "the row" (it counts rows that are sorted by
        class).
    value, label : float
        Of "one value": that value and the class.
    share, elsewhere : float
        Of the rows of that class, and of the others, that have it.
    with_it, shuffled : float or None
        Score of the trained model on rows as they are, and with this column dealt anew.
    """

    name: str
    kind: str
    place: int
    table: str = ""
    value: float = 0.0
    label: float = 0.0
    share: float = 0.0
    elsewhere: float = 0.0
    with_it: float | None = None
    shuffled: float | None = None


def telling_columns(x: Array, y: Array) -> Iterator[TellingColumn]:
    """Columns of shape (rows, columns) that tell labels or numbers `y` by themselves."""
    if len(x) < FEWEST_ROWS or not 1 < x.shape[1] <= MOST_COLUMNS:
        return
    most = min(MOST_ROWS, max(FEWEST_ROWS, MOST_VALUES // x.shape[1]))
    rows = evenly_spread(len(x), most)
    x, y = x[rows].astype(np.float64), y[rows].astype(np.float64)
    classes = np.unique(y)
    named = len(classes) <= MOST_CLASSES and bool(
        len(classes) == PAIR or np.array_equal(classes, np.round(classes))
    )
    for place, column in enumerate(x.T):
        if not np.isfinite(column).all():
            continue
        found = _of_classes(column, y, classes) if named else _of_numbers(column, y)
        if found is not None:
            yield replace(found, place=place, name=f"column {place}")


def _of_classes(column: Array, y: Array, classes: Array) -> TellingColumn | None:
    values = np.unique(column)
    if len(values) == len(classes) > 1 and len(values) < FEWEST_VALUES:
        pairs = np.unique(np.stack([column, y], axis=1), axis=0)
        return (
            TellingColumn(name="", kind="the target", place=0)
            if len(pairs) == len(classes)
            else None
        )
    few = len(values) <= FEWEST_VALUES
    if len(values) <= PAIR:
        return None
    nearly_all, nearly_none = (ALL, NONE) if few else (NEARLY_ALL, NEARLY_NONE)
    for label in classes:
        here = y == label
        enough = max(FEWEST_OF_CLASS, SMALLEST_CLASS * len(y))
        if here.sum() < enough or (~here).sum() < enough:
            continue
        kinds, counts = np.unique(column[here], return_counts=True)
        value = kinds[counts.argmax()]
        share, other = float(counts.max() / here.sum()), float((column[~here] == value).mean())
        if share >= nearly_all and other <= nearly_none:
            return TellingColumn(
                name="", kind="one value", place=0, value=float(value), label=float(label),
                share=share, elsewhere=other,
            )  # fmt: skip
    return None if few else _of_rows(column, y)


def _of_rows(column: Array, y: Array) -> TellingColumn | None:
    """A column that numbers the rows, along which the classes are sorted."""
    ordered = np.sort(column)
    steps = np.diff(ordered)
    if len(steps) < FEWEST_ROWS - 1 or steps.min() <= 0:
        return None
    short = steps[steps < SHORT * steps.min()]
    unit = float(short.sum() / np.round(short / steps.min()).sum())
    if np.abs(short / unit - np.round(short / unit)).max() > ROUNDED:
        return None
    runs = np.split(ordered, np.flatnonzero(steps > APART * np.median(steps)) + 1)
    if sum(len(run) ** 2 / (PAIR * ((run[-1] - run[0]) / unit + 1)) for run in runs) < REPEATS:
        return None
    sorted_by = y[np.argsort(column)]
    changes = int((np.diff(sorted_by) != 0).sum())
    expected = len(y) * (1 - float((np.unique(y, return_counts=True)[1] ** 2).sum()) / len(y) ** 2)
    sorted_by_it = changes <= 0.05 * expected
    return TellingColumn(name="", kind="the row", place=0) if sorted_by_it else None


def _of_numbers(column: Array, y: Array) -> TellingColumn | None:
    if not (column.std() > 0 and y.std() > 0):
        return None
    ranks = (np.unique(one, return_inverse=True)[1] for one in (column, y))
    same = max(_correlation(column, y), _correlation(*ranks)) >= SAME
    return TellingColumn(name="", kind="the target", place=0) if same else None


def _correlation(one: Array, other: Array) -> float:
    return abs(float(np.corrcoef(one, other)[0, 1]))


def telling_steps(x: Array, y: Array) -> Iterator[TellingColumn]:
    """Steps of windows, shape (rows, steps, features), that are numbers `y` themselves."""
    many = len(np.unique(y)) > MOST_CLASSES
    for one in telling_columns(x.reshape(len(x), -1), y) if many else ():
        of = f" of column {one.place % x.shape[2]}" if x.shape[2] > 1 else ""
        if one.kind == "the target":
            yield replace(one, name=f"step {one.place // x.shape[2] + 1}{of}")
