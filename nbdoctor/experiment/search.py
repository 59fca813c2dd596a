"""Find the smallest set of parts whose replacement makes a program learn.

It knows names of parts and a function that trains with a set of them replaced, and nothing of
models. Scores are those of `readings.score`: 0 is the best constant prediction, 1 is perfect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from nbdoctor.experiment.parts import ARCHITECTURE, by_prior, in_effect
from nbdoctor.readings.tried_parts import Outcome

Stop = Callable[[Sequence[float]], bool]
"""Whether the scores after each quarter of the steps so far tell enough."""

Train = Callable[[frozenset[str], int, Stop], float]
"""The score of a training with these parts replaced, from this seed. It may raise
`OutOfTimeError`."""

GAP = 0.15
"""Healthy programs lay at most 0.08 below their reference, sick ones at least 0.17."""

CLOSES = 0.8
"""Share of the gap that a set has to close. Sets with the part at fault closed at least 0.87, sets
without it at most 0.17; one of two parts at fault alone up to 0.65."""

HOPEFUL = 0.6
"""Share on one seed that earns a further seed."""

HOPELESS = 0.2
"""Share below which half of the steps tell enough: of 93 trainings that closed the gap in the end
3 were below it then, of 190 that did not, 161."""

HALF_OF_THE_MARKS = 2

CHEAP = 0.1
"""A part that costs less of the gap than this, when it is put back, is not needed."""

SEEDS = 2
"""Two of one set lay apart by 0.026 in nine of ten pairs where it learns."""

NO_BETTER = 0.97
"""A control or reference that reaches this is not trained any further."""


class OutOfTimeError(Exception):
    """The time for the search is over."""


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
    """

    present: frozenset[str]
    always: frozenset[str] = frozenset()
    recorded: float | None = None
    ceiling: float | None = None
    gap: float = GAP


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

    Attributes
    ----------
    low, high : float
        Scores of the program as it is, and of the reference.
    """

    def __init__(self, train: Train, known: Known) -> None:
        self.known, self._train = known, train
        self._seen: dict[tuple[frozenset[str], int], float] = {}
        self.low, self.high = max(0.0, known.recorded or 0.0), 0.0
        self.trained: float | None = None
        self._is_searching = False

    def ended(self, outcome: Outcome) -> Verdict:
        """Return a verdict that blames nobody."""
        return Verdict(outcome=outcome, control=self.low, reference=self.high, trained=self.trained)

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
            signal = max(self.low, self.high, known.ceiling or 0.0)
            return self.ended("no signal" if signal < known.gap else "nothing wrong")
        self._is_searching = True
        if known.always and self.closes(()):
            return self._blaming_what_stood_aside()
        found = self._found(reference - known.always)
        if not found:
            return self.ended("unclear")
        return self._blaming(self._pruned(found))

    # ---- scores -------------------------------------------------------------------------

    def at(self, replaced: Iterable[str], seed: int) -> float:
        """Return the score of a set; a score below 0 is none, or half a cure would close a gap."""
        key = (in_effect(frozenset(replaced) | self.known.always), seed)
        if key not in self._seen:
            self._seen[key] = max(0.0, self._train(*key, self._tells_enough))
        return self._seen[key]

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
        if not self._is_searching:
            return False
        shares = [self.share(max(0.0, score)) for score in curve]
        is_late = len(curve) >= HALF_OF_THE_MARKS
        return shares[-1] >= CLOSES or (is_late and max(shares) < HOPELESS)

    # ---- control and reference ----------------------------------------------------------

    def _is_well(self, score: float | None) -> bool:
        """Whether no reference can be better by the gap."""
        return score is not None and score >= 1 - self.known.gap

    def _control_leaves_room(self) -> bool:
        if self.known.always:
            return True
        self.trained = self.at((), 0)
        self.low = max(self.low, self.trained)
        return not self._is_well(self.low)

    def _reference(self) -> frozenset[str]:
        """The user's layers with all else replaced; all replaced, where that is clearly better."""
        known = self.known
        everything = known.present | known.always
        chosen = everything - ({ARCHITECTURE} - known.always)
        self.high = self._reference_mean(chosen)
        if chosen != everything and not self._is_well(self.high):
            plain = self._reference_mean(everything)
            is_new = self.high - self.low < known.gap
            if plain > self.high + (known.gap / 2 if is_new else known.gap):
                chosen, self.high = everything, plain
        if not known.always and self.high - self.low >= known.gap:
            self.trained = self.mean(())
            self.low = max(self.trained, known.recorded or 0.0)
        return chosen

    def _reference_mean(self, replaced: frozenset[str]) -> float:
        """The mean over the seeds; of one seed where that is far from any gap."""
        first = self.at(replaced, 0)
        return first if first - self.low < self.known.gap / 2 else self.mean(replaced)

    def _is_better(self, reference: frozenset[str]) -> bool:
        """Whether a reference is better than seeds explain."""
        gap = self.known.gap
        if self.high - self.low < gap:
            return False
        return all(self.at(reference, seed) - self.low >= gap / 2 for seed in range(SEEDS))

    # ---- sets ---------------------------------------------------------------------------

    def _found(self, parts: frozenset[str]) -> list[str]:
        """One part that closes the gap; else the parts that the reference cannot miss."""
        order = by_prior(parts)
        for part in order:
            if self.closes({part}):
                return [part]
        needed = [part for part in order if self.share(self.at(parts - {part}, 0)) < CLOSES]
        if needed and self.closes(needed):
            return needed
        return self._shrunk(order)

    def _shrunk(self, order: Sequence[str]) -> list[str]:
        """From the reference, put parts back for good for as long as it still learns."""
        kept = list(order)
        for part in reversed(order):
            rest = [one for one in kept if one != part]
            if rest and self.closes(rest):
                kept = rest
        return kept if self.closes(kept) else []

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
        rest = self.share(self.mean(one for one in kept if one != part))
        costs = self.share(self.mean(kept)) - rest
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
        if always and not always & set(found) and self._moved_alone():
            found = [*by_prior(always), *found]
        whole = frozenset(found) | always
        return Verdict(
            outcome="part" if len(found) == 1 else "together",
            blamed=tuple(found),
            control=self.low,
            reference=self.high,
            reached=self._to_the_end(whole),
            without=self._without(found) if len(found) > 1 else {},
            trained=self.trained,
        )

    def _without(self, found: Sequence[str]) -> dict[str, float]:
        """What the others reach without each part; without one that has to be replaced: all of
        them as they are, which is the record."""
        always = self.known.always
        return {
            part: self.low if part in always else self.mean(set(found) - {part}) for part in found
        }

    def _to_the_end(self, whole: frozenset[str]) -> float:
        """The score of a set after all steps: trials stop as soon as they tell enough."""
        try:
            return self._train(in_effect(whole), 0, lambda _: False)
        except OutOfTimeError:
            return self.mean(whole)

    def _moved_alone(self) -> bool:
        """Whether replacing what cannot be run as it is moved the score by itself."""
        return self.share(self.mean(())) > 1 - CLOSES

