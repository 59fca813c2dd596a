"""Columns of the user's tables and arrays that Keras cannot take for numbers."""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.cell.namespace import is_data

MOST_VALUES = 100_000
"""Values of a column that are looked at one by one: some 20 ms, after a crash."""

MOST_EXAMPLES = 2
"""Values of a column that are quoted: enough to recognise it."""

LONGEST_EXAMPLE = 24
"""Characters of a value that are quoted."""

MOSTLY = 0.5
"""A share of values that are written as numbers above this makes a text column one of numbers."""

QUOTED = re.compile(r"could not convert string to float: (?:np\.str_\()?(['\"])(?P<text>.*)\1\)?$")
"""What NumPy and pandas say of the first value that is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OddColumn:
    """A column, or a whole array, that Keras cannot take for numbers.

    Attributes
    ----------
    table : str
        The user's variable, or what it is to `fit` ("the inputs").
    name : str
        The column's, or its place in an array ("2"), "" for what has no columns.
    kind : str
        "text", "numbers as text" (most of its values are), "category", "dates", "lists",
        "nullable" (a type of pandas whose numbers may be missing: Keras takes it only where a
        column of 64-bit floats stands before it), "strings" (text that
        TensorFlow takes, for layers that read text) or "objects".
    dtype : str
        As Keras writes it ("str128").
    in_frame : bool
        It is a column of a frame of pandas.
    examples : tuple of str
        Of the values that are no numbers.
    missing, rows : int
        Values that are missing (of nullable types), and all that there are.
    quoted : bool
        It holds the value that the error message quotes.
    """

    table: str
    name: str
    kind: str
    dtype: str
    in_frame: bool = False
    examples: tuple[str, ...] = ()
    missing: int = 0
    rows: int = 0
    quoted: bool = False


def odd_columns(tables: Iterable[tuple[str, Any]], message: str) -> tuple[OddColumn, ...]:
    """Those of `tables` (name and value; what is no table or array is passed over).

    Parameters
    ----------
    tables : iterable of (str, Any)
    message : str
        The error message, to know which column holds the value that it quotes.
    """
    match = QUOTED.search(message)
    quoted = match["text"] if match else None
    return tuple(
        _described(table, name, column, kind, quoted)
        for table, value in tables
        if is_table(value)
        for name, column, kind in _odd(value)
    )


def is_table(value: Any) -> bool:
    """Whether `value` is a frame or a series of pandas, or an array of NumPy that is no number."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind not in "biufc"
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series))


def _odd(value: Any) -> Iterator[tuple[str, Any, str]]:
    """Name, values and kind of each odd column."""
    if hasattr(value, "columns"):
        columns = [(str(name), value.iloc[:, at]) for at, name in enumerate(value.columns)]
        kinds = [_kind_in_frame(column) for _, column in columns]
    elif value.ndim == 2 and value.dtype.kind == "O":  # noqa: PLR2004  (rows and columns)
        columns = [(str(at), value[:, at]) for at in range(value.shape[1])]
        kinds = [_kind_of_values(_present(column)) for _, column in columns]
    else:
        columns, kinds = [("", value)], [_kind_alone(value)]
    for (name, column), kind in zip(columns, kinds, strict=True):
        if kind:
            yield name, column, kind


def _kind_in_frame(column: Any) -> str:
    """What keeps a frame with this column from becoming numbers, "" where nothing does."""
    from pandas.api import types

    dtype = column.dtype
    if types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        return "dates"
    if hasattr(dtype, "categories"):  # a category of numbers is taken for these
        return "" if types.is_numeric_dtype(dtype.categories.dtype) else "category"
    if types.is_numeric_dtype(dtype):
        return "" if isinstance(dtype, np.dtype) else "nullable"
    return _kind_of_values(_present(column))


def _kind_alone(values: Any) -> str:
    """The same for an array or a series, which Keras takes by its type."""
    dtype = values.dtype
    if hasattr(dtype, "categories"):
        return "category"
    if not isinstance(dtype, np.dtype):
        from pandas.api import types

        return "nullable" if types.is_numeric_dtype(dtype) else "text"
    if dtype.kind in "biufc":
        return ""
    if dtype.kind in "mM":
        return "dates"
    present = _present(values)
    if isinstance(values, np.ndarray) and dtype.kind == "O":  # Keras makes strings of TensorFlow
        return "strings" if all(isinstance(one, str) for one in present) else "objects"
    return _kind_of_values(present) or "objects"


def _kind_of_values(values: list[Any]) -> str:
    """Of Python objects, "" where all are numbers."""
    if any(isinstance(one, (list, tuple, np.ndarray, dict, set)) for one in values):
        return "lists"
    if any(isinstance(one, (dt.date, dt.timedelta, np.datetime64)) for one in values):
        return "dates"
    bad = sum(not _is_number(one) for one in values)
    if not bad:
        return ""
    if not any(isinstance(one, str) for one in values):
        return "objects"
    return "numbers as text" if bad < MOSTLY * len(values) else "text"


def _present(values: Any) -> list[Any]:
    """The first values, without those that are missing."""
    flat = np.asarray(values[:MOST_VALUES], dtype=object).reshape(-1)
    return [one for one in flat.tolist() if not _is_missing(one)]


def _is_missing(one: Any) -> bool:
    nothing = one is None or type(one).__name__ in {"NAType", "NaTType"}
    return nothing or (isinstance(one, float) and math.isnan(one))


def _is_number(one: Any) -> bool:
    try:
        float(one)
    except (TypeError, ValueError):
        return False
    return True


def _described(table: str, name: str, values: Any, kind: str, quoted: str | None) -> OddColumn:
    present = _present(values)
    shown = [str(one) for one in present if kind == "dates" or not _is_number(one)]
    short = [one for one in dict.fromkeys(shown) if len(one) <= LONGEST_EXAMPLE]
    return OddColumn(
        table=table,
        name=name,
        kind=kind,
        dtype=str(getattr(values.dtype, "name", values.dtype)),
        in_frame=bool(name) and not isinstance(values, np.ndarray),
        examples=tuple(short[:MOST_EXAMPLES]),
        missing=int(values.isna().sum()) if kind == "nullable" else 0,
        rows=len(values),
        quoted=quoted is not None and bool(np.any(np.asarray(values, dtype=object) == quoted)),
    )


def tables_of_fit(
    arguments: Mapping[str, Any], namespace: Mapping[str, Any]
) -> list[tuple[str, Any]]:
    """The tables and arrays that `fit` was given, under the user's names for them."""
    import keras

    given = arguments.get("validation_data")
    held_out = list(given) if isinstance(given, (list, tuple)) else []
    roles = [
        ("the inputs", arguments.get("x")),
        ("the labels", arguments.get("y")),
        ("the sample weights", arguments.get("sample_weight")),
        *zip(("the validation inputs", "the validation labels"), held_out, strict=False),
    ]
    leaves = [(role, leaf) for role, part in roles for leaf in keras.tree.flatten(part)]
    return [(_name_of(leaf, namespace) or role, leaf) for role, leaf in leaves if is_table(leaf)]


def tables_of_cell(names: Iterable[str], namespace: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The tables and arrays among the variables that a cell names."""
    values = [(name, namespace.get(name)) for name in names]
    return [(f"`{name}`", value) for name, value in values if is_data(value) and is_table(value)]


def _name_of(table: Any, namespace: Mapping[str, Any]) -> str:
    """The user's variable, "" where there is none."""
    names = [name for name, value in namespace.items() if value is table]
    return next((f"`{name}`" for name in names if not name.startswith("_")), "")
