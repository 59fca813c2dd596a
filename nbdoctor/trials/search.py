"""Search for what helps most: one treatment after the other, and then several in a row."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from nbdoctor.cell.cell import Cell
from nbdoctor.errors.guard import Guard
from nbdoctor.report import Diagnosis, Report, Treatment, Trial
from nbdoctor.trials.combination import (
    AS_GOOD,
    Combination,
    Resolved,
    faster_training,
    fix_of,
    gain,
    is_cleared,
    is_open,
    of_all,
    resolved_after,
    still_learns,
)
from nbdoctor.trials.copying.case import Case, ModelCopy
from nbdoctor.trials.isolation import isolated
from nbdoctor.trials.proof.replaced import replaced_part
from nbdoctor.trials.proposals import Proposal, explained_by, proposed, without_role
from nbdoctor.trials.results import Results
from nbdoctor.trials.roots import smallest, together
from nbdoctor.trials.trial import Trials

MOST_IN_A_ROW = 5
"""Cures of one cell, one after the other: more would make another model of it."""

AskAgain = Callable[[ModelCopy, Cell, float], Report | None]
"""Examine a treated copy as if it were the user's model, for so many seconds."""


@dataclass(kw_only=True)
class TreatmentSearch(Results):
    """The treatments of one report, tried on copies one after the other.

    Attributes
    ----------
    case : Case
    deadline : float
        `time.perf_counter` by which the last trial has to end.
    raises : bool
        Training has raised.
    ask_again : callable
        See `AskAgain`.
    seconds_to_ask : float
        How long that takes.
    tell : callable
        Called after each trial.
    unproved : bool
        The user asks to run lines that are not proved to only compute.
    insists_until : float
        `time.perf_counter` after which what is undecided gets no more seeds, as long as nothing
        helps: the rest of the time is for another search.
    """

    case: Case
    deadline: float
    raises: bool
    ask_again: AskAgain
    seconds_to_ask: float = 2.0
    tell: Callable[[], None] = field(default=lambda: None)
    unproved: bool = False
    insists_until: float = math.inf

    def run(self, findings: Sequence[Diagnosis]) -> None:
        """Try what the findings propose, and then what is proposed for the treated copy."""
        with isolated():
            origin = Trials(
                self.case,
                self.deadline,
                raises=self.raises,
                unproved=self.unproved,
                least=self.seconds_to_ask,
            )
            origin.insists_until = self.insists_until
            causes = [one for one in findings if not one.because_of]
            combination = self._smallest_of_all(origin, causes)
            if not combination:
                best = (
                    self._best(origin, causes)
                    or self._best(origin, findings)
                    or self._best_at_last(origin, findings)
                )
                combination = [best] if best is not None else self._together(origin, causes)
            now = self._go_on(origin, combination, findings)
            if now is not origin:
                self._go_further(origin, now, combination, findings)
            reported = None if self.fix else self._best(origin, findings, trains=False)
            if reported is not None:
                self._go_on(origin, [reported], findings)
            self._try(origin, findings)
            self._insist(origin, findings)

    def _smallest_of_all(self, origin: Trials, causes: Sequence[Diagnosis]) -> Combination:
        """Cure all causes at once; where that helps show it, and leave out what is not needed."""

        def attempt(cell: Cell) -> Trial:
            if cell.source not in self.trials:
                self.trials[cell.source] = origin.of(cell, trains=True)
            return self.trials[cell.source]

        every = together(causes, self.case.cell, attempt)
        if not every:
            return []
        if (trial := every[-1][1].trial) is not None:
            self.fix = fix_of(every, self.case.cell, trial, Resolved())
            self.tell()
        best = self._best(origin, causes)
        return smallest(every, best, causes, self.case.cell, attempt)

    def _go_on(
        self, origin: Trials, combination: Combination, findings: Sequence[Diagnosis]
    ) -> Trials:
        """Ask the rules about the treated copy, and treat what they find then.

        One cure alone may change nothing where another ailment hides behind the first. So it goes
        on as long as there is a fix, or what was treated is found no longer.

        Returns
        -------
        Trials
            Of the copy after all treatments of the fix; `combination` has become these.
        """
        now, whole = origin, combination[-1][1].trial if combination else None
        most = len(combination) + MOST_IN_A_ROW - 1
        while combination:
            last = combination[-1][1]
            patched = Cell(last.patched or "")
            arm = now.arm(patched)
            again = self._again(arm.recipe.make, last) if arm is not None else None
            resolved = resolved_after(findings, again)
            whole = whole or origin.more_of(patched, trains=True)
            if whole.outcome == "helps" and not self._loses(whole):
                self.fix = fix_of(combination, self.case.cell, whole, resolved)
                self.tell()
            elif self.fix is not None:
                combination.pop()
                break
            elif not is_cleared(combination, resolved):
                break
            if arm is None:
                break
            now, whole = origin.after(arm, patched), None
            if again is None or len(combination) == most:
                break
            found = without_role(again.findings, "train longer")
            further = self._best(now, found) or self._best_at_last(now, found)
            if further is None:
                break
            combination.append(further)
        return now

    def _loses(self, whole: Trial) -> bool:
        """Whether so many cures together bring less than the fix that is known."""
        if self.fix is None:
            return False
        known = self.fix.treatment
        return gain(replace(known, trial=whole)) < gain(known) - AS_GOOD

    def _go_further(
        self, origin: Trials, now: Trials, combination: Combination, findings: Sequence[Diagnosis]
    ) -> None:
        """Train the treated copy for longer, where it still learns when the cell stops.

        That is proved by training it on. Longer steps are tried then, too: where they bring more,
        they come first, and more epochs after them as far as it still learns.
        """
        longer = still_learns(now, combination)
        if longer is None or longer[1].trial is None:
            return
        faster = faster_training(now, reached=longer[1].trial.after or 0.0)
        if faster is not None and self._adopts(origin, now, combination, findings, faster):
            patched = Cell(faster[1].patched or "")
            arm = now.arm(patched)
            longer = None
            if arm is not None:
                now = origin.after(arm, patched)
                longer = still_learns(now, combination)
        if longer is not None:
            self._adopts(origin, now, combination, findings, longer)

    def _adopts(
        self,
        origin: Trials,
        now: Trials,
        combination: Combination,
        findings: Sequence[Diagnosis],
        proposal: Proposal,
    ) -> bool:
        """Add longer training to the fix, where all together help as well."""
        rule, treatment = proposal
        trial, arm = treatment.trial or Trial(), now.arm(now.cell)
        if self.raises:
            reason = "without the fix the cell stops with an error"
            whole = replace(trial, before=None, as_it_is=(), reason=reason)
        else:
            whole = origin.more_of(Cell(treatment.patched or ""), trains=True)
        if whole.outcome != "helps" or arm is None:
            return False
        combination.append(proposal)
        found = self.fix.treatment.trial if self.fix is not None else None
        if found is not None:  # what was asked of the cured copy holds, but for its length
            of_length = explained_by(rule)
            still = tuple(name for name in found.remaining if name not in of_length)
            resolved = Resolved(found.cleared, still)
        else:
            resolved = resolved_after(findings, self._again(arm.recipe.make, treatment))
        self.fix = fix_of(combination, self.case.cell, whole, resolved)
        self.tell()
        return True

    def _best(
        self, trials: Trials, findings: Sequence[Diagnosis], *, trains: bool = True
    ) -> Proposal | None:
        """Return the treatment that helps most, of all that these findings propose.

        Either of those that change how the model learns, or of those that change what is reported.
        """
        self._try(trials, findings)
        helping = [
            (finding.rule, self.with_trial(treatment))
            for finding, treatment in proposed(findings)
            if self.helps(treatment)
            and treatment.patched != trials.cell.source
            and (treatment.effect != "none") is trains
        ]
        most = max((gain(one) for _, one in helping), default=0.0)
        return next((one for one in helping if gain(one[1]) >= most - AS_GOOD), None)

    def _best_at_last(self, trials: Trials, findings: Sequence[Diagnosis]) -> Proposal | None:
        """Do the same where nothing helps so far, and more seeds may decide what is open."""
        return self._best(trials, findings) if self._insist(trials, findings) else None

    def _together(self, trials: Trials, causes: Sequence[Diagnosis]) -> Combination:
        """Treat all causes at once, notes and the length of the training, too, and insist on it."""
        combination = of_all(causes, self.case.cell)
        if not combination:
            return []
        rule, last = combination[-1]
        cell = Cell(last.patched or "")
        trial = self.trials.get(cell.source)
        if trial is None or is_open(trial):
            trial = self.trials[cell.source] = trials.more_of(cell, trains=True)
        return [*combination[:-1], (rule, replace(last, trial=trial))]

    def _try(self, trials: Trials, findings: Sequence[Diagnosis]) -> None:
        for finding, treatment in proposed(findings):
            alone = [one for one in finding.treatments if not one.pair]
            if treatment.patched in self.trials or (treatment.pair and any(map(self.helps, alone))):
                continue
            patched = Cell(treatment.patched or "")
            trains = treatment.effect != "none"
            trial = trials.of(patched, trains=trains, as_used=treatment.as_used)
            self.trials[patched.source] = trial
            self.tell()

    def _insist(self, trials: Trials, findings: Sequence[Diagnosis]) -> bool:
        """Go on with what is undecided, the most promising first, until one of them helps.

        Returns
        -------
        bool
            Whether one does.
        """
        waiting = [
            self.with_trial(treatment)
            for _, treatment in proposed(findings)
            if is_open(self.trials.get(treatment.patched or "", Trial()))
        ]
        trials.insists_until = math.inf if self.fix is not None else self.insists_until
        for treatment in sorted(waiting, key=gain, reverse=True):
            if time.perf_counter() > trials.insists_until:
                break
            trial = trials.more_of(Cell(treatment.patched or ""), trains=True)
            if trial.outcome is not None:
                self.trials[treatment.patched or ""] = trial
                self.tell()
            if trial.outcome == "helps":
                return True
        return False

    def _again(self, make: Callable[[], ModelCopy], treatment: Treatment) -> Report | None:
        """Ask the rules about the treated copy, where there is time."""
        if replaced_part(fits=True) and not self.unproved:
            return None
        left = self.deadline - time.perf_counter()
        if treatment.effect == "none" or left < self.seconds_to_ask:
            return None
        with Guard():  # what cannot be asked is not told
            return self.ask_again(make(), Cell(treatment.patched or ""), left)
        return None
