"""Treatments one after the other, and the one fix that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from nbdoctor.backend.keras_internals.optimizer import rate_of
from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, Effect, Fix, Report, Treatment, Trial
from nbdoctor.rules.treatment import TrainingLength
from nbdoctor.trials.comparison import MOST_SEEDS, halved
from nbdoctor.trials.proposals import Proposal, proposed_for, treatment_on
from nbdoctor.trials.training import Arm
from nbdoctor.trials.trial import Trials

EFFECTS: tuple[Effect, ...] = ("none", "training", "model", "judgement", "advice")
"""From the slightest to the gravest."""

AS_GOOD = 0.03
"""Gains within this of the largest count as equal: what was named first leads."""

WORTH_LONGER = 0.05
"""A twentieth of the score, or half of what it lacks: five times the wait has to bring more than
another seed does."""

Combination = list[Proposal]
"""Treatments in the order in which they are applied."""


@dataclass(frozen=True)
class Resolved:
    """Rules whose finding is gone after a treatment, and those whose finding is not.

    Attributes
    ----------
    cleared, remaining : tuple of str
    """

    cleared: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()


def of_all(causes: Sequence[Diagnosis], cell: Cell) -> Combination:
    """Return the first treatments of all causes, each an edit of what the others have made."""
    combination: Combination = []
    edited = cell
    for cause in causes:
        treatment = treatment_on(cause, cell, edited)
        if treatment is not None and treatment.patched is not None:
            combination.append((cause.rule, treatment))
            edited = Cell(treatment.patched)
    return combination


def is_cleared(combination: Combination, resolved: Resolved) -> bool:
    """Whether what was treated is found no longer, although that did not help by itself."""
    trial = combination[-1][1].trial
    if trial is not None and trial.outcome not in {"no effect", "undecided"}:
        return False
    return any(rule in resolved.cleared for rule, _ in combination)


def is_open(trial: Trial) -> bool:
    """Whether more seeds may decide it."""
    return trial.outcome == "undecided" and trial.seeds < MOST_SEEDS


def gain(treatment: Treatment) -> float:
    """Return what a treatment brings: all of the score where the untreated copy raises."""
    trial = treatment.trial
    if trial is None or trial.after is None or trial.steps == 0:
        return 0.0
    return trial.after if trial.before is None else trial.after - trial.before


def place_of(treatment: Treatment) -> int:
    """Return a rank: what helps comes first, then what may help, then the rest."""
    word = treatment.trial.outcome if treatment.trial is not None else None
    return {"helps": 0, None: 1, "undecided": 1, "no effect": 2, "worse": 3}[word]


def fix_of(
    combination: Sequence[Proposal],
    cell: Cell,
    trial: Trial,
    resolved: Resolved,
) -> Fix:
    """Return a combination as one treatment, with what the rules say of the copy after it."""
    last = combination[-1][1]
    title = _joined([treatment.title for _, treatment in combination])
    treatment = replace(
        last,
        title=title,
        text=" ".join(dict.fromkeys(one.text for _, one in combination)),
        effect=max((one.effect for _, one in combination), key=EFFECTS.index),
        diff=cell.diff(Cell(last.patched or "")),
        pair=last.pair or len(combination) > 1,
        trial=replace(trial, cleared=resolved.cleared, remaining=resolved.remaining),
    )
    return Fix(rules=tuple(dict.fromkeys(rule for rule, _ in combination)), treatment=treatment)


OFTEN = {1: "", 2: ", twice"}


def _joined(titles: Sequence[str]) -> str:
    """Join titles to one: "Scale the inputs, then train longer"."""
    counted = [(title, len(list(same))) for title, same in groupby(titles)]
    parts = [f"{title}{OFTEN.get(times, f', {times} times')}" for title, times in counted]
    return ", then ".join([parts[0], *(part[:1].lower() + part[1:] for part in parts[1:])])


def resolved_after(findings: Sequence[Diagnosis], again: Report | None) -> Resolved:
    """Return which findings a treated copy has; what was not judged again is neither."""
    if again is None:
        return Resolved()
    rules = tuple(dict.fromkeys(one.rule for one in findings))
    found = {one.rule for one in again.findings}
    judged = {one.rule for one in again.held} | {
        one.rule for one in again.not_run if one.kind == "does not apply"
    }
    return Resolved(
        cleared=tuple(rule for rule in rules if rule in judged - found),
        remaining=tuple(rule for rule in rules if rule in found),
    )


def still_learns(now: Trials, combination: Combination) -> Proposal | None:
    """Propose more epochs, where they bring a treated copy much further.

    Parameters
    ----------
    now : Trials
        Of what is done to the treated copy.
    combination : list of (str, Treatment)
        What it was treated with.
    """
    arm = now.arm(now.cell)
    if arm is None or any(treatment.role == "train longer" for _, treatment in combination):
        return None
    proposal = proposed_for("train longer", now.cell, _length_of(arm))
    if proposal is None:
        return None
    trial = now.of(Cell(proposal[1].patched or ""), trains=True)
    enough = trial.outcome == "helps" and _is_worth(trial, WORTH_LONGER)
    return _tried(proposal, trial) if enough else None


def faster_training(now: Trials, *, reached: float) -> Proposal | None:
    """Propose longer steps, where they bring a treated copy further than more epochs did.

    Parameters
    ----------
    now : Trials
        Of what is done to the treated copy.
    reached : float
        The score after more epochs.
    """
    arm = now.arm(now.cell)
    if arm is None:
        return None
    proposal = proposed_for("take longer steps", now.cell, _length_of(arm))
    if proposal is None:
        return None
    trial = now.of(Cell(proposal[1].patched or ""), trains=True)
    more = trial.outcome == "helps" and (trial.after or 0.0) > reached + AS_GOOD
    return _tried(proposal, trial) if more else None


def _tried(proposal: Proposal, trial: Trial) -> Proposal:
    rule, treatment = proposal
    return rule, replace(treatment, trial=trial)


def _is_worth(trial: Trial, least: float) -> bool:
    """Whether the score of the treated copy is so much higher, or lacks but half as much to 1."""
    if trial.before is None or trial.after is None:
        return False
    return trial.after - trial.before >= least or bool(halved(trial.before, trial.after))


def _length_of(arm: Arm) -> TrainingLength:
    """Return how long copies are trained, and at which rate where that is one number."""
    epochs, optimizer = arm.recipe.epochs, arm.copy.model.optimizer
    rate = rate_of(optimizer)
    if rate is None or callable(rate):
        return TrainingLength(epochs=epochs)
    name = type(optimizer).__name__
    return TrainingLength(epochs=epochs, optimizer=name, rate=float(np.asarray(rate)))
