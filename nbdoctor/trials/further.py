"""How a cured copy gets further that still learns when the cell stops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from nbdoctor.capture.cell import Cell
from nbdoctor.report import Treatment
from nbdoctor.rules.rule import Finding
from nbdoctor.rules.too_few_steps import LONGER_STEPS, TRAIN_LONGER, too_few_steps
from nbdoctor.treat.training import Arm
from nbdoctor.treat.trial import Trials
from nbdoctor.trials.row import Row, is_worth

AS_GOOD = 0.03
"""Gains within this of the largest count as equal: what was named first leads."""

WORTH_LONGER = 0.05
"""A twentieth of the score, or half of what it lacks: five times the wait has to bring more than
another seed does."""


def still_learns(now: Trials, row: Row) -> Treatment | None:
    """More epochs, where they bring a cured copy much further.

    Parameters
    ----------
    now : Trials
        Of what is done to the cured copy.
    row : list of (str, Treatment)
        What cured it.
    """
    arm = now.arm(now.cell)
    if arm is None or any(treatment.title == TRAIN_LONGER for _, treatment in row):
        return None
    treatment = _for_too_few_steps(TRAIN_LONGER, now.cell, arm)
    if treatment is None:
        return None
    trial = now.of(Cell(treatment.patched or ""), trains=True)
    enough = trial.outcome == "helps" and is_worth(trial, WORTH_LONGER)
    return replace(treatment, trial=trial) if enough else None


def faster_training(now: Trials, *, reached: float) -> Treatment | None:
    """Longer steps, where they bring a cured copy further than what more epochs have reached."""
    arm = now.arm(now.cell)
    treatment = _for_too_few_steps(LONGER_STEPS, now.cell, arm) if arm is not None else None
    if treatment is None:
        return None
    trial = now.of(Cell(treatment.patched or ""), trains=True)
    more = trial.outcome == "helps" and (trial.after or 0.0) > reached + AS_GOOD
    return replace(treatment, trial=trial) if more else None


def _for_too_few_steps(title: str, cell: Cell, arm: Arm) -> Treatment | None:
    """A treatment of `too-few-steps` for a cell whose copy is found by trial to need more."""
    finding = Finding(
        title="The cured copy still learns when the cell stops",
        says="",
        measured={"epochs": arm.maker.epochs, **_rate_of(arm.made.model.optimizer)},
    )
    made = too_few_steps.treatments(finding, cell)
    return next((one for one in made if one.title == title and one.patched is not None), None)


def _rate_of(optimizer: Any) -> dict[str, float | int | str]:
    """Name and rate of an optimizer, where the rate is one number."""
    if callable(getattr(optimizer, "_learning_rate", None)):
        return {}
    return {
        "optimizer": type(optimizer).__name__,
        "learning rate": float(np.asarray(optimizer.learning_rate)),
    }
