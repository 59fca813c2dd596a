"""Groups of rows that are alike, as frames of one clip or visits of one patient are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

TURNS = 15
"""The groups need not be the best ones: they only must not cut through what belongs together."""


def like_rows(x: Array, groups: int, rng: np.random.Generator) -> Array:
    """The number of the group that each row is in, by k-means.

    Parameters
    ----------
    x : array
        Shape (rows, columns), columns of a like spread.
    groups : int
        At most so many.
    rng : Generator

    Returns
    -------
    array of int
        Shape (rows,).
    """
    centres = x[rng.permutation(len(x))[: max(1, groups)]].astype(np.float64)
    group = np.zeros(len(x), int)
    for _ in range(TURNS):
        group = ((centres**2).sum(axis=1) - 2 * x @ centres.T).argmin(axis=1)
        for one in np.unique(group):
            centres[one] = x[group == one].mean(axis=0)
    return group
