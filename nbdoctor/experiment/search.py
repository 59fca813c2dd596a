"""Find the smallest set of parts whose replacement makes a program learn.

It knows names of parts and a function that trains with a set of them replaced, and nothing of
models. Scores are those of `readings.score`: 0 is the best constant prediction, 1 is perfect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nbdoctor.experiment.parts import ARCHITECTURE, LENGTH, OUTER, by_prior
from nbdoctor.experiment.scores import (
    HOPEFUL,
    SEEDS,
    OutOfTimeError,
    Scores,
    Train,
)
from nbdoctor.readings.tried_parts import CLOSES, GAP, Outcome

CHEAP = 0.1
"""A part that costs less of the gap than this, when it is put back, is not needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before the first training.

    Attributes
    ----------
    present : frozenset of str
        The parts that are not already what their reference would be.
    always : frozenset of str
        Those that cannot be run as they are (a loop of the user's): every set holds them replaced,
        and the record is the control.
    recorded : float or None
        Score of the model as the cell has trained it.
    ceiling : float or None
        Score of simple models on the same rows.
    gap : float
        By how much a reference has to be better.
    unjudged : callable
        The parts that no training can judge, which is known once the first was timed.
    lengthen : callable
        From then on trainings with the length replaced make many more steps.
    """

    present: frozenset[str]
    always: frozenset[str] = frozenset()
    recorded: float | None = None
    ceiling: float | None = None
    gap: float = GAP
    unjudged: Callable[[], frozenset[str]] = frozenset
    lengthen: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a search ends with; see `TriedParts`.

    Attributes
    ----------
    trained : float or None
        Score of a copy of the program as it is; None where none was trained.
    """

    outcome: Outcome
    blamed: tuple[str, ...] = ()
    control: float = 0.0
    reference: float = 0.0
    reached: float = 0.0
    without: dict[str, float] = field(default_factory=dict)
    trained: float | None = None


def searched(train: Train, known: Known) -> Verdict:
    """Replace parts until the program learns.

    First what it reaches as it is, and with all parts replaced that can be. Where the second is no
    better there is nothing to find. Else one part at a time, the likeliest first; then, from the
    reference, the parts without which it learns no more; and of these only what is needed.
    """
    search = Search(train, known)
    try:
        return search.verdict()
    except OutOfTimeError:
        return search.ended("out of time")


class Search:
    """One search.

    Parameters
    ----------
    train : callable
        See `Train`.
    known : Known
    """

    def __init__(self, train: Train, known: Known) -> None:
        self.known = known
        self.scores = Scores(train, known.always, max(0.0, known.recorded or 0.0))
        self.trained: float | None = None

    def ended(self, outcome: Outcome) -> Verdict:
        """Return a verdict that blames nobody."""
        return Verdict(
            outcome=outcome,
            control=self.scores.low,
            reference=self.scores.high,
            trained=self.trained,
        )

    def verdict(self) -> Verdict:
        """Search.

        Raises
        ------
        OutOfTimeError
        """
        known = self.known
        if self._is_well(known.recorded) or not self._control_leaves_room():
            return self.ended("nothing wrong")
        reference = self._reference()
        if not self._is_better(reference):
            signal = max(self.scores.low, self.scores.high, known.ceiling or 0.0)
            return self.ended("no signal" if signal < known.gap else "nothing wrong")
        self.scores.are_trials = True
        if known.always and self.scores.closes(()):
            return self._blaming_what_stood_aside()
        found = self._found(reference - known.always)
        if not found:
            return self.ended("unclear")
        return self._blaming(self._pruned(found))

    # ---- control and reference ----------------------------------------------------------

    def _is_well(self, score: float | None) -> bool:
        """Whether no reference can be better by the gap."""
        return score is not None and score >= 1 - self.known.gap

    def _control_leaves_room(self) -> bool:
        if self.known.always:
            return True
        self.trained = self.scores.at((), 0)
        self.scores.low = max(self.scores.low, self.trained)
        return not self._is_well(self.scores.low)

    def _reference(self) -> frozenset[str]:
        """Choose what is known to work: the user's layers and steps with all else replaced.

        More steps and other layers only where these are clearly better: they make up for what
        other parts broke, and hide it.
        """
        known, scores = self.known, self.scores
        everything = known.present | known.always
        outer = frozenset(OUTER) - known.always
        chosen = everything - outer
        scores.high = self._reference_mean(chosen)
        everything -= known.unjudged()
        for larger in (everything - (outer - {LENGTH}), everything):
            if larger == chosen or self._is_well(scores.high):
                continue
            score = self._reference_mean(larger)
            if score > scores.high + known.gap / 2:
                chosen, scores.high = larger, score
        if not known.always and scores.high - scores.low >= known.gap:
            self.trained = scores.mean(())
            scores.low = max(self.trained, known.recorded or 0.0)
        return chosen

    def _reference_mean(self, replaced: frozenset[str]) -> float:
        """The mean over the seeds; of one seed where that is far from any gap."""
        first = self.scores.at(replaced, 0)
        return first if first - self.scores.low < self.known.gap / 2 else self.scores.mean(replaced)

    def _is_better(self, reference: frozenset[str]) -> bool:
        """Whether a reference is better than seeds explain."""
        gap = self.known.gap
        if self.scores.high - self.scores.low < gap:
            return False
        return all(
            self.scores.at(reference, seed) - self.scores.low >= gap / 2 for seed in range(SEEDS)
        )

    # ---- sets ---------------------------------------------------------------------------

    def _found(self, parts: frozenset[str]) -> list[str]:
        """One part that closes the gap; else the parts that the reference cannot miss."""
        order = by_prior(parts)
        for part in order:
            if self.scores.closes({part}):
                return [LENGTH] if part == ARCHITECTURE and self._are_slow(parts) else [part]
        needed = [
            part for part in order if self.scores.share(self.scores.at(parts - {part}, 0)) < CLOSES
        ]
        if needed and self.scores.closes(needed):
            return needed
        return self._shrunk(order)

    def _are_slow(self, parts: frozenset[str]) -> bool:
        """Whether the user's own layers learn it as well, in many more steps.

        Other layers may only be quicker: a linear model that Adam moves by 0.001 a step reached 0.1
        where a wider network reached 0.9, and 0.9 in ten times the steps.
        """
        if LENGTH not in parts:
            return False
        self.known.lengthen()
        self.scores.forget({LENGTH})
        return self.scores.closes({LENGTH})

    def _shrunk(self, order: Sequence[str]) -> list[str]:
        """From the reference, put parts back for good for as long as it still learns."""
        kept = list(order)
        for part in reversed(order):
            rest = [one for one in kept if one != part]
            if rest and self.scores.closes(rest):
                kept = rest
        return kept if self.scores.closes(kept) else []

    def _pruned(self, found: Sequence[str]) -> list[str]:
        """Leave out what is not needed, the least likely first, until no part can go.

        Long sets are not minimal by themselves: of 18 older programs 5 had a part blamed beside
        those at fault without this.
        """
        kept = list(found)
        while len(kept) > 1:
            unlikely = reversed(by_prior(frozenset(kept)))
            gone = next((part for part in unlikely if self._can_go(part, kept)), None)
            if gone is None:
                break
            kept.remove(gone)
        return kept

    def _can_go(self, part: str, kept: Sequence[str]) -> bool:
        rest = self.scores.share(self.scores.mean(one for one in kept if one != part))
        costs = self.scores.share(self.scores.mean(kept)) - rest
        return rest >= CLOSES or (rest >= HOPEFUL and costs < CHEAP)

    # ---- verdicts -----------------------------------------------------------------------

    def _blaming_what_stood_aside(self) -> Verdict:
        """The parts that took part in no run are enough: which of several cannot be told."""
        always = tuple(by_prior(self.known.always))
        if len(always) > 1:
            return self.ended("unclear")
        return self._blaming(list(always))

    def _blaming(self, found: list[str]) -> Verdict:
        always = self.known.always
        if len(always) == 1 and not always & set(found) and self._moved_alone():
            found = [*by_prior(always), *found]
        whole = frozenset(found) | always
        return Verdict(
            outcome="part" if len(found) == 1 else "together",
            blamed=tuple(found),
            control=self.scores.low,
            reference=self.scores.high,
            reached=self.scores.to_the_end(whole),
            without=self._without(found) if len(found) > 1 else {},
            trained=self.trained,
        )

    def _without(self, found: Sequence[str]) -> dict[str, float]:
        """What the others reach without each part.

        Without one that is always replaced they were never trained: the record stands for that.
        """
        always = self.known.always
        return {
            part: self.scores.low if part in always else self.scores.mean(set(found) - {part})
            for part in found
        }

    def _moved_alone(self) -> bool:
        """Whether replacing what cannot be run as it is moved the score by itself."""
        return self.scores.share(self.scores.mean(())) > 1 - CLOSES
