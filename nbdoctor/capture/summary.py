"""A few numbers that say what rows of inputs look like, to compare others with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
        **parts,
    )


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
