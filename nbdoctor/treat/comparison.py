"""What two groups of scores prove: a treatment helps, does nothing, or makes it worse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nbdoctor.rules.treatment import Outcome

Array = npt.NDArray[np.float64]

LEAST = 0.02
"""A change of the score below two hundredths is no reason to change a cell."""

ERRORS = 2.0
"""A mean difference that chance alone brings about in one trial of twenty lies within two of its
standard errors; that every seed has to agree makes it rarer still."""

PLAIN = 4.0
"""A difference of twice as many errors needs no further seed."""

ALL_AGREE = 5
"""Seeds that all gain, however differently, do so by chance in one trial of 32 (a sign test) ..."""

EACH = 0.05
"""... and more rarely, if each gains so much."""


@dataclass(frozen=True)
class Comparison:
    """The scores of untreated and treated copies from the same seeds.

    Attributes
    ----------
    before, after : array
        One row per seed, one column per judged row: parts of the score.
    """

    before: Array
    after: Array

    @property
    def differences(self) -> Array:
        """Gain of each seed."""
        gains: Array = self.after.mean(axis=1) - self.before.mean(axis=1)
        return gains

    @property
    def error(self) -> float:
        """Standard error of the mean gain: from row to row, or from seed to seed if larger.

        Where the rows are the same for both copies their differences are compared (as in a paired
        test); the seeds are few, so their spread alone would often be small by chance.
        """
        before, after = self.before.mean(axis=0), self.after.mean(axis=0)
        if len(before) == len(after):
            rows = _error(after - before)
        else:  # a treatment that drops rows
            rows = math.hypot(_error(before), _error(after))
        seeds = self.differences
        between = float(np.std(seeds, ddof=1)) / len(seeds) ** 0.5 if len(seeds) > 1 else 0.0
        return float(max(rows, between))

    @property
    def agreeing(self) -> int:
        """Seeds that moved in the direction of the mean."""
        seeds = self.differences
        return int(np.sum(np.sign(seeds) == np.sign(seeds.mean()))) if seeds.any() else 0

    def is_plain(self) -> bool:
        """Whether another seed would not change the outcome."""
        seeds = self.differences
        if len(seeds) < 2:  # noqa: PLR2004
            return False
        if self.agreeing not in {0, len(seeds)}:
            return len(seeds) > 2  # noqa: PLR2004  (one may be odd where there are two)
        mean = abs(float(seeds.mean()))
        return mean == 0.0 or mean > max(2 * LEAST, PLAIN * self.error)


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
    all_agree = len(seeds) >= ALL_AGREE and float(np.abs(seeds).min()) > EACH
    if abs(gain) <= max(LEAST, ERRORS * of.error) and not all_agree:
        return "no effect", "the difference is within what chance makes" if abs(
            gain
        ) > LEAST else ""
    if gain < 0:
        return "worse", ""
    if float(of.after.mean()) <= constant + LEAST:
        return "no effect", "neither copy beats a constant prediction"
    return "helps", ""


def curve(points: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The mean over seeds of scores along the training."""
    return tuple(float(value) for value in np.mean(np.asarray(points, "float64"), axis=0))
