"""A histogram as plain numbers: what every chart of a distribution is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts of finite values in equal bins.

    Attributes
    ----------
    low, high : float
        Edges of the first and the last bin.
    counts : tuple of int
        Values per bin; the bins are equally wide.
    """

    low: float
    high: float
    counts: tuple[int, ...]


BINS = 30
"""Enough to see shape, few enough to draw and to store."""


def histogram(values: npt.NDArray[Any], like: Histogram | None = None) -> Histogram | None:
    """Histogram of the finite `values`, None when there are none.

    Parameters
    ----------
    values : array
    like : Histogram, optional
        Use its bins; values beyond them are counted in the outermost ones.
    """
    numbers = np.asarray(values).ravel()
    if numbers.dtype.kind in "cOSUMm":
        return None
    numbers = numbers.astype(np.float64)
    numbers = numbers[np.isfinite(numbers)]
    if not numbers.size:
        return None
    low, high = (like.low, like.high) if like else (float(numbers.min()), float(numbers.max()))
    bins = len(like.counts) if like else BINS
    if high <= low:
        low, high = low - 0.5, high + 0.5
    counts, _ = np.histogram(np.clip(numbers, low, high), bins=bins, range=(low, high))
    return Histogram(low=low, high=high, counts=tuple(int(count) for count in counts))
