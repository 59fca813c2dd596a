"""The values of a column in ascending order: sorted once, and read many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class OrderedValues:
    """Values in ascending order, and the different ones with how often each stands there."""

    ordered: Array
    kinds: Array
    counts: Array

    @classmethod
    def of(cls, values: Array) -> OrderedValues:
        """Sort once what everything is read from."""
        ordered = np.sort(values)
        begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        return cls(ordered, ordered[begins], np.diff(begins, append=len(ordered)))


def quantile(ordered: Array, share: float) -> float:
    """As `np.quantile`, of values in ascending order."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
