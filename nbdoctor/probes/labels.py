"""What the model is asked to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.capture.data import Array, Rows
from nbdoctor.probes.histogram import Histogram, histogram

MOST_CLASSES = 1000
"""More different whole numbers than this are a quantity, unless their type is an integer."""

MOST_COUNTED = 20
"""Values whose rows are listed."""

MOST_LABEL_VALUES = 4_000_000
"""Larger label arrays (masks) are sampled by rows."""

MOST_SORTED = 200_000
"""Values that a median is taken of: about 10 ms."""

SUM_TOLERANCE = 1e-3
"""Float32 rows of probabilities sum to 1 within this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The labels or targets of one output.

    Attributes
    ----------
    name : str
        Name of the output, as in `Output.name`.
    variable : str
        The user's variable, "" when unknown.
    complete : bool
        Every training row was looked at (else the probe batches only).
    rows, total_rows : int, int or None
        Rows looked at, rows there are.
    batches : int
        Batches the rows came from; 0 when `complete`.
    shape : tuple of int
        Shape of one row: () for `(N,)`, (1,) for `(N, 1)`, (3,) for one-hot of 3.
    rank : int
        Axes with the row axis: 1 for `(N,)`.
    dtype : str
    minimum, maximum, mean, std : float
        Over finite values.
    distinct : int
        Different values (of a flat label, or of the class for one-hot rows), counted up to 1000.
    counts : tuple of (float, int)
        Value and rows, the most frequent first, at most 20; classes for one-hot rows.
    integral : bool
        All values are whole numbers.
    encoding : str
        "ids" (whole numbers, one per row, at most 1000 different or an integer dtype),
        "one-hot", "multi-hot", "soft" (rows that sum to 1), "continuous", or "text".
    row_sum_minimum, row_sum_maximum : float or None
        Of rows with more than one column.
    entropy : float or None
        Nats; the loss of the best constant classifier. None for continuous targets.
    variance : float or None
        Mean squared error of the best constant. None for text.
    deviation : float or None
        Mean absolute error of the best constant, which is the median. None for text.
    nan, inf : int
        Count of such values.
    first_bad : int or None
        First row with one.
    below_zero, above_one, below_minus_one : int
        Values below 0, above 1, below -1.
    most_filled : int or None
        Most columns of one row that are not 0; None without columns.
    histogram : Histogram or None
        Of continuous targets.
    """

    name: str
    variable: str = ""
    complete: bool = True
    rows: int = 0
    total_rows: int | None = None
    batches: int = 0
    shape: tuple[int, ...] = ()
    rank: int = 1
    dtype: str = ""
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    std: float = 0.0
    distinct: int = 0
    counts: tuple[tuple[float, int], ...] = ()
    integral: bool = True
    encoding: str = "ids"
    row_sum_minimum: float | None = None
    row_sum_maximum: float | None = None
    entropy: float | None = None
    variance: float | None = None
    deviation: float | None = None
    nan: int = 0
    inf: int = 0
    first_bad: int | None = None
    below_zero: int = 0
    above_one: int = 0
    below_minus_one: int = 0
    most_filled: int | None = None
    histogram: Histogram | None = None

    def named(self, role: str) -> str:
        """The user's variable, where it is known, else its role: "The target of `y`"."""
        return f"`{self.variable}`" if self.variable else f"{role} of `{self.name}`"

    @property
    def classes(self) -> int:
        """Classes counted up to the largest number, 0 where the labels are no class numbers."""
        return int(self.maximum) + 1 if self.encoding == "ids" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The targets of all outputs."""

    targets: tuple[Target, ...]

    def of(self, output: str) -> Target | None:
        """The target of the output with this name, None when there is none."""
        return next((target for target in self.targets if target.name == output), None)


def read_labels(rows: Rows, variables: dict[str, str] | None = None) -> Labels:
    """Describe the targets of every output.

    Parameters
    ----------
    rows : Rows
    variables : dict of str to str
        The user's variable for each output.
    """
    return Labels(
        targets=tuple(
            _target(name, values, rows, (variables or {}).get(name, ""))
            for name, values in rows.targets.items()
        ),
    )


def _target(name: str, values: Array, rows: Rows, variable: str) -> Target:
    facts: dict[str, Any] = {
        "name": name,
        "variable": variable,
        "total_rows": rows.total,
        "batches": rows.batches,
        "shape": tuple(int(size) for size in values.shape[1:]),
        "rank": values.ndim,
        "dtype": str(values.dtype),
    }
    looked = _affordable(values)
    facts |= {"rows": len(looked), "complete": rows.complete and len(looked) == len(values)}
    if values.dtype.kind not in "biuf":
        distinct = len({str(one) for one in looked.ravel().tolist()})
        return Target(
            **facts, encoding="text", integral=False, distinct=min(distinct, MOST_CLASSES)
        )
    return Target(**facts, **_numbers(looked))


def _affordable(values: Array) -> Array:
    if values.size <= MOST_LABEL_VALUES:
        return values
    per_row = max(1, values.size // max(1, len(values)))
    return values[:: max(1, len(values) * per_row // MOST_LABEL_VALUES)]


def _numbers(values: Array) -> dict[str, Any]:
    numbers = values.astype(np.float64)
    bad = ~np.isfinite(numbers)
    finite = numbers[~bad]
    if not finite.size:
        finite = np.zeros(1)
    encoding = _encoding(numbers, finite, values.dtype.kind)
    classes = _classes(numbers, encoding)
    distinct, counts = _counted(classes)
    sums = numbers.reshape(-1, numbers.shape[-1]).sum(axis=-1) if _has_columns(numbers) else None
    return {
        "minimum": float(finite.min()),
        "maximum": float(finite.max()),
        "mean": float(finite.mean()),
        "std": float(finite.std()),
        "distinct": min(len(distinct), MOST_CLASSES),
        "counts": _most_frequent(distinct, counts),
        "integral": bool(np.all(finite == np.round(finite))),
        "encoding": encoding,
        "row_sum_minimum": None if sums is None else float(np.nanmin(sums)),
        "row_sum_maximum": None if sums is None else float(np.nanmax(sums)),
        "entropy": None if encoding == "continuous" else _entropy(numbers, encoding, counts),
        "variance": float(np.mean(np.nanvar(numbers, axis=0))),
        "deviation": _deviation(numbers),
        "nan": int(np.isnan(numbers).sum()),
        "inf": int(np.isinf(numbers).sum()),
        "first_bad": int(np.argwhere(bad)[0][0]) if bad.any() else None,
        "below_zero": int((finite < 0).sum()),
        "above_one": int((finite > 1).sum()),
        "below_minus_one": int((finite < -1).sum()),
        "most_filled": None if sums is None else int((numbers != 0).sum(axis=-1).max()),
        "histogram": histogram(finite) if encoding == "continuous" else None,
    }


def _deviation(numbers: Array) -> float:
    """Mean distance from the median, of a sample of the rows: it sorts."""
    rows = numbers.reshape(len(numbers), -1)
    some = rows[:: max(1, rows.size // MOST_SORTED)]
    clean = some[np.isfinite(some).all(axis=1)]
    return float(np.abs(clean - np.median(clean, axis=0)).mean()) if len(clean) else 0.0


def _has_columns(numbers: Array) -> bool:
    return numbers.ndim > 1 and numbers.shape[-1] > 1


def _encoding(numbers: Array, finite: Array, kind: str) -> str:
    """What the numbers stand for, as far as their values tell."""
    whole = bool(np.all(finite == np.round(finite)))
    if _has_columns(numbers):
        return _column_encoding(numbers, finite, whole and kind in "biu")
    few = whole and len(np.unique(finite[: MOST_CLASSES * 100])) <= MOST_CLASSES
    return "ids" if few or (whole and kind in "biu") else "continuous"


def _column_encoding(numbers: Array, finite: Array, integers: bool) -> str:  # noqa: FBT001
    sums = numbers.sum(axis=-1)
    if bool(np.all((finite == 0) | (finite == 1))):
        return "one-hot" if np.all(sums == 1) else "multi-hot"
    if integers:
        return "ids"
    inside = bool(np.all((finite >= 0) & (finite <= 1)))
    return "soft" if inside and bool(np.all(np.abs(sums - 1) < SUM_TOLERANCE)) else "continuous"


def _classes(numbers: Array, encoding: str) -> Array:
    """One class per row where rows stand for classes, else the values themselves."""
    if encoding in ("one-hot", "soft"):
        classes: Array = np.argmax(numbers, axis=-1).ravel()
        return classes
    return numbers[np.isfinite(numbers)].ravel()


def _counted(classes: Array) -> tuple[Array, Array]:
    distinct, counts = np.unique(classes, return_counts=True)
    return distinct, counts


def _most_frequent(distinct: Array, counts: Array) -> tuple[tuple[float, int], ...]:
    order = np.argsort(-counts, kind="stable")[:MOST_COUNTED]
    return tuple((float(distinct[number]), int(counts[number])) for number in order)


def _entropy(numbers: Array, encoding: str, counts: Array) -> float:
    """Nats per row: the cross-entropy of the best constant prediction."""
    if encoding == "soft":
        shares = numbers.reshape(-1, numbers.shape[-1]).mean(axis=0)
    elif encoding == "multi-hot":
        positive = numbers.reshape(-1, numbers.shape[-1]).mean(axis=0)
        return float(np.mean([_binary_entropy(share) for share in positive]))
    else:
        shares = counts / counts.sum()
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def _binary_entropy(share: float) -> float:
    both = np.array([share, 1 - share])
    both = both[both > 0]
    return float(-(both * np.log(both)).sum())
