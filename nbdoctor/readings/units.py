"""Changes of unit of a column or a target, judged by a sum of smooth functions of columns."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

UNITS: Mapping[str, tuple[float, float]] = {
    "degrees Celsius and Fahrenheit": (1.8, 32.0),
    "Celsius and Kelvin": (1.0, 273.15),
    "factors of 10": (10.0, 0.0),
    "factors of 100": (100.0, 0.0),
    "factors of 1,000": (1000.0, 0.0),
    "inches and millimetres": (25.4, 0.0),
    "inches and centimetres": (2.54, 0.0),
    "feet and metres": (3.28084, 0.0),
    "kilograms and pounds": (2.204623, 0.0),
    "kilometres and miles": (1.609344, 0.0),
    "litres and gallons": (3.785412, 0.0),
    "factors of 60": (60.0, 0.0),
}
"""A value in the first unit is in the second one `a` times it plus `b`."""

PASSES, FEW_PASSES = 7, 3
PENALTY = 1e-4
SECONDS = 1.5
FEWEST_OF_UNIT, MOST_SPREAD = 20, 3.0
PAIR = 2


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A change of unit, and how much is explained with it."""

    place: int | None
    units: str
    score: float
    share: float
    alike: bool


class SmoothModel:
    """A sum of piecewise linear functions of single columns, and the halves that judge it."""

    def __init__(self, table: Array, targets: Array, rng: np.random.Generator, knots: int) -> None:
        self.table, self.targets, self.many = table, targets, knots
        self.half = rng.permutation(len(table)) % 2 == 0
        self.parts = [_basis(column, _knots(column, knots)) for column in table.T]

    def score(self) -> float:
        """R² of each half by a model of the other one."""
        left = self._left(np.concatenate(self.parts, axis=1), self.targets)
        return 1 - float((left**2).sum() / ((self.targets - self.targets.mean()) ** 2).sum())

    def _left(self, basis: Array, targets: Array) -> Array:
        left = np.empty(len(targets))
        for fit in (self.half, ~self.half):
            left[~fit] = targets[~fit] - _solved(basis[fit], targets[fit])(basis[~fit])
        return left


def changes_tried(base: SmoothModel) -> Iterator[UnitChange]:
    """Every change of unit on every column and on the target, as far as there is time."""
    ends = time.perf_counter() + SECONDS
    for units in UNITS:
        for place in (*range(base.table.shape[1]), None):
            if time.perf_counter() > ends:
                return
            values = base.targets if place is None else base.table[:, place]
            if len(np.unique(values)) >= base.many:
                yield best_change(base, place, units, FEW_PASSES)


def best_change(base: SmoothModel, place: int | None, units: str, passes: int) -> UnitChange:
    """The better of several starts."""
    factor, offset = UNITS[units]
    values = base.targets if place is None else base.table[:, place]
    other = (values - offset) / factor
    score, second = max(
        (_assigned(base, place, other, one, passes) for one in _starts(values, factor, offset)),
        key=lambda found: found[0],
    )
    alike = _are_alike(np.where(second, other, values), second)
    return UnitChange(place, units, score, float(second.mean()), alike)


def _are_alike(values: Array, second: Array) -> bool:
    """Whether the rows of both units hold the same kind of values, once in one unit.

    The choice of a unit is a choice of two values: without this, it could stand for anything.
    """
    one, other = values[~second], values[second]
    if min(len(one), len(other)) < FEWEST_OF_UNIT:
        return False
    low, middle, high = np.quantile(one, [0.25, 0.5, 0.75])
    low_other, middle_other, high_other = np.quantile(other, [0.25, 0.5, 0.75])
    width, width_other = high - low, high_other - low_other
    near = abs(middle - middle_other) <= max(width, width_other)
    return bool(near and width_other <= MOST_SPREAD * width and width <= MOST_SPREAD * width_other)


def _starts(values: Array, factor: float, offset: float) -> list[Array]:
    """Rows that may be in the second unit: those that lie high, and those that must."""
    most = (values.max() - offset) / factor
    return [values > np.median(values), values > most]


def _assigned(
    base: SmoothModel, place: int | None, other: Array, start: Array, passes: int
) -> tuple[float, Array]:
    """R² with the better unit for each row, and the rows in the second one."""
    second = start
    values = base.targets if place is None else base.table[:, place]
    left = np.empty((2, len(values)))
    for _ in range(passes):
        mixed = np.where(second, other, values)
        knots = None if place is None else _knots(mixed, base.many)
        for fit in (base.half, ~base.half):
            parts = list(base.parts)
            if place is not None and knots is not None:
                parts[place] = _basis(mixed, knots)
            basis = np.concatenate(parts, axis=1)
            known = mixed if place is None else base.targets
            model = _solved(basis[fit], known[fit])
            for number, one in enumerate((values, other)):
                if place is not None and knots is not None:
                    parts[place] = _basis(one, knots)
                here = np.concatenate([part[~fit] for part in parts], axis=1)
                truth = one[~fit] if place is None else base.targets[~fit]
                left[number, ~fit] = truth - model(here)
        now = np.abs(left[1]) < np.abs(left[0])
        if np.array_equal(now, second):
            break
        second = now
    chosen = np.where(second, left[1], left[0])
    truth = np.where(second, other, values) if place is None else base.targets
    total = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float((chosen**2).sum()) / max(total, 1e-300), second


def _knots(column: Array, many: int) -> Array:
    return np.unique(np.quantile(column, np.linspace(0, 1, many)))


def _basis(column: Array, knots: Array) -> Array:
    """Weights of the two knots around each value; the ends hold beyond them."""
    if len(knots) < PAIR:
        return np.ones((len(column), 1))
    at = np.clip(np.searchsorted(knots, column, side="right") - 1, 0, len(knots) - 2)
    share = np.clip((column - knots[at]) / (knots[at + 1] - knots[at]), 0, 1)
    made = np.zeros((len(column), len(knots)))
    rows = np.arange(len(column))
    made[rows, at] = 1 - share
    made[rows, at + 1] = share
    return made


def _solved(basis: Array, targets: Array) -> Any:
    mean = targets.mean()
    square = basis.T @ basis + PENALTY * len(basis) * np.eye(basis.shape[1])
    weights = np.linalg.solve(square, basis.T @ (targets - mean))
    return lambda new: new @ weights + mean
