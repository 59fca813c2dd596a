"""What two groups of scores prove: a treatment helps, does nothing, or makes it worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.rules.treatment import Outcome

Array = npt.NDArray[np.float64]

LEAST = 0.02
"""A change of the score below two hundredths is no reason to change a cell."""

ERRORS = 2.0
"""Errors from row to row: chance alone brings about more in one trial of twenty."""

PLAIN = 2.0
"""A difference of twice as much needs no further seed."""

APART = {2: 14.1, 3: 5.60, 4: 4.32, 5: 3.83}
TOGETHER = {2: 127.0, 3: 14.1, 4: 7.45, 5: 5.60}
"""Errors from seed to seed that chance brings about in one trial of two hundred, by the number of
seeds: Student's t with 2 (n - 1) degrees of freedom for copies that were trained apart, and with
n - 1 for two states of one training. It is asked after each seed, and helps and harms are two
sides: so at most one placebo in a hundred helps."""

ALL_AGREE = 5
"""Seeds that all gain, however differently, do so by chance in one trial of 32 (a sign test) ..."""

EACH = 0.05
"""... and more rarely, if each gains so much ..."""

REST = 0.5
"""... or, where one training goes on, is left with so much of what it lacked: descent takes away a
share of the error, so what a seed gains depends on how far it had come before."""


@dataclass(frozen=True)
class Comparison:
    """The scores of untreated and treated copies from the same seeds.

    Attributes
    ----------
    before, after : array
        One row per seed, one column per judged row: parts of the score.
    of_one_training : bool
        They are two states of the same copies.
    """

    before: Array
    after: Array
    of_one_training: bool = False

    @property
    def differences(self) -> Array:
        """Gain of each seed."""
        gains: Array = self.after.mean(axis=1) - self.before.mean(axis=1)
        return gains

    def within_chance(self, times: float = 1.0) -> float:
        """The gain that chance makes, from row to row (`times` as much) or from seed to seed.

        Where the rows are the same for both copies their differences are compared (as in a paired
        test).
        """
        before, after = self.before.mean(axis=0), self.after.mean(axis=0)
        if len(before) == len(after):
            rows = _error(after - before)
        else:  # a treatment that drops rows
            rows = math.hypot(_error(before), _error(after))
        return max(times * ERRORS * rows, self._from_seed_to_seed())

    def _from_seed_to_seed(self) -> float:
        number = len(self.differences)
        if number < 2:  # noqa: PLR2004
            return math.inf
        if self.of_one_training:
            spread, limits = float(np.std(self.differences, ddof=1)), TOGETHER
        else:
            scores = (self.before.mean(axis=1), self.after.mean(axis=1))
            spread, limits = math.hypot(*(float(np.std(one, ddof=1)) for one in scores)), APART
        return limits[min(number, max(limits))] * spread / math.sqrt(number)

    @property
    def agreeing(self) -> int:
        """Seeds that moved in the direction of the mean."""
        seeds = self.differences
        return int(np.sum(np.sign(seeds) == np.sign(seeds.mean()))) if seeds.any() else 0

    @property
    def all_agree(self) -> bool:
        """Whether enough seeds gain, or lose, and each of them much."""
        gains = np.abs(self.differences)
        much = gains > EACH
        if self.of_one_training:
            much |= halved(self.before.mean(axis=1), self.after.mean(axis=1))
        return len(gains) >= ALL_AGREE and bool(much.all())

    def is_plain(self) -> bool:
        """Whether another seed would not change the outcome."""
        seeds = self.differences
        if len(seeds) < 2:  # noqa: PLR2004
            return False
        if self.agreeing not in {0, len(seeds)}:
            return len(seeds) > 2  # noqa: PLR2004  (one may be odd where there are two)
        mean = abs(float(seeds.mean()))
        return mean == 0.0 or mean > max(PLAIN * LEAST, self.within_chance(PLAIN))


def halved(before: Any, after: Any) -> Any:
    """Whether less than half is left of what a score lacked to 1, the best that there is."""
    return 1 - np.asarray(after) < REST * (1 - np.asarray(before))


def _error(parts: Array) -> float:
    """Standard error of a mean."""
    return float(np.std(parts)) / math.sqrt(max(len(parts), 1))


def outcome(of: Comparison, constant: float) -> tuple[Outcome, str]:
    """What the scores prove, and why where it is not plain.

    Parameters
    ----------
    of : Comparison
    constant : float
        What the best constant prediction scores: who does not beat it has learned nothing.
    """
    seeds = of.differences
    gain = float(seeds.mean())
    if of.agreeing < len(seeds):
        disagree = abs(gain) > LEAST
        return "no effect", "the seeds disagree" if disagree else ""
    if abs(gain) <= LEAST:
        return "no effect", ""
    if abs(gain) <= of.within_chance() and not of.all_agree:
        return "no effect", "the difference is within what chance makes"
    if gain < 0:
        return "worse", ""
    if float(of.after.mean()) <= constant + LEAST:
        return "no effect", "neither copy beats a constant prediction"
    return "helps", ""


def curve(points: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The mean over seeds of scores along the training."""
    return tuple(float(value) for value in np.mean(np.asarray(points, "float64"), axis=0))
