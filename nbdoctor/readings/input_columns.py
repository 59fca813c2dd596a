"""The columns of a table and the channels of an image, each described by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbdoctor.capture.data import Array
from nbdoctor.readings.histogram import Histogram, histograms
from nbdoctor.readings.row_classes import RowClasses

MOST_COLUMNS = 24
"""Columns that get a picture of their own."""

TABLE_COLUMNS = 512
"""Wider rows are not described column by column."""

IMAGE_RANK = 4
"""(rows, height, width, channels)"""

CHANNELS = 4
"""Last axes up to this size are channels of an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table or one channel of an image.

    `histogram`, `validation` and `by_class` have the same bins: over the training rows, the
    validation rows, and the training rows of each class of a table where classes are few.
    """

    name: str
    minimum: float
    maximum: float
    mean: float
    std: float
    nan: int
    inf: int
    histogram: Histogram | None = None
    validation: Histogram | None = None
    by_class: tuple[tuple[float, Histogram], ...] = ()


def columns_of(
    numbers: Array,
    validation: Array | None,
    names: tuple[str, ...],
    classes: RowClasses | None,
) -> tuple[Column, ...]:
    """Columns of a table or channels of an image, those of the widest spread first."""
    table = _as_table(numbers)
    if table is None:
        return ()
    beside = None if validation is None else _as_table(validation)
    is_image = numbers.ndim == IMAGE_RANK
    with np.errstate(all="ignore"):
        spread = np.nan_to_num(np.nanmax(np.abs(table), axis=0), posinf=0, neginf=0)
    chosen = np.argsort(-spread, kind="stable")[:MOST_COLUMNS]
    described = []
    for number in chosen:
        fallback = f"channel {number}" if is_image else f"column {number}"
        name = names[number] if number < len(names) else fallback
        other = None if beside is None else beside[:, number]
        parts = classes.parts(table[:, number]) if classes and not is_image else ()
        described.append(_column(name, table[:, number], other, parts))
    return tuple(described)


def _as_table(values: Array) -> Array | None:
    """(rows, columns) of a table, (pixels, channels) of an image, None for anything else."""
    if values.ndim == 2 and 1 < values.shape[1] <= TABLE_COLUMNS:  # noqa: PLR2004
        return values
    if values.ndim == IMAGE_RANK and 1 < values.shape[-1] <= CHANNELS:
        return values.reshape(-1, values.shape[-1])
    return None


def _column(
    name: str,
    values: Array,
    validation: Array | None,
    parts: tuple[tuple[float, Array], ...],
) -> Column:
    finite = values[np.isfinite(values)]
    if not finite.size:
        finite = np.zeros(1)
    drawn, beside, *apart = histograms(values, validation, *(part for _, part in parts))
    return Column(
        name=name,
        minimum=float(finite.min()),
        maximum=float(finite.max()),
        mean=float(finite.mean()),
        std=float(finite.std()),
        nan=int(np.isnan(values).sum()),
        inf=int(np.isinf(values).sum()),
        histogram=drawn,
        validation=beside,
        by_class=tuple(
            (value, one) for (value, _), one in zip(parts, apart, strict=True) if one is not None
        ),
    )
