"""Columns of the user's tables that have one value in every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

FEWEST_ROWS, MOST_COLUMNS = 40, 256
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingColumn:
    """A column of one value.

    Attributes
    ----------
    name, table : str
        In the user's table.
    value : float
    measured : bool
        The table holds it with decimals, as quantities are that somebody measured.
    """

    name: str
    table: str
    value: float
    measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingColumns:
    """Such columns among those that reach the model.

    Attributes
    ----------
    columns : tuple of StandingColumn
    of, rows : int
        Columns and rows of the input.
    """

    columns: tuple[StandingColumn, ...]
    of: int
    rows: int


@reading(
    "columns of one value",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no input is a table"),
    once=True,
)
def standing_columns(
    rows: TrainingSample, namespace: Namespace, source: Source | None
) -> StandingColumns | None:
    """Find columns of the input that do not vary, and those of the user's table they are."""
    reached = source.reaches_fit if source is not None else ()
    some = {name: namespace[name] for name in reached if name in namespace}
    return read_standing(rows, some)


def read_standing(rows: Rows, tables: Mapping[str, Any]) -> StandingColumns | None:
    """Match the standing columns of the one input with those of a table, in their order."""
    if len(rows.whole) != 1:
        return None
    ((name, given),) = rows.whole.items()
    values = np.asarray(given)
    if values.ndim != PAIR or values.dtype.kind not in "iuf" or len(values) < FEWEST_ROWS:
        return None
    if not 1 < values.shape[1] <= MOST_COLUMNS:
        return None
    still = np.flatnonzero((values == values[:1]).all(axis=0))
    found: tuple[StandingColumn, ...] = ()
    if 0 < len(still) < values.shape[1]:
        found = _in_a_table(values, still, rows.columns.get(name, ()), tables)
    return StandingColumns(columns=found, of=values.shape[1], rows=len(values))


def _in_a_table(
    values: Array, still: Array, given: tuple[str, ...], tables: Mapping[str, Any]
) -> tuple[StandingColumn, ...]:
    """As many standing columns as the input has, among as many rows or more; else none."""
    for table, frame in frames(tables):
        columns = numbers_of(frame)
        if len(frame) < len(values):
            continue
        alike = {
            name: column
            for name, column in columns.items()
            if len(column) and (column == column[0]).all()
        }
        named = [given[at] for at in still if at < len(given)]
        if given and not set(named) <= set(alike):
            continue
        if not given and (len(alike) != len(still) or len(columns) < values.shape[1]):
            continue
        return tuple(
            StandingColumn(
                name=name,
                table=table,
                value=float(alike[name][0]),
                measured=alike[name].dtype.kind == "f" and not float(alike[name][0]).is_integer(),
            )
            for name in (named or alike)
        )
    return ()
