"""A common value that stands for what is not known, though it could have been measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.ordered_values import OrderedValues, quantile

Array = npt.NDArray[Any]

FEWEST_VALUES = 10
"""Different values beside a hole: a column of fewer holds categories."""

AWAY = 1.0
"""Middle halves between a common value at the end and the nearest hundredth of all others, from
which on it may stand for something else."""

COMMON = 0.02
EDGE = 0.01
DEVIATES, AGREES = 5.0, 3.0
"""Standard errors. Rows of a hole have the mean of all others, and not that which their value would
have, were it one."""

RELATED, BESIDE = 0.25, 0.4
"""Correlation with the target, and with another column, below which nothing is said of holes."""

PAIR = 2


def hole_of(
    values: Array, column: OrderedValues, target: Array | None, others: Array | None
) -> tuple[float, float] | None:
    """A common value at an end, in whose rows targets or another column are as in any rows."""
    kinds, counts = column.kinds, column.counts
    if len(kinds) <= PAIR * FEWEST_VALUES:
        return None
    value, share = kinds[counts.argmax()], float(counts.max() / len(values))
    if not COMMON <= share <= 1 - COMMON or value not in (kinds[0], kinds[-1]):
        return None
    many = int(counts.max())
    is_low = value == kinds[0]
    known = column.ordered[many:] if is_low else column.ordered[:-many]
    gap = quantile(known, EDGE) - value if is_low else value - quantile(known, 1 - EDGE)
    if gap < AWAY * (quantile(known, 0.75) - quantile(known, 0.25)):
        return None
    rest = values != value
    if target is not None and _is_unknown(values, target, rest, float(value), RELATED):
        return float(value), share
    beside = None if others is None else _most_related(values[rest], others[rest])
    if others is None or beside is None:
        return None
    unknown = _is_unknown(values, others[:, beside], rest, float(value), BESIDE)
    return (float(value), share) if unknown else None


def _most_related(values: Array, others: Array) -> int | None:
    """Which column of many values has the greatest correlation with these."""
    x = (values - values.mean()) / max(float(values.std()), 1e-300)
    centred = others.astype(np.float64) - others.mean(axis=0)
    spread = centred.std(axis=0)
    many = np.array([len(np.unique(column)) > PAIR * FEWEST_VALUES for column in others.T], bool)
    usable = (spread > 0) & many & np.isfinite(spread)
    if not usable.any():
        return None
    correlation = np.abs(x @ centred) / len(x) / np.where(usable, spread, np.inf)
    return int(correlation.argmax())


def _is_unknown(values: Array, target: Array, rest: Array, value: float, related_by: float) -> bool:
    """Whether rows of a value have the mean target of all others, against what a line says."""
    x, y, there = values[rest], target[rest], target[~rest]
    slope = float(np.mean((x - x.mean()) * (y - y.mean())) / max(float(x.var()), 1e-300))
    error = float((y - y.mean() - slope * (x - x.mean())).std())
    error_of_slope = error / max(float(x.std()) * len(x) ** 0.5, 1e-300)
    # A line that reaches beyond the rows known is held to the range of the targets.
    told = np.clip(y.mean() + slope * (value - x.mean()), y.min(), y.max())
    mean, deviation = float(there.mean()), max(float(target.std()) / len(there) ** 0.5, 1e-300)
    strength = abs(slope) * float(x.std()) / max(float(y.std()), 1e-300)
    related = abs(slope) > DEVIATES * error_of_slope and strength >= related_by
    differs = abs(mean - told) > DEVIATES * deviation
    return related and differs and abs(mean - float(y.mean())) < AGREES * deviation
