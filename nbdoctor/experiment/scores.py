"""Scores of sets of replaced parts, and how much of the gap they close."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import fmean

from nbdoctor.experiment.parts import in_effect
from nbdoctor.readings.tried_parts import CLOSES

Stop = Callable[[Sequence[float]], bool]
"""Whether the scores after each quarter of the steps so far tell enough."""

Train = Callable[[frozenset[str], int, Stop], float]
"""The score of a training with these parts replaced, from this seed. It may raise
`OutOfTimeError`."""

HOPEFUL = 0.6
"""Share on one seed that earns a further seed."""

HOPELESS = 0.2
"""Share below which half of the steps tell enough: of 238 trainings that closed the gap in the end
3 were below it then, of 190 that did not, 161."""

HALF_OF_THE_MARKS = 2

SEEDS = 2
"""Two of one set lay apart by 0.026 in nine of ten pairs where it learns."""

NO_BETTER = 0.97
"""A control or reference that reaches this is not trained any further."""


class OutOfTimeError(Exception):
    """The time for the search is over."""


class Scores:
    """Scores of sets, each trained once from each seed.

    Parameters
    ----------
    train : callable
        See `Train`.
    always : frozenset of str
        Parts that every set holds replaced.

    Attributes
    ----------
    low, high : float
        Of the program as it is, and of the reference.
    are_trials : bool
        Both are known: a training stops as soon as it tells whether it closes the gap.
    """

    def __init__(self, train: Train, always: frozenset[str], low: float) -> None:
        self._train, self.always = train, always
        self._seen: dict[tuple[frozenset[str], int], float] = {}
        self.low, self.high, self.are_trials = low, 0.0, False

    def at(self, replaced: Iterable[str], seed: int) -> float:
        """Return the score of a set; a score below 0 is none, or half a cure would close a gap."""
        key = (in_effect(frozenset(replaced) | self.always), seed)
        if key not in self._seen:
            self._seen[key] = max(0.0, self._train(*key, self._tells_enough))
        return self._seen[key]

    def forget(self, replaced: Iterable[str]) -> None:
        """Train this set anew when it is asked for again: what stands in its place has changed."""
        kept = in_effect(frozenset(replaced) | self.always)
        self._seen = {key: score for key, score in self._seen.items() if key[0] != kept}

    def mean(self, replaced: Iterable[str]) -> float:
        """Return the mean over all seeds."""
        chosen = frozenset(replaced)
        return fmean(self.at(chosen, seed) for seed in range(SEEDS))

    def share(self, score: float) -> float:
        """Return the share of the gap that a score closes."""
        return (score - self.low) / max(self.high - self.low, 1e-9)

    def closes(self, replaced: Iterable[str]) -> bool:
        """Whether a set closes the gap, on all seeds together."""
        chosen = frozenset(replaced)
        if self.share(self.at(chosen, 0)) < HOPEFUL:
            return False
        return self.share(self.mean(chosen)) >= CLOSES

    def _tells_enough(self, curve: Sequence[float]) -> bool:
        if curve[-1] >= NO_BETTER:
            return True
        if not self.are_trials:
            return False
        shares = [self.share(max(0.0, score)) for score in curve]
        is_late = len(curve) >= HALF_OF_THE_MARKS
        return shares[-1] >= CLOSES or (is_late and max(shares) < HOPELESS)

    def to_the_end(self, whole: frozenset[str]) -> float:
        """The score of a set after all steps: trials stop as soon as they tell enough."""
        try:
            return self._train(in_effect(whole | self.always), 0, lambda _: False)
        except OutOfTimeError:
            return self.mean(whole)
