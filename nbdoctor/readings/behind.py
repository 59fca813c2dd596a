"""The user's tables behind the rows that reach the model, so that columns can be named."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.cell.namespace import is_data

Array = npt.NDArray[Any]

MOST_FRAMES = 12
MOST_LOOKED_AT = 40
DECIMALS, ROUNDING = 1e3, 1e-6
"""Three decimals, in single precision."""

MOST_STORED, LARGEST_STORED = 8, 32_000_000
MOST_ARRAY_COLUMNS = 24
MOST_COLUMNS = 256
MOST_ROWS = 2000
"""Rows by which a column is recognised: a few milliseconds."""

EQUAL = 0.99999
"""Correlation from which on a column is another one in other units, in single precision."""

QUANTILES = np.linspace(0.05, 0.95, 19)
ALIKE = 0.2
"""Quantiles of a part of the rows differ from those of all by less than this, in middle halves."""

PAIR = 2


@dataclass(frozen=True, slots=True)
class Behind:
    """What a column of the inputs was made from.

    Attributes
    ----------
    table, column : str
        The user's variable and the name in it.
    values : array
        All rows of that column.
    aligned : bool
        Row i of the inputs is row i of the table.
    """

    table: str
    column: str
    values: Array
    aligned: bool


def frames(
    namespace: Mapping[str, Any], preferred: Iterable[str] = ()
) -> Iterator[tuple[str, Any]]:
    """Tables of pandas among the user's variables, those first from which `fit` got its data."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return
    first = [name for name in preferred if name in namespace]
    names = dict.fromkeys([*first, *list(namespace)])
    found = 0
    for name in names:
        value = namespace.get(name)
        if name.startswith("_") or not is_data(value) or not isinstance(value, pandas.DataFrame):
            continue
        yield name, value
        found += 1
        if found >= MOST_FRAMES:
            return


def columns_by_table(
    namespace: Mapping[str, Any], preferred: Iterable[str] = ()
) -> dict[str, frozenset[str]]:
    """Names of the columns of each of the user's tables."""
    return {
        name: frozenset(map(str, frame.columns)) for name, frame in frames(namespace, preferred)
    }


def columns_behind(
    values: Array, namespace: Mapping[str, Any], preferred: Iterable[str] = ()
) -> dict[int, Behind]:
    """The columns that inputs of shape (rows, columns) were made from, as far as they are found.

    A column of a table is recognised where it is the same in other units, row by row; where the
    rows were dealt anew, by its quantiles, if the columns keep their order.
    """
    if values.ndim != PAIR or not 0 < values.shape[1] <= MOST_COLUMNS or len(values) < PAIR:
        return {}
    best: dict[int, Behind] = {}
    for name, frame in frames(namespace, preferred):
        table = numbers_of(frame)
        if len(table) < values.shape[1] or len(frame) < len(values):
            continue
        found = _row_by_row(values, name, table) or _by_quantiles(values, name, table)
        if _rank(found) > _rank(best):
            best = found
    return best


def _rank(found: Mapping[int, Behind]) -> tuple[int, int]:
    """How many columns are found, and of how many the values are as somebody wrote them."""
    return len(found), sum(is_written(one.values) for one in found.values())


def is_written(column: Array) -> bool:
    """Whether values have as few decimals as somebody writes, and so were not scaled."""
    some = column[:MOST_LOOKED_AT].astype(np.float64)
    some = some[np.isfinite(some)] * DECIMALS
    return bool(np.all(np.abs(some - np.round(some)) <= ROUNDING * np.maximum(1.0, np.abs(some))))


def numbers_of(frame: Any) -> dict[str, Array]:
    """The numeric columns of a table by name, without copying where it can be."""
    found = {}
    for at, name in enumerate(list(frame.columns)[:MOST_COLUMNS]):
        column = frame.iloc[:, at]
        dtype = column.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
            found[str(name)] = np.asarray(column.to_numpy())
    return found


def _row_by_row(values: Array, name: str, table: Mapping[str, Array]) -> dict[int, Behind]:
    rows = evenly_spread(len(values), MOST_ROWS)
    ours = standardised(values[rows])
    theirs = standardised(np.stack([column[rows] for column in table.values()], axis=1))
    correlation = np.abs(ours.T @ theirs) / len(rows)
    names = list(table)
    found = {}
    for at, row in enumerate(correlation):
        best = int(row.argmax())
        if row[best] >= EQUAL:
            found[at] = Behind(name, names[best], table[names[best]], aligned=True)
    return found


def standardised(values: Array) -> Array:
    """Columns of a mean of 0 and a spread of 1; 0 throughout where there is none."""
    numbers = np.nan_to_num(values.astype(np.float64))
    spread = numbers.std(axis=0)
    made: Array = (numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
    return made


def _by_quantiles(values: Array, name: str, table: Mapping[str, Array]) -> dict[int, Behind]:
    """Columns in the order of the table, whose quantiles have the same form."""
    names = list(table)
    forms = {one: _form(table[one]) for one in names}
    found: dict[int, Behind] = {}
    begin = 0
    for at in range(values.shape[1]):
        own = _form(values[:, at])
        for place in range(begin, len(names)):
            other = forms[names[place]]
            if own is not None and other is not None and np.abs(own - other).max() <= ALIKE:
                found[at] = Behind(name, names[place], table[names[place]], aligned=False)
                begin = place + 1
                break
    return found if len(found) == values.shape[1] else {}


def _form(values: Array) -> Array | None:
    """Quantiles around the median in units of the middle half, or of the whole."""
    some = values[evenly_spread(len(values), 4 * MOST_ROWS)]
    finite = some[np.isfinite(some)].astype(np.float64)
    if not finite.size:
        return None
    low, middle, high = np.quantile(finite, [0.25, 0.5, 0.75])
    scale = high - low if high > low else finite.std()
    if not scale > 0:
        return None
    made: Array = (np.quantile(finite, QUANTILES) - middle) / scale
    return made


def arrays_behind(
    x: Array, y: Array, namespace: Mapping[str, Any], reached: Sequence[str]
) -> tuple[dict[int, Array], Array | None]:
    """Arrays of the user's that inputs and target are scaled copies of, row by row."""
    raw: dict[int, Array] = {}
    target: Array | None = None
    rows = evenly_spread(len(x), MOST_ROWS)
    for name in reached or tuple(namespace):
        holder = namespace.get(name)
        found: list[Any] = []
        if type(holder).__name__ == "NpzFile" and type(holder).__module__.startswith("numpy"):
            found = list(_stored(holder))
        elif is_data(holder) and type(holder).__name__ == "ndarray":
            found = [holder]
        for one in found:
            if one.dtype.kind not in "iuf" or one.ndim > PAIR or len(one) < len(x) or not one.ndim:
                continue
            table = one[: len(x)].reshape(len(x), -1)
            for column in table.T[:MOST_ARRAY_COLUMNS]:
                few = column[rows].astype(np.float64)
                for at in range(min(x.shape[1], MOST_ARRAY_COLUMNS)):
                    if at not in raw and _same(few, x[rows, at]):
                        raw[at] = column
                if target is None and _same(few, y[rows]):
                    target = column
    return raw, target


def _stored(holder: Any) -> Iterator[Array]:
    """Small arrays of a file of NumPy that the cell has opened, and not closed."""
    for name in list(holder.files)[:MOST_STORED]:
        values = None
        with contextlib.suppress(AttributeError, KeyError, OSError, ValueError):
            if holder.zip.getinfo(f"{name}.npy").file_size <= LARGEST_STORED:
                values = holder[name]
        if values is not None:
            yield values


def _same(one: Array, other: Array) -> bool:
    if not (one.std() > 0 and other.std() > 0) or abs(one.std() / other.std() - 1) < 1e-9:  # noqa: PLR2004
        return False
    return float(np.corrcoef(one, other)[0, 1]) > 0.999999  # noqa: PLR2004
