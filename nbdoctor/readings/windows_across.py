"""Windows of one row of values that begin in one series and end in the next.

A table of several series under each other, cut into windows as if it were one. The windows show it:
each is the one before it, moved on by a step, also where a column of the table names the next
series, and where the values jump.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.behind import frames, numbers_of
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

Array = npt.NDArray[Any]

FEWEST_WINDOWS, FEWEST_STEPS = 50, 4
MOST_WINDOWS = 200_000
FOLLOWS = 0.9
"""Share of windows that are the one before moved on by a step, where they are cut so."""

EQUAL = 0.99999
"""Correlation from which on the windows' values are those of a column, perhaps scaled."""

USUAL = 0.99
"""Quantile of the steps within series that stands for the largest usual one."""

RANKS = (2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsAcross:
    """Windows that hold values of two series or more.

    Attributes
    ----------
    windows, crossing : int
        All of them, and those.
    steps : int
        Values of a window.
    table, series, cut_from : str
        The user's table, its column that names the series, and the one that was cut.
    borders : int
        Places where one series ends and the next begins.
    jump, usual : float
        Median step of the values at these places, and the 99th percentile of all others.
    """

    windows: int
    crossing: int
    steps: int
    table: str
    series: str
    cut_from: str
    borders: int
    jump: float
    usual: float


@reading(
    "the borders of series",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the inputs are no windows of a column of a table of several series"),
    once=True,
)
def windows_across_series(
    rows: TrainingSample, namespace: Namespace, source: Source | None
) -> WindowsAcross | None:
    """Find the column that was cut, and one that names series beside it."""
    if len(rows.whole) != 1:
        return None
    (windows,) = rows.whole.values()
    reached = source.reaches_fit if source is not None else ()
    for name, frame in frames(namespace, reached):
        found = read_windows_across(np.asarray(windows), name, frame)
        if found is not None:
            return found
    return None


def read_windows_across(windows: Array, name: str, frame: Any) -> WindowsAcross | None:
    """The same of one table.

    Parameters
    ----------
    windows : array
        Shape (windows, steps) or (windows, steps, columns), in the order of time.
    name : str
    frame : pandas.DataFrame

    Returns
    -------
    WindowsAcross or None
        None where the windows were cut from no column of this table, or none names series.
    """
    line = _line_of(windows)
    if line is None or len(frame) < len(line):
        return None
    for values, column in numbers_of(frame).items():
        part = column[: len(line)].astype(np.float64)
        is_cut = _is_among(line, part)
        if not is_cut:
            continue
        for series, codes in _named_series(frame, len(line)):
            borders = np.flatnonzero(codes[1:] != codes[:-1]) + 1
            steps = np.abs(np.diff(part))
            within = np.delete(steps, borders - 1)
            first = np.arange(len(windows))
            return WindowsAcross(
                windows=len(windows),
                crossing=int((codes[first] != codes[first + windows.shape[1] - 1]).sum()),
                steps=windows.shape[1],
                table=name,
                series=series,
                cut_from=values,
                borders=len(borders),
                jump=float(np.median(steps[borders - 1])),
                usual=float(np.quantile(within, USUAL)),
            )
    return None


def _follows(windows: Array) -> Array:
    """Of each window but the first, whether it is the one before moved on by a step."""
    same = windows[1:, :-1] == windows[:-1, 1:]
    follows: Array = same.reshape(len(same), -1).all(axis=1)
    return follows


def _line_of(windows: Array) -> Array | None:
    """The values that windows were cut from, shape (steps, columns); None where they are none."""
    if windows.ndim not in RANKS or windows.dtype.kind not in "iuf":
        return None
    if not FEWEST_WINDOWS <= len(windows) <= MOST_WINDOWS or windows.shape[1] < FEWEST_STEPS:
        return None
    if float(_follows(windows).mean()) < FOLLOWS:
        return None
    whole = windows if windows.ndim == max(RANKS) else windows[..., None]
    line: Array = np.concatenate([whole[0], whole[1:, -1]]).astype(np.float64)
    return line


def _is_among(line: Array, column: Array) -> bool:
    """Whether a column of the line is this one, perhaps scaled."""
    if not np.isfinite(column).all() or column.std() == 0:
        return False
    for at in range(line.shape[1]):
        own = line[:, at]
        varies = np.isfinite(own).all() and own.std() > 0
        if varies and abs(float(np.corrcoef(own, column)[0, 1])) > EQUAL:
            return True
    return False


def _named_series(frame: Any, rows: int) -> Iterator[tuple[str, Array]]:
    """Columns of which each value stands in one block of rows."""
    for at, name in enumerate(frame.columns):
        values = np.asarray(frame.iloc[:rows, at].to_numpy())
        if values.dtype.kind == "f":
            continue
        codes = np.unique(values.astype(str), return_inverse=True)[1]
        blocks = 1 + int((codes[1:] != codes[:-1]).sum())
        if 1 < blocks == codes.max() + 1 and blocks * FEWEST_STEPS < rows:
            yield str(name), codes
