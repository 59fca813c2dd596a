"""What came of the treatments until now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nbdoctor.report import Diagnosis, Fix, Treatment, Trial
from nbdoctor.trials.combination import is_open, place_of
from nbdoctor.trials.proposals import proposed


@dataclass(kw_only=True)
class Results:
    """Trials, and the fix that they have shown.

    Attributes
    ----------
    trials : dict of str to Trial
        By patched cell.
    fix : Fix or None
        What helps most.
    """

    trials: dict[str, Trial] = field(default_factory=dict)
    fix: Fix | None = None

    @property
    def is_short_of_time(self) -> bool:
        """Whether something was not tried because it did not fit, or not with enough seeds."""
        return any(one.skipped == "too long" or is_open(one) for one in self.trials.values())

    @property
    def has_helped(self) -> bool:
        """Whether a fix is proved that changes more than what is reported."""
        return any(one.outcome == "helps" and one.steps > 0 for one in self.trials.values())

    @property
    def would_run(self) -> str:
        """The lines that would have to run for what was not tried, "" where there are none."""
        return next((one.runs_lines for one in self.trials.values() if one.runs_lines), "")

    def leave_untried(self, findings: Sequence[Diagnosis], why: str) -> None:
        """Note why none of what the findings propose is tried."""
        for _, treatment in proposed(findings):
            self.trials[treatment.patched or ""] = Trial(reason=why, skipped="cannot be tried")

    def attached(self, findings: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
        """Return the findings with their trials; what helps stands first."""
        return tuple(replace(one, treatments=self._sorted(one)) for one in findings)

    def _sorted(self, finding: Diagnosis) -> tuple[Treatment, ...]:
        """Return its treatments; the fix, with what it is made of, first of all."""
        found = sorted(map(self.with_trial, finding.treatments), key=place_of)
        fix = self.fix.treatment if self.fix is not None else None
        if fix is None or self.fix is None or self.fix.rules[0] != finding.rule:
            return tuple(found)
        return (fix, *(one for one in found if one.patched != fix.patched))

    def with_trial(self, treatment: Treatment) -> Treatment:
        """Return a treatment with its trial, where it was tried."""
        trial = self.trials.get(treatment.patched or "")
        return treatment if trial is None else replace(treatment, trial=trial)

    def helps(self, treatment: Treatment) -> bool:
        """Whether its trial has shown that it does."""
        trial = self.trials.get(treatment.patched or "")
        return trial is not None and trial.outcome == "helps"
