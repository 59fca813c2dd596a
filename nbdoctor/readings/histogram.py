"""A histogram as plain numbers: what every chart of a distribution is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

BINS = 30
"""Enough to see shape, few enough to draw and to store."""

MOST_RANKED = 1 << 16
"""Values that quartiles are taken of: sorting them takes 5 ms."""

TALLEST = 1e300
"""Ends of bins lie within this: a difference of larger numbers is infinite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts of finite values.

    The bins are equally wide; where the tails are heavy they are so on a symmetric-logarithmic
    scale, arsinh(value / `linear`), which is even near 0 and logarithmic far from it.

    Attributes
    ----------
    low, high : float
        Edges of the first and the last bin; equal where all values are the same.
    counts : tuple of int
        Values per bin.
    linear : float
        The size of values up to which the scale is even, 0 where it is even everywhere.
    """

    low: float
    high: float
    counts: tuple[int, ...]
    linear: float = 0.0

    def place(self, value: float) -> float:
        """Where a value lies on the scale in which all bins are equally wide."""
        return float(np.arcsinh(value / self.linear)) if self.linear else value

    @property
    def edges(self) -> tuple[float, ...]:
        """Values at the edges of the bins, one more than there are bins."""
        low, high = self.place(self.low), self.place(self.high)
        places = np.linspace(low, high, len(self.counts) + 1)
        values = np.sinh(places) * self.linear if self.linear else places
        return (self.low, *(float(value) for value in values[1:-1]), self.high)


def histogram(values: npt.NDArray[Any], like: Histogram | None = None) -> Histogram | None:
    """Histogram of the finite `values`, None when there are none.

    Parameters
    ----------
    values : array
    like : Histogram, optional
        Use its bins; values beyond them are counted in the outermost ones.
    """
    numbers = _finite(values)
    if not numbers.size:
        return None
    return _counted(numbers, like or _bins([numbers]))


def histograms(*arrays: npt.NDArray[Any] | None) -> tuple[Histogram | None, ...]:
    """Histograms over the same bins, which reach from the least to the largest of all values.

    The first array decides whether the scale is even; None, or what holds no number, gives None.
    """
    found = [np.zeros(0) if values is None else _finite(values) for values in arrays]
    filled = [numbers for numbers in found if numbers.size]
    if not filled:
        return (None,) * len(arrays)
    bins = _bins(filled)
    return tuple(_counted(numbers, bins) if numbers.size else None for numbers in found)


def _finite(values: npt.NDArray[Any]) -> Numbers:
    numbers = np.asarray(values).ravel()
    if numbers.dtype.kind in "cOSUMm":
        return np.zeros(0)
    numbers = numbers.astype(np.float64)
    finite: Numbers = numbers[np.isfinite(numbers)]
    return finite


def _bins(arrays: list[Numbers]) -> Histogram:
    """Empty bins from the least to the largest value."""
    low = max(min(float(numbers.min()) for numbers in arrays), -TALLEST)
    high = min(max(float(numbers.max()) for numbers in arrays), TALLEST)
    if high <= low:
        return Histogram(low=low, high=high, counts=(0,))
    return Histogram(
        low=low, high=high, counts=(0,) * BINS, linear=_linear(arrays[0], (high - low) / BINS)
    )


def _linear(numbers: Numbers, width: float) -> float:
    """Half of the middle half of the values, 0 where even bins of this width show their shape.

    They do not where the middle half lies within one bin: then nearly all that there is to see is
    one bar. Exact zeros are no part of it, since where they are many (pixels, outputs of ReLU) they
    are one bar on any scale.
    """
    some = numbers[:: max(1, numbers.size // MOST_RANKED)]
    some = np.clip(some[some != 0], -TALLEST, TALLEST)
    if not some.size:
        return 0.0
    first, third = np.percentile(some, [25, 75])
    half = float(third - first) / 2
    return half if 0 < 2 * half < width else 0.0


def _counted(numbers: Numbers, bins: Histogram) -> Histogram:
    if bins.high <= bins.low:
        return Histogram(low=bins.low, high=bins.high, counts=(int(numbers.size),))
    places = np.clip(numbers, bins.low, bins.high)
    if bins.linear:
        places = np.arcsinh(places / bins.linear)
    counts, _ = np.histogram(
        places, bins=len(bins.counts), range=(bins.place(bins.low), bins.place(bins.high))
    )
    return Histogram(
        low=bins.low, high=bins.high, counts=tuple(int(one) for one in counts), linear=bins.linear
    )
