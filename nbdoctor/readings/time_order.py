"""Dates in the user's tables, against the order of the rows that windows are cut from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.readings.behind import frames, numbers_of
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

Array = npt.NDArray[Any]

MOST_ROWS = 200_000
MOST_PARSED = 60_000
FEWEST_ROWS = 30
FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d %b %Y", "%b %d, %Y",
    "%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%b %Y", "%B %Y", "%m/%Y", "%Y-%m", "%d-%b-%y",
    "%m/%d/%Y %I:%M %p", "%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M",
)  # fmt: skip
"""How dates are written. The one that gives times of the most even steps is meant."""

PARTS = (("year", 366 * 86_400), ("month", 31 * 86_400), ("day", 86_400), ("hour", 3600))
WORDS = ("time", "date", "stamp", "epoch")
"""In the names of columns of whole numbers that are times."""

WINDOWS = 0.9
"""Share of neighbouring rows that are one window moved on."""

USUAL, USUALLY_WIDE = 0.7, 0.1
"""Share of the steps that are the usual one; and of wider ones, from which on they are usual, too:
of seven days, weekends leave out two."""

MONTHS = 0.1
"""Months differ by so much from one another."""

PAIR, RANK = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeColumn:
    """A column of times beside the series that windows are cut from.

    Attributes
    ----------
    table, column : str
        The user's table and the column of times, "" for its index.
    series : str
        The column that windows hold.
    rows : int
    backwards : int
        Rows whose time lies before that of the row above.
    as_text : bool
        The rows are sorted by the text of the times.
    repeated : int
        Rows with the time of another row.
    gaps : int
        Steps in time, in its order, of two usual steps or more; 0 where there is no usual step, or
        where such steps come again and again, as weekends do.
    smooth, smooth_in_order : float
        Correlation of a value with the one before it, as the rows stand and sorted by time.
    format : str
        How the times are written, "" for a column of times.
    """

    table: str
    column: str
    series: str
    rows: int
    backwards: int
    as_text: bool = False
    repeated: int = 0
    gaps: int = 0
    smooth: float = 0.0
    smooth_in_order: float = 0.0
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOrder:
    """Tables with times from which windows are cut.

    Attributes
    ----------
    columns : tuple of TimeColumn
    windows : float
        Share of neighbouring input rows that are one window moved on.
    """

    columns: tuple[TimeColumn, ...]
    windows: float


@reading(
    "the times of the rows",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no windows are cut from a table with times"),
    once=True,
)
def time_order_of_cell(
    rows: TrainingSample, namespace: Namespace, source: Source | None
) -> TimeOrder | None:
    """Compare times with the order of the rows, where the inputs are windows of a series."""
    share = windows_share(rows)
    if share < WINDOWS:
        return None
    reached = source.reaches_fit if source is not None else ()
    found = list(time_columns(namespace, reached))
    return TimeOrder(columns=tuple(found), windows=share) if found else None


def windows_share(rows: Rows) -> float:
    """Share of rows that are the row above moved on by one step."""
    if len(rows.whole) != 1:
        return 0.0
    values = np.asarray(next(iter(rows.whole.values())))
    if values.ndim not in (PAIR, RANK) or values.dtype.kind not in "iuf" or values.shape[1] <= PAIR:
        return 0.0
    some = values[: 4 * FEWEST_ROWS]
    if len(some) < FEWEST_ROWS:
        return 0.0
    flat = some.reshape(len(some), some.shape[1], -1)
    same = (flat[1:, :-1] == flat[:-1, 1:]).all(axis=(1, 2))
    varies = (flat != flat[:, :1]).any(axis=(1, 2))[1:]
    return float((same & varies).mean())


def time_columns(namespace: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[TimeColumn]:
    """Columns of times in these tables, with the smoothest column beside each."""
    some = {name: namespace[name] for name in names if name in namespace}
    for name, frame in frames(some):
        if not FEWEST_ROWS <= len(frame) <= MOST_ROWS:
            continue
        numbers = numbers_of(frame)
        for column, texts in _candidates(frame):
            times, written = times_of(texts)
            if times is None or not numbers:
                continue
            yield _compared(name, column, texts, times, written, numbers)
        parts = _in_parts(numbers)
        if parts is not None:
            series = {one: values for one, values in numbers.items() if one not in parts[0]}
            if series:
                yield _compared(name, parts[0], None, parts[1], "", series)


def _candidates(frame: Any) -> Iterator[tuple[str, Any]]:
    """Columns by name, and the index under none."""
    for at, column in enumerate(frame.columns):
        yield str(column), frame.iloc[:, at]
    if type(frame.index).__name__ in {"Index", "DatetimeIndex"}:
        yield "", frame.index


def _in_parts(numbers: Mapping[str, Array]) -> tuple[str, Array] | None:
    """Times that stand in columns of years, months, days and hours, or in one of whole numbers."""
    named = {name.casefold().strip(): name for name in numbers}
    parts = [(named[part], size) for part, size in PARTS if part in named]
    if len(parts) > 1 and "year" in named:
        times = sum(numbers[name].astype(np.float64) * size for name, size in parts)
        return ", ".join(name for name, _ in parts), np.asarray(times)
    for name, values in numbers.items():
        whole = values.dtype.kind in "iu" and len(np.unique(values)) == len(values)
        if whole and any(word in name.casefold() for word in WORDS):
            return name, values.astype(np.float64)
    return None


def times_of(column: Any) -> tuple[Array | None, str]:
    """Seconds, and how they are written; None for what is no column of times."""
    kind = getattr(column.dtype, "kind", "")
    if kind == "M":
        return np.asarray(column.to_numpy()).astype("datetime64[s]").astype(np.int64), ""
    if kind != "O" and str(column.dtype) not in {"string", "str"}:
        return None, ""
    texts = column.tolist()
    if len(texts) > MOST_PARSED or not all(type(one) is str for one in texts):
        return None, ""
    some = texts[:: max(1, len(texts) // 50)]
    fitting = [one for one in FORMATS if all(_parsed(text, one) is not None for text in some)]
    best: tuple[float, Array, str] | None = None
    for one in fitting:
        parsed = [_parsed(text, one) for text in texts]
        if any(time is None for time in parsed):
            continue
        times = np.array(parsed, dtype=np.float64)
        steps = np.diff(np.sort(times))
        uneven = float(steps.std() / steps.mean()) if steps.mean() > 0 else float("inf")
        if best is None or uneven < best[0]:
            best = (uneven, times, one)
    return (None, "") if best is None else (best[1], best[2])


def _parsed(text: str, written: str) -> float | None:
    try:
        time = dt.datetime.strptime(text.strip(), written)  # noqa: DTZ007  (compared with others)
    except ValueError:
        return None
    return (time - dt.datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001


def _compared(  # noqa: PLR0913, PLR0917
    table: str,
    column: str,
    texts: Any,
    times: Array,
    written: str,
    numbers: Mapping[str, Array],
) -> TimeColumn:
    order = np.argsort(times, kind="stable")
    smooth = {name: (_smooth(v), _smooth(v[order])) for name, v in numbers.items()}
    series = max(smooth, key=lambda name: smooth[name][1] - smooth[name][0])
    steps = np.diff(times)
    as_text = False
    if written:
        given = texts.tolist()
        as_text = all(one <= other for one, other in pairwise(given))
    return TimeColumn(
        table=table,
        column=column,
        series=series,
        rows=len(times),
        backwards=int((steps < 0).sum()),
        as_text=as_text,
        repeated=len(times) - len(np.unique(times)),
        gaps=gaps_in(times),
        smooth=smooth[series][0],
        smooth_in_order=smooth[series][1],
        format=written,
    )


def gaps_in(times: Array) -> int:
    """Steps of two usual ones or more, of times whose steps are the same but for months."""
    steps = np.diff(np.unique(times))
    if len(steps) < FEWEST_ROWS:
        return 0
    usual = float(np.median(steps))
    same = np.abs(steps - usual) <= MONTHS * usual
    wide = steps >= PAIR * usual * (1 - MONTHS)
    if same.mean() < USUAL or wide.mean() > USUALLY_WIDE:
        return 0
    return int(wide.sum())


def _smooth(values: Array) -> float:
    """Correlation of each value with the one before it."""
    numbers = values.astype(np.float64)
    one, other = numbers[1:], numbers[:-1]
    good = np.isfinite(one) & np.isfinite(other)
    one, other = one[good], other[good]
    if len(one) < PAIR or not (one.std() > 0 and other.std() > 0):
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
