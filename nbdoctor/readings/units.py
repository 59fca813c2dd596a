"""Changes of unit of a column or a target, judged by a sum of smooth functions of columns."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

MORE_UNITS: Mapping[str, float] = {
    **{name: factor for name, (factor, offset) in UNITS.items() if not offset},
    "knots and metres per second": 1.943844,
    "metres per second and kilometres per hour": 3.6,
    "metres per second and miles per hour": 2.236936,
    "kilometres per hour and knots": 1.852,
    "acres and hectares": 2.471054,
    "square metres and square feet": 10.76391,
    "grams and ounces": 28.34952,
    "weeks and months": 4.348214,
    "days and weeks": 7.0,
    "months and years": 12.0,
    "hours and days": 24.0,
    "dozens": 12.0,
    "kilocalories and kilojoules": 4.184,
    "millimetres of mercury and hectopascals": 1.333224,
}
"""For the name of a factor that was measured: these are not tried one by one."""

STRETCHES = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15)
FINER = (0.97, 0.98, 0.99, 1.0, 1.01, 1.02, 1.03)
NAMED = 0.03
"""Of a factor: nearer than this a unit is named by it. With 700 rows the measured factor was up to
0.02 away from that of the units."""

CLEARER = 1.5
"""By so much less must be left with another factor than with that of the units tried."""

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
    factor: float
    offset: float
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
        left = self.left()
        return 1 - float((left**2).sum() / ((self.targets - self.targets.mean()) ** 2).sum())

    def left(self) -> Array:
        """What a model of the other half leaves of each target."""
        return self._left(np.concatenate(self.parts, axis=1), self.targets)

    def assigned(
        self, places: Sequence[int], second: Array, start: Array, passes: int
    ) -> tuple[float, Array]:
        """R² where each row has the values of some columns in the better of two ways.

        Parameters
        ----------
        places : sequence of int
            The columns.
        second : array
            Their values in the second way, shape (rows, places).
        start : array of bool
            The rows that have that way at first.
        passes : int

        Returns
        -------
        (float, array)
            With the error that each row has in the first way beyond that in the second, in units of
            the root of the mean square error: above 0 the second fits better.
        """
        turned, left = start, np.empty((PAIR, len(self.targets)))
        ways = (self.table[:, places], second)
        for _ in range(passes):
            mixed = np.where(turned[:, None], second, ways[0])
            knots = [_knots(column, self.many) for column in mixed.T]
            now, *both = (self._with(places, one, knots) for one in (mixed, *ways))
            for fit in (self.half, ~self.half):
                model = _solved(now[fit], self.targets[fit])
                for at, one in enumerate(both):
                    left[at, ~fit] = self.targets[~fit] - model(one[~fit])
            chosen = np.abs(left[1]) < np.abs(left[0])
            if np.array_equal(chosen, turned):
                break
            turned = chosen
        rest = np.where(turned, left[1], left[0])
        around = ((self.targets - self.targets.mean()) ** 2).sum()
        error = max(float((rest**2).mean()) ** 0.5, 1e-300)
        score = 1 - float((rest**2).sum() / max(float(around), 1e-300))
        return score, (np.abs(left[0]) - np.abs(left[1])) / error

    def _with(self, places: Sequence[int], values: Array, knots: Sequence[Array]) -> Array:
        """The basis of all columns with other values in some."""
        parts = list(self.parts)
        for place, column, own in zip(places, values.T, knots, strict=True):
            parts[place] = _basis(column, own)
        return np.concatenate(parts, axis=1)

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


def best_change(
    base: SmoothModel, place: int | None, units: str, passes: int, factor: float | None = None
) -> UnitChange:
    """The better of several starts, with `factor` in place of that of the units if it is given."""
    own, offset = UNITS[units]
    factor = own if factor is None else factor
    values = base.targets if place is None else base.table[:, place]
    other = (values - offset) / factor
    score, second = max(
        (_assigned(base, place, other, one, passes) for one in _starts(values, factor, offset)),
        key=lambda found: found[0],
    )
    alike = _are_alike(np.where(second, other, values), second)
    return UnitChange(place, units, factor, offset, score, float(second.mean()), alike)


def with_measured_factor(base: SmoothModel, found: UnitChange) -> UnitChange:
    """The change by the factor that explains most, by the name of the unit that has it.

    Units that differ by a factor near another one's, as knots and pounds, are taken for it at
    first.
    """
    if found.offset:
        return found
    best = found
    for stretches in (STRETCHES, FINER):
        middle = best.factor
        others = (
            best_change(base, found.place, found.units, PASSES, middle * one)
            for one in stretches
            if one != 1
        )
        best = max(best, *others, key=lambda one: one.score)
    if 1 - found.score < CLEARER * (1 - best.score):
        return found
    name = min(MORE_UNITS, key=lambda one: abs(MORE_UNITS[one] / best.factor - 1))
    own = MORE_UNITS[name]
    if abs(own / best.factor - 1) > NAMED:
        return replace(best, units=f"a factor of {best.factor:.3g}")
    return replace(best, units=name, factor=own)


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
