"""What a report consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nbdoctor.readings.missing import MissingKind
from nbdoctor.rules.rule import Finding, Kind, Severity, Standing, Value, Where
from nbdoctor.rules.treatment import Treatment

if TYPE_CHECKING:
    pass


UNSTORED = {"stored": False}
"""Marks a field that JSON leaves out."""

Stage = Literal["looking", "training", "looking longer", "trying", "experimenting", "done"]
OVER: tuple[Stage, ...] = ("looking longer", "trying", "experimenting", "done")
"""The cell has ended."""
FitWord = Literal["fit", "fold", "training"]
VerdictWord = Literal["critical", "warning", "note", "healthy", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A finding as reported: with its treatments and its place among the others.

    Attributes
    ----------
    rule, severity, kind, title, says, where, measured, expected, facts, standing
        As in `Finding`; the facts stay in the process.
    explains : tuple of str
        Rules whose findings here are its consequences.
    because_of : str
        The rule whose finding here explains this one, "" when none does.
    treatments : tuple of Treatment
    fits : tuple of int
        Where one report tells of several fits: the numbers of those that this was found in.
    """

    rule: str
    severity: Severity
    kind: Kind
    title: str
    says: str
    where: Where
    measured: Mapping[str, Value] = field(default_factory=dict)
    expected: Mapping[str, Value] = field(default_factory=dict)
    facts: Any = field(default=None, compare=False, metadata=UNSTORED)
    explains: tuple[str, ...] = ()
    because_of: str = ""
    treatments: tuple[Treatment, ...] = ()
    standing: Standing = ""
    fits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSummary:
    """One of several trainings of a cell, examined or not.

    Attributes
    ----------
    number : int
        Of the training within its cell, from 1.
    what : str
        "fit", "fold" where a loop over folds calls `fit`, or "training" for a loop of the user's.
    line : int or None
        Of the cell.
    model : str
        The user's name for the model, "" where it is not known.
    epochs : int or None
        That were finished, None until training has ended.
    loss, validation_loss : float or None
        Of the last epoch.
    score, ceiling : float or None
        As in `Attained`.
    examined : bool
    """

    number: int
    what: FitWord = "fit"
    line: int | None = None
    model: str = ""
    epochs: int | None = None
    loss: float | None = None
    validation_loss: float | None = None
    score: float | None = None
    ceiling: float | None = None
    examined: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What helps most: one treatment, or several in a row as one patch.

    Attributes
    ----------
    rules : tuple of str
        Those whose findings it treats.
    treatment : Treatment
        With its trial, which compares it with the untreated model.
    """

    rules: tuple[str, ...]
    treatment: Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedCheck:
    """A rule that judged and found nothing."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A rule that could not or need not judge, and why.

    Attributes
    ----------
    rule : str
    reason : str
        In lower case, without a full stop.
    kind : str
        "does not apply" where there is nothing to judge, "too early" where what it needs is
        measured later, "not measured" where that could not be.
    """

    rule: str
    reason: str
    kind: MissingKind = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A finding that was shown while the cell ran, and is found no longer.

    Attributes
    ----------
    rule, title : str
    says : str
        What is known in its place, as a part of a sentence; "" where nothing is.
    """

    rule: str
    title: str
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The run of the same cell before this one, in a few numbers.

    Attributes
    ----------
    rules : tuple of str
        Those with a warning or a critical finding.
    figures : mapping of str to float
        The last value of each metric of the training log.
    score : float or None
        Of the trained model, as in `Attained`.
    curve : tuple of (int, float)
        Some epochs from 1 on, and the training loss after each.
    epochs : int
        That were finished.
    is_same_cell : bool
        Whether the front end says that it was this cell, and not only its text.
    """

    rules: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    score: float | None = None
    curve: tuple[tuple[int, float], ...] = ()
    epochs: int = 0
    is_same_cell: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds; None where it did not come to that.

    Attributes
    ----------
    first_finding : float or None
        From the call of `fit` to the first judgement.
    look : float or None
        Everything that was done before training went on.
    total : float or None
        Everything nbdoctor did. Tracing the step is not in it, where training goes on with that
        trace and so would have made it.
    budget : float or None
        What `total` may come to.
    first_fix : float or None
        From the end of the cell until a fix was proved, without being asked for.
    left : float or None
        For what is being done on copies now.
    """

    first_finding: float | None = None
    look: float | None = None
    total: float | None = None
    budget: float | None = None
    first_fix: float | None = None
    left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """Proof that training was not touched.

    Attributes
    ----------
    before, after : str
        Digest of weights and random state before and after the look.
    rehearsed_loss, real_loss : float or None
        Loss of the first step as rehearsed, and as Keras then reported it.
    """

    before: str = ""
    after: str = ""
    rehearsed_loss: float | None = None
    real_loss: float | None = None

    @property
    def untouched(self) -> bool | None:
        """Whether the digests agree; None when none were taken."""
        return self.before == self.after if self.before and self.after else None


def diagnosis(
    finding: Finding,
    *,
    explains: tuple[str, ...] = (),
    because_of: str = "",
    treatments: tuple[Treatment, ...] = (),
) -> Diagnosis:
    """`finding` as it is reported."""
    if finding.severity is None or finding.kind is None:
        message = f"The finding of `{finding.rule}` was not made by a rule."
        raise ValueError(message)
    return Diagnosis(
        rule=finding.rule,
        severity=finding.severity,
        kind=finding.kind,
        title=finding.title,
        says=finding.says,
        where=finding.where,
        measured=dict(finding.measured),
        expected=dict(finding.expected),
        facts=finding.facts,
        explains=explains,
        because_of=because_of,
        treatments=treatments,
        standing=finding.standing,
    )
