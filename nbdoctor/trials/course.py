"""One report's treatments, tried one after the other and then in a row."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from nbdoctor.capture.cell import Cell
from nbdoctor.report import Diagnosis, Fix, Report, Treatment, Trial
from nbdoctor.rules.too_few_steps import too_few_steps
from nbdoctor.treat.copy import Case, Made
from nbdoctor.treat.isolation import isolated
from nbdoctor.treat.trial import TOO_LONG, Trials
from nbdoctor.trials.further import AS_GOOD, faster_training, still_learns
from nbdoctor.trials.proposals import proposed, treatment_on, without_longer
from nbdoctor.trials.row import (
    Gone,
    Row,
    fix_of,
    gain,
    gone_after,
    is_cleared,
    place_of,
)

MOST_IN_A_ROW = 5
"""Cures of one cell, one after the other: more would make another model of it."""

AskAgain = Callable[[Made, Cell], Report | None]
"""Examine a treated copy as if it were the user's model."""


@dataclass
class Course:
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
    trials : dict of str to Trial
        By patched cell.
    fix : Fix or None
        What helps most.
    """

    case: Case
    deadline: float
    raises: bool
    ask_again: AskAgain
    seconds_to_ask: float = 2.0
    tell: Callable[[], None] = field(default=lambda: None)
    trials: dict[str, Trial] = field(default_factory=dict)
    fix: Fix | None = None

    def run(self, findings: Sequence[Diagnosis]) -> None:
        """Try what the findings propose, and then what is proposed for the treated copy."""
        with isolated():
            origin = Trials(self.case, self.deadline, raises=self.raises)
            causes = [one for one in findings if not one.because_of]
            best = self._best(origin, causes) or self._best(origin, findings)
            row = [best] if best is not None else self._together(origin, causes)
            now = self._go_on(origin, row, findings)
            if now is not origin:
                self._go_further(origin, now, row, findings)
            if (
                self.fix is None
                and (reported := self._best(origin, findings, trains=False)) is not None
            ):
                self._go_on(origin, [reported], findings)
            self._try(origin, findings)

    def _go_on(self, origin: Trials, row: Row, findings: Sequence[Diagnosis]) -> Trials:
        """Ask the rules about the treated copy, and treat what they find then.

        One cure alone may change nothing where another ailment hides behind the first. So it goes
        on as long as there is a fix, or what was treated is found no longer.

        Returns
        -------
        Trials
            Of the copy after all treatments of the fix; `row` has become these.
        """
        now, whole = origin, row[-1][1].trial if row else None
        most = len(row) + MOST_IN_A_ROW - 1
        while row:
            last = row[-1][1]
            patched = Cell(last.patched or "")
            arm = now.arm(patched)
            again = self._again(arm.maker.make, last) if arm is not None else None
            gone = gone_after(findings, again)
            whole = whole or origin.of(patched, trains=True)
            if whole.outcome == "helps":
                self.fix = fix_of(row, self.case.cell, whole, gone)
                self.tell()
            elif self.fix is not None:
                row.pop()
                break
            elif not is_cleared(row, gone):
                break
            if arm is None:
                break
            now, whole = origin.after(arm, patched), None
            if again is None or len(row) == most:
                break
            further = self._best(now, without_longer(again.findings))
            if further is None:
                break
            row.append(further)
        return now

    def _go_further(
        self, origin: Trials, now: Trials, row: Row, findings: Sequence[Diagnosis]
    ) -> None:
        """Where the cured copy still learns when the cell stops, treat it for too few steps.

        That is proved by training it on. Longer steps are tried then, too: where they bring more,
        they come first, and more epochs after them as far as it still learns.
        """
        longer = still_learns(now, row)
        if longer is None or longer.trial is None:
            return
        faster = faster_training(now, reached=longer.trial.after or 0.0)
        if faster is not None and self._adopts(origin, now, row, findings, faster):
            patched = Cell(faster.patched or "")
            arm = now.arm(patched)
            longer = None
            if arm is not None:
                now = origin.after(arm, patched)
                longer = still_learns(now, row)
        if longer is not None:
            self._adopts(origin, now, row, findings, longer)

    def _adopts(
        self,
        origin: Trials,
        now: Trials,
        row: Row,
        findings: Sequence[Diagnosis],
        treatment: Treatment,
    ) -> bool:
        """Add a treatment for too few steps to the fix, where all together help as well."""
        trial, arm = treatment.trial or Trial(), now.arm(now.cell)
        if self.raises:
            reason = "as it is, it raises"
            whole = replace(trial, before=None, as_it_is=(), reason=reason)
        else:
            whole = origin.of(Cell(treatment.patched or ""), trains=True)
        if whole.outcome != "helps" or arm is None:
            return False
        row.append((too_few_steps.name, treatment))
        found = self.fix.treatment.trial if self.fix is not None else None
        if found is not None:  # what was asked of the cured copy holds, but for its length
            of_steps = {too_few_steps.name, *too_few_steps.explains}
            still = tuple(rule for rule in found.remaining if rule not in of_steps)
            gone = Gone(found.cleared, still)
        else:
            gone = gone_after(findings, self._again(arm.maker.make, treatment))
        self.fix = fix_of(row, self.case.cell, whole, gone)
        self.tell()
        return True

    @property
    def is_short_of_time(self) -> bool:
        """Whether something was not tried because it did not fit."""
        return any(one.reason.startswith(TOO_LONG) for one in self.trials.values())

    def leave_untried(self, findings: Sequence[Diagnosis], why: str) -> None:
        """Note why none of what the findings propose is tried."""
        for _, treatment in proposed(findings):
            self.trials[treatment.patched or ""] = Trial(reason=why)

    def attached(self, findings: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
        """The findings with what came of their treatments; what helps stands first."""
        return tuple(replace(one, treatments=self._sorted(one)) for one in findings)

    def _sorted(self, finding: Diagnosis) -> tuple[Treatment, ...]:
        """Its treatments; the fix, with what it is made of, first of all."""
        found = sorted(map(self._with_trial, finding.treatments), key=place_of)
        fix = self.fix.treatment if self.fix is not None else None
        if fix is None or self.fix is None or self.fix.rules[0] != finding.rule:
            return tuple(found)
        return (fix, *(one for one in found if one.patched != fix.patched))

    def _with_trial(self, treatment: Treatment) -> Treatment:
        trial = self.trials.get(treatment.patched or "")
        return treatment if trial is None else replace(treatment, trial=trial)

    def _best(
        self, trials: Trials, findings: Sequence[Diagnosis], *, trains: bool = True
    ) -> tuple[str, Treatment] | None:
        """The treatment that helps most, of all that these findings propose.

        Either of those that change how the model learns, or of those that change what is reported.
        """
        self._try(trials, findings)
        helping = [
            (finding.rule, self._with_trial(treatment))
            for finding, treatment in proposed(findings)
            if self._helps(treatment)
            and treatment.patched != trials.cell.source
            and (treatment.effect != "none") is trains
        ]
        most = max((gain(one) for _, one in helping), default=0.0)
        return next((one for one in helping if gain(one[1]) >= most - AS_GOOD), None)

    def _together(self, trials: Trials, causes: Sequence[Diagnosis]) -> Row:
        """All causes treated at once: each may hide the others."""
        row: Row = []
        cell = self.case.cell
        for cause in causes:
            treatment = treatment_on(cause, self.case.cell, cell)
            if treatment is not None and treatment.patched is not None:
                row.append((cause.rule, treatment))
                cell = Cell(treatment.patched)
        if not row:
            return []
        trial = self.trials.get(cell.source)
        if trial is None:
            trial = self.trials[cell.source] = trials.of(cell, trains=True)
        rule, last = row[-1]
        return [*row[:-1], (rule, replace(last, trial=trial))]

    def _try(self, trials: Trials, findings: Sequence[Diagnosis]) -> None:
        for finding, treatment in proposed(findings):
            alone = [one for one in finding.treatments if not one.pair]
            if treatment.patched in self.trials or (
                treatment.pair and any(map(self._helps, alone))
            ):
                continue
            patched = Cell(treatment.patched or "")
            trial = trials.of(patched, trains=treatment.effect != "none")
            self.trials[patched.source] = trial
            self.tell()

    def _helps(self, treatment: Treatment) -> bool:
        trial = self.trials.get(treatment.patched or "")
        return trial is not None and trial.outcome == "helps"

    def _again(self, make: Callable[[], Made], treatment: Treatment) -> Report | None:
        """What the rules say of the treated copy, where there is time to ask."""
        if treatment.effect == "none" or time.perf_counter() + self.seconds_to_ask > self.deadline:
            return None
        try:
            return self.ask_again(make(), Cell(treatment.patched or ""))
        except Exception:  # noqa: BLE001  (what cannot be asked is not told)
            return None
