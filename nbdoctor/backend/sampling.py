"""How many rows of a large tensor are enough for its statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]

MOST_VALUES = 1 << 14
"""16 k values give a mean to 1 % of the spread and cost less than a kernel launch to copy."""


def evenly_spread(length: int, most: int) -> npt.NDArray[np.intp]:
    """At most `most` of the indices below `length`, from the first to the last."""
    return np.linspace(0, length - 1, min(length, most)).astype(np.intp)


def few_rows(values: npt.NDArray[Any], most: int) -> npt.NDArray[Any]:
    """At most `most` rows, evenly spread; the array itself where it has no more."""
    if len(values) <= most:
        return values
    some: npt.NDArray[Any] = values[evenly_spread(len(values), most)]
    return some


def rows_together(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """The rows of several batches, cut to the shortest sentence or smallest picture of all."""
    least = np.min([part.shape[1:] for part in parts], axis=0)
    common = (slice(None), *map(slice, least.astype(int)))
    return parts[0] if len(parts) == 1 else np.concatenate([part[common] for part in parts])


def stride_for(size: int, channels: int) -> int:
    """Take every n-th row of (size / channels, channels) to stay near `MOST_VALUES`."""
    rows = max(1, size // max(1, channels))
    return max(1, min(size // MOST_VALUES, rows))
