"""What two groups of scores prove: a treatment helps, does nothing, or makes it worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.rules.treatment import Outcome

Array = npt.NDArray[np.float64]

LEAST = 0.02
"""A change of the score below two hundredths is no reason to change a cell."""

NOTHING = 0.1
"""A treatment whose effect is surely between minus and plus a tenth has none that a short training
shows. A smaller bound would take hundreds of seeds."""

LOOKS = (3, 5, 8, 12)
"""Numbers of seeds after which the outcome is asked for. Each time more may err by chance, so it is
not asked after each; three are the fewest that tell a treatment from a lucky start."""

MOST_SEEDS = LOOKS[-1]

USUAL_SPREAD = 0.1
"""Deviation of the gain from seed to seed, as models have it: 0.02 to 0.2 over the faults of
tests/benchmarks, 0.06 in the middle."""

USUAL_SEEDS = 2
"""Degrees of freedom that the usual spread counts for beside that of the seeds at hand: three seeds
that agree by chance do not look like a spread of nothing."""

OF_EFFECT = {2: 7.45, 3: 5.60, 4: 3.36, 5: 3.14, 6: 3.50, 7: 3.36, 8: 3.25, 9: 3.17, 10: 3.11,
             11: 3.05, 12: 3.01}  # fmt: skip
OF_NOTHING = {2: 127.0, 3: 14.1, 4: 4.54, 5: 3.75, 6: 4.03, 7: 3.71, 8: 3.50, 9: 3.36, 10: 3.25,
              11: 3.17, 12: 3.11}  # fmt: skip
"""Quantiles of Student's t by the number of seeds, with and without the degrees of freedom of the
usual spread. One side may err in 1 of 400 where there are two or three seeds, in 1 of 100 up to
five, where most trials end, and in 1 of 200 beyond."""

OF_ROWS = 2.6
"""The quantile for the rows that judge: other rows would have given another score."""

WORST = -1.0
"""An R² below this counts as this: how much worse than a constant a copy is, is chance."""

ALL_AGREE = 5
"""Seeds that all gain do so by chance in one trial of 32 (a sign test) ..."""

REST = 0.5
"""... and more rarely, if each is left with so much of what it lacked. That is asked where one
training goes on: descent takes away a share of the error, so what a seed gains depends on how far
it had come before."""


@dataclass(frozen=True)
class Comparison:
    """The scores of untreated and treated copies from the same seeds.

    Attributes
    ----------
    before, after : array
        One row per seed, one column per judged row: parts of the score.
    of_one_training : bool
        They are two states of the same copies.
    of_all_rows : bool
        The rows that judge are those that trained, as there are too few to hold some back: the
        question is how well these are learned, and there are no others.
    """

    before: Array
    after: Array
    of_one_training: bool = False
    of_all_rows: bool = False

    @cached_property
    def differences(self) -> Array:
        """Gain of each seed."""
        gains: Array = _scores(self.after) - _scores(self.before)
        return gains

    @property
    def seeds(self) -> int:
        """How many pairs of copies there are."""
        return len(self.differences)

    @property
    def scores(self) -> tuple[float, float]:
        """Of the untreated and of the treated copies, means over the seeds."""
        return float(_scores(self.before).mean()), float(_scores(self.after).mean())

    @property
    def gain(self) -> float:
        """The effect of the treatment, mean over the seeds."""
        return float(self.differences.mean())

    @property
    def agreeing(self) -> int:
        """Seeds that moved in the direction of the mean."""
        seeds = self.differences
        return int(np.sum(np.sign(seeds) == np.sign(seeds.mean()))) if seeds.any() else 0

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the effect lies: a paired t-test over the seeds, and over the rows.

        The spread of the seeds at hand is weighed with that of models in general (a moderated
        t-test). Where one training goes on and all seeds agree, the interval goes from the least
        to the largest gain, which needs no distribution.
        """
        if self.seeds >= ALL_AGREE and self.all_are_halved:
            return float(self.differences.min()), float(self.differences.max())
        if self.seeds < 2:  # noqa: PLR2004
            return -math.inf, math.inf
        own = self.seeds - 1
        squares = USUAL_SEEDS * USUAL_SPREAD**2 + own * self._spread**2
        spread = math.sqrt(squares / (USUAL_SEEDS + own))
        return self._around(_limit(OF_EFFECT, self.seeds) * spread)

    @property
    def own_interval(self) -> tuple[float, float]:
        """The same, from the spread of the seeds at hand alone: where they hardly differ."""
        if self.seeds < 2:  # noqa: PLR2004
            return -math.inf, math.inf
        return self._around(_limit(OF_NOTHING, self.seeds) * self._spread)

    def is_decided(self) -> bool:
        """Whether there is an outcome that further seeds need not confirm."""
        if np.array_equal(self.before, self.after):
            return self.seeds > 1
        return self.seeds in LOOKS and _outcome(self) != "undecided"

    @property
    def _spread(self) -> float:
        return float(np.std(self.differences, ddof=1))

    def _around(self, deviations: float) -> tuple[float, float]:
        half = math.hypot(deviations / math.sqrt(self.seeds), OF_ROWS * self._error_of_rows())
        return self.gain - half, self.gain + half

    def _error_of_rows(self) -> float:
        """Return error of the effect from row to row; none where there are no other rows.

        Where the rows are the same for both copies their differences are compared (as in a paired
        test).
        """
        if self.of_all_rows:
            return 0.0
        before, after = self.before.mean(axis=0), self.after.mean(axis=0)
        if len(before) == len(after):
            return _error(after - before)
        return math.hypot(_error(before), _error(after))  # a treatment that drops rows

    @property
    def all_are_halved(self) -> bool:
        """Whether one training goes on, and each seed is left with half of what it lacked."""
        left = halved(_scores(self.before), _scores(self.after))
        return self.of_one_training and bool(np.all(left))


def halved(before: Any, after: Any) -> Any:
    """Whether less than half is left of what a score lacked to 1, the best that there is."""
    return 1 - np.asarray(after) < REST * (1 - np.asarray(before))


def _scores(parts: Array) -> Array:
    """Return the score of each seed."""
    scores: Array = np.maximum(parts.mean(axis=1), WORST)
    return scores


def _error(parts: Array) -> float:
    """Return standard error of a mean."""
    return float(np.std(parts)) / math.sqrt(max(len(parts), 1))


def _limit(limits: dict[int, float], seeds: int) -> float:
    return limits[min(seeds, max(limits))]


def _outcome(of: Comparison) -> Outcome:
    low, high = of.interval
    if low > 0 and of.gain > LEAST:
        return "helps"
    if high < 0 and of.gain < -LEAST:
        return "worse"
    least, most = of.own_interval
    is_open = of.seeds < ALL_AGREE and of.gain > LEAST and of.all_are_halved
    is_nothing = least > -NOTHING and most < NOTHING and not is_open
    return "no effect" if is_nothing or low > 0 or high < 0 else "undecided"


def outcome(of: Comparison, constant: float) -> tuple[Outcome, str]:
    """Return what the scores prove, and why where it is not plain.

    Parameters
    ----------
    of : Comparison
    constant : float
        What the best constant prediction scores: who does not beat it has learned nothing.
    """
    found = _outcome(of)
    if found == "helps" and of.scores[1] <= constant + LEAST:
        return "no effect", "neither copy is better than a constant prediction"
    return found, ""


def bounds(of: Comparison, found: Outcome) -> tuple[float, float]:
    """Return the interval that an outcome rests on."""
    return of.own_interval if found == "no effect" and of.gain <= LEAST else of.interval


def curve(points: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Average scores along the training over the seeds."""
    return tuple(float(value) for value in np.mean(np.asarray(points, "float64"), axis=0))
