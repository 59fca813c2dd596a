"""Whether rows hold labels of other rows themselves, as windows of a series do."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.behind import standardised

Array = npt.NDArray[Any]

SAME = 0.9999
"""Correlation from which on a column is the label itself, in other units and single precision."""

NEAR, LEFT_OUT = 0.85, 0.1
"""Rows whose neighbour is not their neighbour (a part's first, those beside a dropped one) are left
out: where the correlation of all rows is `NEAR`, the tenth that lies farthest from the line."""

MOST_ROWS = 2000


def stands_in(inputs: Array, labels: Array) -> bool:
    """Whether one column of the inputs is the labels, in some unit.

    With the labels of a neighbouring row these are windows of a series: the newest value of each
    is the target of the one before, and a row tells it without any model.

    Parameters
    ----------
    inputs : array
        Shape (rows, ...).
    labels : array
        Shape (rows,) or (rows, columns), one of which is enough.
    """
    rows = min(len(inputs), len(labels), MOST_ROWS)
    if not rows:
        return False
    x, y = (standardised(one[:rows].reshape(rows, -1)) for one in (inputs, labels))
    correlations = x.T @ y / rows
    column, label = np.unravel_index(int(np.abs(correlations).argmax()), correlations.shape)
    slope = float(correlations[column, label])
    if abs(slope) < NEAR:
        return False
    one, other = x[:, column], y[:, label]
    kept = np.argsort(np.abs(other - slope * one))[: int(rows * (1 - LEFT_OUT))]
    one, other = standardised(one[kept]), standardised(other[kept])
    return bool(abs((one * other).mean()) >= SAME)
