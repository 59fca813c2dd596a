"""What the values of labels are: classes or quantities, how many of each, how far they spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbdoctor.capture.data import Array
from nbdoctor.readings.histogram import histogram

MOST_CLASSES = 1000
"""More different whole numbers than this are a quantity, unless their type is an integer."""

MOST_COUNTED = 20
"""Values whose rows are listed."""

MOST_SORTED = 200_000
"""Values that a median is taken of: about 10 ms."""

SUM_TOLERANCE = 1e-3
"""Float32 rows of probabilities sum to 1 within this."""


def numbers_of(values: Array) -> dict[str, Any]:
    """The fields of a `Target` that follow from its values."""
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
        "values": int(counts.sum()),
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
        "zeros": int((finite == 0).sum()),
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
