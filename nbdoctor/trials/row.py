"""Treatments in a row, and the one fix that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from nbdoctor.capture.cell import Cell
from nbdoctor.report import Diagnosis, Effect, Fix, Report, Treatment, Trial
from nbdoctor.treat.comparison import halved

DOES_NOT_APPLY = "does not apply"

EFFECTS: tuple[Effect, ...] = ("none", "training", "model", "judgement", "advice")
"""From the slightest to the gravest."""

Row = list[tuple[str, Treatment]]
"""Treatments one after the other, each with the rule that proposes it."""


@dataclass(frozen=True)
class Gone:
    """Rules whose finding is gone after a treatment, and those whose finding is not.

    Attributes
    ----------
    cleared, remaining : tuple of str
    """

    cleared: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()


def is_cleared(row: Row, gone: Gone) -> bool:
    """Whether what was treated is found no longer, although that did not help by itself."""
    trial = row[-1][1].trial
    if trial is not None and trial.outcome != "no effect":
        return False
    return any(rule in gone.cleared for rule, _ in row)


def is_worth(trial: Trial, least: float) -> bool:
    """Whether the score of the treated copy is so much higher, or lacks but half as much to 1."""
    if trial.before is None or trial.after is None:
        return False
    return trial.after - trial.before >= least or bool(halved(trial.before, trial.after))


def gain(treatment: Treatment) -> float:
    """What a treatment brings: all of the score where the untreated copy cannot be trained."""
    trial = treatment.trial
    if trial is None or trial.after is None or trial.steps == 0:
        return 0.0
    return trial.after if trial.before is None else trial.after - trial.before


def place_of(treatment: Treatment) -> int:
    """What helps comes first, then what was not tried, then what did not help."""
    word = treatment.trial.outcome if treatment.trial is not None else None
    return {"helps": 0, None: 1, "no effect": 2, "worse": 3}[word]


def fix_of(
    row: Sequence[tuple[str, Treatment]],
    cell: Cell,
    trial: Trial,
    gone: Gone,
) -> Fix:
    """The treatments of a row as one, with what the rules say of the copy after it."""
    last = row[-1][1]
    title = _joined([treatment.title for _, treatment in row])
    treatment = replace(
        last,
        title=title,
        text=" ".join(dict.fromkeys(one.text for _, one in row)),
        effect=max((one.effect for _, one in row), key=EFFECTS.index),
        diff=cell.diff(Cell(last.patched or "")),
        pair=last.pair or len(row) > 1,
        trial=replace(trial, cleared=gone.cleared, remaining=gone.remaining),
    )
    return Fix(rules=tuple(dict.fromkeys(rule for rule, _ in row)), treatment=treatment)


def _joined(titles: Sequence[str]) -> str:
    """Titles as one: "Scale the inputs, then train longer"."""
    counted = [(title, len(list(same))) for title, same in groupby(titles)]
    parts = [title if times == 1 else f"{title} ({times} times)" for title, times in counted]
    return ", then ".join([parts[0], *(part[:1].lower() + part[1:] for part in parts[1:])])


def gone_after(findings: Sequence[Diagnosis], again: Report | None) -> Gone:
    """Which of the findings a treated copy has; what was not judged again is neither."""
    if again is None:
        return Gone()
    rules = tuple(dict.fromkeys(one.rule for one in findings))
    found = {one.rule for one in again.findings}
    judged = {one.rule for one in again.held} | {
        one.rule for one in again.not_run if one.reason.startswith(DOES_NOT_APPLY)
    }
    return Gone(
        cleared=tuple(rule for rule in rules if rule in judged - found),
        remaining=tuple(rule for rule in rules if rule in found),
    )
