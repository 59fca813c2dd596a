"""Values that became others in a cast: whole numbers that a smaller type does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.data import Rows
from nbdoctor.cell.namespace import is_data
from nbdoctor.readings.behind import EQUAL, frames, numbers_of
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

Array = npt.NDArray[Any]

EXACT = 1 << 24
"""Single precision holds every whole number up to here."""

MOST_ROWS, MOST_VALUES = 20_000, 50_000
MOST_ARRAYS = 8
SINGLE = 4
PAIR = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """A column of whole numbers of which several became one.

    Attributes
    ----------
    column, table : str
    rows, before, after : int
        Rows that were looked at, and different values in the table and in the input.
    largest : float
    """

    column: str
    table: str
    rows: int
    before: int
    after: int
    largest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """An array that holds what is left of another one's values after they went round.

    Attributes
    ----------
    source, variable : str
        The user's names for both.
    kind : str
        The smaller type.
    low, high : float
        Range of the source.
    share : float
        Of its values, those that became others.
    """

    source: str
    variable: str
    kind: str
    low: float
    high: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Casts:
    """Casts that lost something."""

    merged: tuple[Merged, ...] = ()
    wrapped: tuple[Wrapped, ...] = ()


@reading(
    "casts",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no input can be compared with what it was cast from"),
    once=True,
)
def casts(rows: TrainingSample, namespace: Namespace, source: Source | None) -> Casts | None:
    """Compare inputs with the user's tables, and the user's arrays with each other."""
    reached = source.reaches_fit if source is not None else ()
    return Casts(
        merged=tuple(merged_columns(rows, namespace, reached)),
        wrapped=tuple(wrapped_arrays({n: namespace[n] for n in reached if n in namespace})),
    )


def merged_columns(
    rows: Rows, namespace: Mapping[str, Any], reached: tuple[str, ...] = ()
) -> Iterator[Merged]:
    """Columns of a table beyond 2**24 that are single precision in the input."""
    tables = [
        np.asarray(values)
        for values in rows.whole.values()
        if values.ndim == PAIR and values.dtype.kind == "f" and values.dtype.itemsize <= SINGLE
    ]
    for table in tables:
        index = evenly_spread(len(table), MOST_ROWS)
        for name, frame in frames(namespace, reached):
            columns = numbers_of(frame) if len(frame) >= len(table) else {}
            whole = {one: raw[index] for one, raw in columns.items() if raw.dtype.kind in "iu"}
            made = {one: _merged(raw, table[index]) for one, raw in whole.items()}
            known = [replace(m, column=one, table=name) for one, m in made.items() if m is not None]
            yield from known
            if known:
                break


def _merged(raw: Array, table: Array) -> Merged | None:
    """What became of whole numbers in the column that they are, as single precision has them."""
    largest = float(np.abs(raw.astype(np.float64)).max())
    if largest <= EXACT:
        return None
    rounded = raw.astype(np.float32).astype(np.float64)
    before, after = len(np.unique(raw)), len(np.unique(rounded))
    if not after < before or not rounded.std() > 0:
        return None
    centred = (rounded - rounded.mean()) / rounded.std()
    for column in table.T.astype(np.float64):
        alike = column.std() > 0 and abs(float(np.corrcoef(centred, column)[0, 1])) >= EQUAL
        if alike and len(np.unique(column)) <= after:
            return Merged("", "", len(raw), before, after, largest)
    return None


def wrapped_arrays(variables: Mapping[str, Any]) -> Iterator[Wrapped]:
    """Pairs of arrays of one shape, of which one is the other one, wrapped round."""
    arrays = {
        name: value
        for name, value in variables.items()
        if is_data(value) and type(value).__name__ == "ndarray" and value.dtype.kind in "iuf"
    }
    some = dict(list(arrays.items())[:MOST_ARRAYS])
    for (name, wide), (other, small) in permutations(some.items(), 2):
        narrow = small.dtype.kind in "iu" and small.dtype.itemsize <= PAIR
        wider = wide.dtype.itemsize > small.dtype.itemsize
        if not (narrow and wider) or wide.shape != small.shape or not wide.size:
            continue
        at = evenly_spread(wide.size, MOST_VALUES)
        values = wide.reshape(-1)[at].astype(np.float64)
        now = small.reshape(-1)[at].astype(np.float64)
        limits = np.iinfo(small.dtype)
        if not np.isfinite(values).all():
            continue
        beyond = (values < limits.min) | (values > limits.max)
        size = float(1 << (8 * small.dtype.itemsize))
        same = np.mod(np.trunc(values) - now, size) == 0
        if beyond.any() and same.all() and len(np.unique(now)) > PAIR:
            yield Wrapped(
                source=name,
                variable=other,
                kind=str(small.dtype),
                low=float(values.min()),
                high=float(values.max()),
                share=float(beyond.mean()),
            )
