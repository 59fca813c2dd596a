"""The rows of each class, where classes are few enough for a picture of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbdoctor.capture.data import Array, Rows

MOST = 4
"""Classes whose histograms are read one above the other; of more, columns would be walls."""

PAIR = 2


@dataclass(frozen=True, slots=True)
class RowClasses:
    """The class of every row that was looked at.

    Attributes
    ----------
    values : tuple of float
        The classes in order, two to four.
    numbers : array of float
        Shape (rows,).
    """

    values: tuple[float, ...]
    numbers: Array

    def parts(self, values: Array) -> tuple[tuple[float, Array], ...]:
        """The rows of each class."""
        return tuple((one, values[self.numbers == one]) for one in self.values)


def classes_of(rows: Rows) -> RowClasses | None:
    """The classes of the rows by the labels of the only output, None where they are no classes."""
    if len(rows.targets) != 1 or rows.is_empty:
        return None
    (labels,) = rows.targets.values()
    numbers = _numbers(labels)
    if numbers is None or not len(rows.index) or rows.index.max() >= len(numbers):
        return None
    numbers = numbers[rows.index]
    if not np.isfinite(numbers).all():
        return None
    values = np.unique(numbers)
    if not PAIR <= len(values) <= MOST or len(values) * PAIR > len(numbers):
        return None
    if (values != np.round(values)).any():
        return None
    return RowClasses(tuple(float(one) for one in values), numbers)


def _numbers(labels: Array) -> Array | None:
    """One number for each row, None where the labels have several that are not one-hot."""
    if labels.dtype.kind not in "biuf":
        return None
    if labels.ndim == 1 or (labels.ndim == PAIR and labels.shape[1] == 1):
        return labels.reshape(-1).astype(np.float64)
    few = labels.ndim == PAIR and labels.shape[1] <= MOST
    one_hot = few and bool((np.isin(labels, (0, 1)).all()) and (labels.sum(axis=1) == 1).all())
    return labels.argmax(axis=1).astype(np.float64) if one_hot else None
