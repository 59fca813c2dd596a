"""The look before the first step: which passes are made, in which order, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor.capture.transaction import digest, transaction
from nbdoctor.probes.gradients import (
    TrainableWeight,
    trainable_weights,
)
from nbdoctor.probes.rehearsal import Rehearsal, build, layer_paths, rehearse
from nbdoctor.probes.updates import Steps

SHARE_FOR_MORE = 0.6
"""Further passes may take this share of the first one's time. The first pass replaces the trace
that Keras would otherwise make twice, so the whole look stays below a plain first step."""

CONSECUTIVE_STEPS = 3
GRADIENT_BATCHES = 3
"""Batches that a rule about gradients wants to see before it speaks."""

SUSPICIOUS_RATIO = 1e-3
"""A first-to-last gradient ratio below this is worth further batches at any cost."""

RISING = 1.2
"""A loss that rises by this factor in a step is worth further steps at any cost."""


@dataclass
class Look:
    """One look at a model about to be trained. Each method measures one thing.

    Attributes
    ----------
    model : keras.Model
    batches : list
        As `train_step` takes them.
    restore_host_random : bool
        See `transaction`.
    deadline : float
        `time.perf_counter` after which no further pass is begun.
    patient : bool
        Nobody waits for training: take every batch that the deadline allows.
    """

    model: Any
    batches: list[Any]
    restore_host_random: bool
    deadline: float
    patient: bool = False
    first: Rehearsal = field(default_factory=Rehearsal)
    before: str = ""
    after: str = ""
    paths: dict[int, str] = field(default_factory=dict)
    gradients: list[dict[str, Any]] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    allowance: float = 0.0

    def rehearse(self) -> None:
        """Build what is not built, and rehearse the first step."""
        build(self.model, self.batches[0])
        self.paths = layer_paths(self.model)
        self.before = digest(self.model)
        started = time.perf_counter()
        self._rehearse(self.batches[0], self.first)
        self.allowance = (time.perf_counter() - started) * SHARE_FOR_MORE
        self.gradients.append(dict(self.first.gradients))

    def weights(self) -> list[TrainableWeight]:
        """The trainable weights from input to output."""
        return trainable_weights(self.model, self.paths, self.first.changes)

    def go_on(self, flow: float | None) -> None:
        """Take further steps and batches while they are worth their time."""
        ends = time.perf_counter() + self.allowance

        def may() -> bool:
            now = time.perf_counter()
            return now < self.deadline and (self.patient or now < ends)

        self._consecutive_steps(may)
        low = flow is not None and flow < SUSPICIOUS_RATIO
        wanted = self.batches[1:] if self.patient else self.batches[1:GRADIENT_BATCHES]
        for batch in wanted:
            if not (may() or (low and time.perf_counter() < self.deadline)):
                break
            self.gradients.append(dict(self._rehearse(batch).gradients))

    def close(self) -> None:
        """Take the second checksum."""
        self.after = digest(self.model)

    def _rehearse(self, batch: Any, into: Rehearsal | None = None, **options: Any) -> Rehearsal:
        return rehearse(
            self.model,
            batch,
            restore_host_random=self.restore_host_random,
            into=into,
            **options,
        )

    def _consecutive_steps(self, may: Callable[[], bool]) -> None:
        """Losses of one batch over consecutive steps; all steps while it rises."""
        losses: list[float] = []

        def further(rehearsal: Rehearsal, step: Callable[[], float | None]) -> None:
            losses.append(rehearsal.loss if rehearsal.loss is not None else np.nan)
            while len(losses) <= CONSECUTIVE_STEPS and (len(losses) < 2 or rising() or may()):  # noqa: PLR2004
                loss = step()
                if loss is None:
                    return
                losses.append(loss)

        def rising() -> bool:
            return not losses[-1] < losses[-2] * RISING

        self._rehearse(self.batches[0], further_steps=further)
        wandering = self._wandering() if len(losses) > 1 and rising() else 0.0
        self.steps = Steps(losses=tuple(losses), changes_by_itself=wandering)

    def _wandering(self) -> float:
        """How far the first batch's loss differs when only the seeds differ."""
        first = self.first.loss
        if not first:
            return 0.0
        with transaction(self.model, restore_host_random=self.restore_host_random):
            for variable in self.model.non_trainable_variables:
                if "seed" in variable.path:
                    variable.assign(variable + 1)
            again = self._rehearse(self.batches[0]).loss
        return abs(again - first) / abs(first) if again is not None else 0.0
