"""What the values of each column are, by the names of the user's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.data import Rows
from nbdoctor.readings.behind import Behind, columns_behind, frames, is_written, numbers_of
from nbdoctor.readings.column_values import FEWEST_ROWS, ColumnCensus, column_census
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

MOST_ROWS = 20_000
"""Rows of each column: some 2 ms for sorting them."""

MOST_VALUES = 4_000_000
MENDED = 0.1
"""A code that was replaced no longer stands at an end of its column in as many rows."""

MOST_CLASSES = 50
"""Targets of fewer values are classes, whose numbers mean nothing."""

MOST_SERIES = 64
MOST_BESIDE = 64
"""Columns up to which holes are judged by the other columns, too."""

PAIR, WINDOWS = 2, 3

MOST_KEPT = 24
"""Columns that the reading holds, unless more of them stand out: a picture has hundreds, of which
nobody asks, and a report must fit into a notebook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The columns of the inputs that are tables.

    Attributes
    ----------
    columns : tuple of ColumnCensus
        Those that stand out, and some of the others, in their order.
    counted : int
        How many were looked at.
    tables : mapping of str to tuple of str
        The user's tables on the way to `fit`, with the columns of theirs that hold such codes.
    """

    columns: tuple[ColumnCensus, ...]
    counted: int = 0
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@reading(
    "the columns",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no input is a table that can be read, or training goes on"),
    once=True,
)
def census_of_rows(
    rows: TrainingSample,
    namespace: Namespace,
    source: Source | None,
    labels: Labels | None,
    tokens: Tokens | None,
) -> Census | None:
    """Count the values of every column."""
    ids = {one.name for one in tokens.inputs} if tokens is not None else set()
    target = _target(rows)
    reached = source.reaches_fit if source is not None else ()
    found: list[ColumnCensus] = []
    for name, values in rows.whole.items():
        table = None if name in ids else _table_of(values)
        if table is None:
            continue
        names = rows.columns.get(name, ())
        known = columns_behind(table, namespace, reached)
        found += read_census(table, names, known, target if len(table) == len(values) else None)
    found += _of_targets(rows, labels, namespace, reached)
    if not found:
        return None
    return Census(
        columns=_kept(found), counted=len(found), tables=_tables(found, namespace, reached)
    )


def _kept(found: list[ColumnCensus]) -> tuple[ColumnCensus, ...]:
    """All columns that stand out, filled up with others."""
    free = MOST_KEPT - sum(one.stands_out for one in found)
    others = [at for at, one in enumerate(found) if not one.stands_out][: max(0, free)]
    return tuple(one for at, one in enumerate(found) if one.stands_out or at in others)


def _table_of(values: Any) -> Array | None:
    """Rows and columns; of windows, some of their steps with a column for each series."""
    if values.dtype.kind not in "iuf" or not values.size:
        return None
    if values.ndim == PAIR:
        return np.asarray(values)
    if values.ndim != WINDOWS or values.shape[-1] > MOST_SERIES:
        return None
    steps = len(values) * values.shape[1]
    at = np.linspace(0, steps - 1, min(steps, len(values), MOST_ROWS)).astype(int)
    some: Array = np.asarray(values)[at // values.shape[1], at % values.shape[1]]
    return some


def _of_targets(
    rows: Rows, labels: Labels | None, namespace: Namespace, reached: tuple[str, ...]
) -> Iterator[ColumnCensus]:
    """The same of targets that are one quantity per row."""
    named = {one.name: one.variable for one in (labels.targets if labels is not None else ())}
    for name, target in rows.targets.items():
        values = np.asarray(target)
        if values.dtype.kind not in "iuf" or values.size != len(values):
            continue
        column = values.reshape(-1, 1)
        if len(np.unique(column[:MOST_ROWS])) <= MOST_CLASSES:
            continue
        known = columns_behind(column, namespace, reached)
        for one in read_census(column, (named.get(name) or name,), known):
            yield replace(one, place=-1, outlying=0)


def _tables(
    found: list[ColumnCensus], namespace: Mapping[str, Any], reached: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    codes = {one.name: [value for value, _ in one.codes] for one in found if one.codes}
    tables = {}
    for name, frame in frames({one: namespace[one] for one in reached if one in namespace}):
        columns = numbers_of(frame)
        with_codes = [
            one for one in codes if one in columns and np.isin(columns[one], codes[one]).any()
        ]
        if with_codes:
            tables[name] = tuple(with_codes)
    return tables


def read_census(
    values: Array,
    names: tuple[str, ...] = (),
    behind: Mapping[int, Behind] | None = None,
    target: Array | None = None,
) -> Iterator[ColumnCensus]:
    """Describe each column of a table, by the values that it had in the user's own where known.

    Parameters
    ----------
    values : array
        Shape (rows, columns).
    names : tuple of str
    behind : mapping of int to Behind
        What columns were made from, by place.
    target : array, optional
        Shape (rows,).
    """
    if len(values) < FEWEST_ROWS:
        return
    affordable = max(FEWEST_ROWS, min(MOST_ROWS, MOST_VALUES // max(1, values.shape[1])))
    rows = evenly_spread(len(values), affordable)
    few = np.asarray(values[rows])
    compared = 1 < few.shape[1] <= MOST_BESIDE and bool(np.isfinite(few).all())
    for place, column in enumerate(np.ascontiguousarray(few.T)):
        known = (behind or {}).get(place)
        name = names[place] if place < len(names) else f"column {place}"
        here = None if target is None else target[rows]
        beside = np.delete(few, place, axis=1) if compared else None
        if known is None:
            found = column_census(column, here, written=is_written(column), others=beside)
            yield replace(found, name=name, place=place)
            continue
        raw = known.values[rows] if known.aligned else known.values
        found = column_census(
            raw, here if known.aligned else None, others=beside if known.aligned else None
        )
        if _reaches(column, found):
            yield replace(found, name=known.column, table=known.table, place=place)


def _reaches(column: Array, raw: ColumnCensus) -> bool:
    """Whether what is odd of the user's column reaches the model, which may have been mended."""
    odd = [*raw.codes, *([raw.hole] if raw.hole is not None else [])]
    if not odd:
        return not raw.outlying or bool(column_census(column, written=False).outlying)
    ends = [float((column == end).mean()) for end in (column.min(), column.max())]
    return any(abs(share - end) <= max(MENDED, MENDED * share) for _, share in odd for end in ends)


def _target(rows: Rows) -> Array | None:
    """One number per row that the targets say; None where they say more."""
    if len(rows.targets) != 1:
        return None
    y = np.asarray(next(iter(rows.targets.values())))
    if y.dtype.kind not in "biuf":
        return None
    if y.ndim == PAIR and y.shape[1] == PAIR:
        y = y[:, 1]
    y = y.reshape(len(y), -1)
    if y.shape[1] != 1 or not np.isfinite(y).all():
        return None
    flat: Array = y[:, 0].astype(np.float64)
    return flat
