"""A few numbers that say what rows of inputs look like, to compare others with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor.backend.sampling import few_rows
from nbdoctor.capture.data import Array, Rows, as_array, input_names, named

MOST_ROWS = 2048
"""Rows that are looked at, spread evenly: some milliseconds."""

MOST_VALUES = 200_000

MOST_COLUMNS = 512
"""Wider rows are described as a whole."""

FEWEST_ROWS = 8

CHANNELS = 16
"""A last axis up to this size holds features or channels; a longer one of several is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSummary:
    """Of one input.

    Attributes
    ----------
    name : str
    dtype : str
    shape : tuple of int
        Of one row.
    rows : int
        That there are.
    minimum, maximum, mean, std : float
        Over finite values.
    lows, highs, means, stds : tuple of float
        The same by column or channel; empty where there are none, or too many.
    by_row : mapping of str to float
        What holds of the values of each row by themselves ("a mean of 0"), and of which share of
        the rows.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    rows: int
    minimum: float
    maximum: float
    mean: float
    std: float
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()
    means: tuple[float, ...] = ()
    stds: tuple[float, ...] = ()
    by_row: Mapping[str, float] = field(default_factory=dict)


Summary = tuple[InputSummary, ...]


def summary_of_inputs(model: Any, x: Any) -> Summary | None:
    """Of what a model is handed; None where it is not in memory."""
    arrays = {}
    for name, values in named(x, input_names(model), "x").items():
        array = as_array(values)
        if array is None or array.ndim == 0:
            return None
        arrays[name] = array
    return summary_of(arrays) if arrays else None


def summary_of_rows(rows: Rows) -> Summary:
    """Of rows of training or validation."""
    return summary_of(rows.whole or rows.inputs)


def summary_of(arrays: Mapping[str, Array]) -> Summary:
    """Of arrays by the names of the inputs; text is passed over."""
    return tuple(
        described(name, values)
        for name, values in arrays.items()
        if values.dtype.kind in "biuf" and values.size
    )


def described(name: str, values: Array) -> InputSummary:
    """Of one array, shape (rows, ...)."""
    few = _some(values)
    some = few.astype(np.float64)
    finite = np.isfinite(some)
    some = np.where(finite, some, np.nan)
    table = _columns(some)
    parts: dict[str, Any] = {}
    with np.errstate(all="ignore"):
        if table is not None and finite.any(axis=0).all():
            parts = {
                "lows": _floats(np.nanmin(table, axis=0)),
                "highs": _floats(np.nanmax(table, axis=0)),
                "means": _floats(np.nanmean(table, axis=0)),
                "stds": _floats(np.nanstd(table, axis=0)),
            }
    good = some[finite]
    if not good.size:
        good = np.zeros(1)
    return InputSummary(
        name=name,
        dtype=str(values.dtype),
        shape=tuple(int(size) for size in values.shape[1:]),
        rows=len(values),
        minimum=float(good.min()),
        maximum=float(good.max()),
        mean=float(good.mean()),
        std=float(good.std()),
        by_row=normalised_by_row(some) if finite.all() else {},
        **parts,
    )


ROUNDING = 1e-4
"""Of the standard deviation of a row: its mean in single precision is no nearer to 0."""

NEARLY = 1e-3
"""By so much a standard deviation or a length misses 1: a small number is often added to it."""

FEWEST_VALUES = 4
"""A row of fewer is said to have a mean of 0, or a length of 1, too easily."""


def normalised_by_row(values: Array) -> dict[str, float]:
    """What holds of each row by itself, as it does where each was normalised by its own numbers.

    Parameters
    ----------
    values : array
        Shape (rows, ...), finite.

    Returns
    -------
    dict of str to float
        Of which share of the rows that are not constant.
    """
    flat = values.reshape(len(values), -1)
    spread = flat.std(axis=1)
    varied = spread > 0
    if flat.shape[1] < FEWEST_VALUES or not varied.any():
        return {}
    rows, spread = values[varied], spread[varied]
    flat = flat[varied]
    near = ROUNDING * np.maximum(spread, np.finfo(np.float32).tiny)
    centred = np.abs(flat.mean(axis=1)) <= near
    found = {
        "a mean of 0": centred,
        "a mean of 0 and a standard deviation of 1": centred & (np.abs(spread - 1) <= NEARLY),
        "values from 0 to 1, both included": (np.abs(flat.min(axis=1)) <= near)
        & (np.abs(flat.max(axis=1) - 1) <= ROUNDING),
        "a length of 1": np.abs(np.sqrt((flat**2).sum(axis=1)) - 1) <= NEARLY,
    }
    for axis in range(1, rows.ndim if rows.ndim > 2 else 1):  # noqa: PLR2004
        if rows.shape[axis] >= FEWEST_VALUES:
            means = np.abs(rows.mean(axis=axis)).reshape(len(rows), -1).max(axis=1)
            found[f"a mean of 0 along axis {axis}"] = means <= near
    return {name: float(holds.mean()) for name, holds in found.items()}


def _some(values: Array) -> Array:
    wide = max(1, int(np.prod(values.shape[1:])))
    return few_rows(values, min(MOST_ROWS, max(FEWEST_ROWS, MOST_VALUES // wide)))


def _columns(values: Array) -> Array | None:
    if values.ndim == 2 and values.shape[1] <= MOST_COLUMNS:  # noqa: PLR2004  (a table)
        return values
    if values.ndim > 2 and values.shape[-1] <= CHANNELS:  # noqa: PLR2004
        return values.reshape(-1, values.shape[-1])
    return None


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
