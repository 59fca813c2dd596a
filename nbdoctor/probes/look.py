"""The look before the first step: which passes are made, in which order, and for how long."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from nbdoctor.capture.transaction import digest, transaction
from nbdoctor.probes.gradients import (
    TrainableWeight,
    trainable_weights,
)
from nbdoctor.probes.rehearsal import FurtherSteps, Rehearsal, build, layer_paths, rehearse
from nbdoctor.probes.updates import Steps

SHARE_FOR_MORE = 0.35
"""All further passes may take this share of the first one's time. The first pass replaces the
trace that Keras would otherwise make twice, so a look of about one and a third of it stays below a
plain first step (tests/benchmarks/look_cost.py)."""

CONSECUTIVE_STEPS = 3
"""Steps that a rule about the learning rate wants to see where the first one made it worse."""

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
    trained : bool
        Training is over, so that nothing waits any more.
    error : Exception or None
        What the rehearsal raised.
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
    allowed_until: float = 0.0
    forward_seconds: float = 0.0
    trained: bool = False
    error: Exception | None = None

    def rehearse(self) -> None:
        """Build what is not built, and rehearse the first step."""
        build(self.model, self.batches[0])
        self.paths = layer_paths(self.model)
        self.before = digest(self.model)
        started = time.perf_counter()
        self._rehearse(self.batches[0], self.first, further_steps=self._go_on_stepping)
        now = time.perf_counter()
        self.allowed_until = now + (now - started) * SHARE_FOR_MORE
        self.gradients.append(dict(self.first.gradients))

    def weights(self) -> list[TrainableWeight]:
        """The trainable weights from input to output."""
        return trainable_weights(self.model, self.paths, self.first.changes)

    def go_on(self, flow: float | None) -> None:
        """Take further batches while they are worth their time."""
        rose = any(after >= before * RISING for before, after in pairwise(self.steps.losses))
        if rose:
            self.steps = replace(self.steps, changes_by_itself=self._wandering())
        low = flow is not None and flow < SUSPICIOUS_RATIO
        wanted = self.batches[1:] if self.patient else self.batches[1:GRADIENT_BATCHES]
        for batch in wanted:
            now = time.perf_counter()
            allowed = self.patient or low or now < self.allowed_until
            if not allowed or now > self.deadline:
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

    def _go_on_stepping(self, first: Rehearsal, further: FurtherSteps) -> None:
        """Losses of one batch over consecutive steps: further ones while it rises."""
        losses = [np.nan if first.loss is None else first.loss]
        while len(losses) <= CONSECUTIVE_STEPS:
            loss = further.loss()
            if loss is None:
                break
            losses.append(loss)
            if losses[-1] < losses[-2] * RISING and not self.patient:
                break
            further.step()
        self.steps = Steps(losses=tuple(losses))

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
