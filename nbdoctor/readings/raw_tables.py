"""Tables of numbers as they were before a cell scaled them, for readings of their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.data import Rows
from nbdoctor.readings.behind import arrays_behind, columns_behind, columns_by_table
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.source import Source
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

PAIR = 2

MOST_RAW_ROWS = 20_000
"""Rows of a table that is read as a whole, spread over all: 6 MB of 40 columns."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table of inputs, and its target, as they were before the cell scaled them.

    Attributes
    ----------
    columns : array
        Shape (rows, columns); at most `MOST_RAW_ROWS` rows, evenly spread.
    target : array
        Shape (rows,).
    names : tuple of str
    tables : mapping of str to str
        The user's table by the name of the column, where it is known.
    """

    columns: Array
    target: Array
    names: tuple[str, ...]
    tables: Mapping[str, str]


def raw_table(  # noqa: PLR0913  (what readings of tables are given)
    rows: Rows,
    namespace: Mapping[str, Any],
    source: Source | None,
    tokens: Tokens | None,
    *,
    widest: int,
    time_left: TimeLeft | None = None,
) -> RawTable | None:
    """Inputs of one table and their one target, before they were scaled where that is known.

    None where there is no such table of numbers, or where it has more than `widest` columns.

    Raises
    ------
    NotTakenError
        There is such a table, and no time left to look at it.
    """
    found = _read(rows, namespace, source, widest) if tokens is None else None
    if found is not None and time_left is not None:
        time_left.must_be_left()
    return found


def tables_with(
    columns: Iterable[str], namespace: Mapping[str, Any], source: Source | None
) -> dict[str, tuple[str, ...]]:
    """Names of the user's tables that hold a column of each of these names."""
    held = columns_by_table(namespace, source.reaches_fit if source is not None else ())
    return {one: tuple(name for name, names in held.items() if one in names) for one in columns}


def _read(
    rows: Rows, namespace: Mapping[str, Any], source: Source | None, widest: int
) -> RawTable | None:
    if len(rows.whole) != 1 or len(rows.targets) != 1:
        return None
    (name, values), (target,) = *rows.whole.items(), tuple(rows.targets.values())
    x, y = np.asarray(values), np.asarray(target)
    if x.ndim != PAIR or x.dtype.kind not in "iuf" or y.dtype.kind not in "iuf":
        return None
    if x.shape[1] > widest:
        return None
    if y.ndim == PAIR and y.shape[1] > 1 and bool(np.all(y.sum(axis=1) == 1)):
        y = y.argmax(axis=1)
    if y.size != len(y) or len(x) != len(y) or not x.size:
        return None
    reached = source.reaches_fit if source is not None else ()
    given, behind = rows.columns.get(name, ()), columns_behind(x, namespace, reached)
    names = tuple(
        behind[at].column if at in behind else given[at] if at < len(given) else f"column {at}"
        for at in range(x.shape[1])
    )
    raw, raw_target = arrays_behind(x, y.ravel(), namespace, reached)
    raw |= {at: one.values[: len(x)] for at, one in behind.items() if one.aligned}
    columns = [raw[at] if at in raw else x[:, at] for at in range(x.shape[1])]
    some = evenly_spread(len(x), MOST_RAW_ROWS)
    return RawTable(
        columns=np.stack([one[some].astype(np.float64) for one in columns], axis=1),
        target=(y.ravel() if raw_target is None else raw_target)[some].astype(np.float64),
        names=names,
        tables={names[at]: one.table for at, one in behind.items()},
    )
