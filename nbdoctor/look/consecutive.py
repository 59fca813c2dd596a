"""Losses of consecutive steps on one batch, and how far they differ by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nbdoctor.look.step_notes import Rehearsal
from nbdoctor.look.train_step import CopiedStep

CONSECUTIVE_STEPS = 3
"""Steps that a rule about the learning rate wants to see where the first one made it worse."""

RISING = 1.2
"""A loss that rises by this factor in a step is worth further steps at any cost."""


def losses_of_steps(
    run: CopiedStep, batch: Any, first: float | None, *, patient: bool
) -> tuple[float, ...]:
    """Losses of one batch over consecutive steps: further ones while it rises.

    Parameters
    ----------
    run : CopiedStep
        After its first step.
    batch : Any
    first : float or None
        Loss of that step.
    patient : bool
        Make all steps in any case.
    """
    losses = [np.nan if first is None else first]
    while len(losses) <= CONSECUTIVE_STEPS:
        loss = run(batch).target
        if loss is None:
            break
        losses.append(loss)
        if losses[-1] < losses[-2] * RISING and not patient:
            break
    return tuple(losses)


def rises(losses: Sequence[float]) -> bool:
    """Whether a step has made the loss so much higher that further steps are worth their time."""
    return any(after >= before * RISING for before, after in pairwise(losses))


def loss_noise(run: CopiedStep, batch: Any, first: float | None) -> float:
    """How far the loss of a batch differs when only the seeds differ, as a share of `first`."""
    if not first:
        return 0.0
    run.restart()
    run.reseed()
    again = run(batch).target
    return abs(again - first) / abs(first) if again is not None else 0.0


def moved_later(run: CopiedStep, first: Rehearsal) -> frozenset[str]:
    """Paths of weights that the first step left, and the last one moved: adversaries take turns."""
    still = {path for path, (moved, _) in first.changes.items() if moved == 0}
    after = run.changes() if still else {}
    return frozenset(path for path in still if after[path][0] != 0)
