"""A training loop of the user's own under examination: what its first step shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nbdoctor import stages
from nbdoctor.capture.data import rows_of_batches
from nbdoctor.capture.fit import FitCall
from nbdoctor.capture.transaction import digest
from nbdoctor.examination import Examination, Ward
from nbdoctor.probes.activations import Activations, read_activations
from nbdoctor.probes.forward import Forward
from nbdoctor.probes.gradients import Gradients, read_gradients
from nbdoctor.probes.head import Head, with_loss, with_predictions
from nbdoctor.probes.inputs import Inputs
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.layer_calls import any_drops
from nbdoctor.probes.layers import Layers, layer_paths
from nbdoctor.probes.look import Look
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.metrics import Metrics
from nbdoctor.probes.own_loop import OwnStep
from nbdoctor.probes.rehearsed import loss_reading, marked, with_entry_of
from nbdoctor.probes.source import Source
from nbdoctor.probes.updates import Updates, read_updates
from nbdoctor.probes.weights import Weights, read_weights
from nbdoctor.readings import BEFORE_THE_FIRST_STEP
from nbdoctor.report import Checksum

LOOP = "training loop"

WATCHED = (
    "The cell trains with a loop of its own. Its first step was watched as it was made; nothing "
    "was run a second time."
)
REHEARSED = (
    "The cell trains with a loop of its own inside a `tf.function`. Its first step was rehearsed "
    "ahead of it, op by op, and undone."
)
NO_LABELS = (
    "the loop shows no labels: they are known where one `keras.losses` object compares them with "
    "what the model returned"
)


class LoopExamination(Examination):
    """One model that is trained by a loop of the user's own, from its first step."""

    def __init__(self, ward: Ward, step: OwnStep, number: int) -> None:
        call = FitCall(step.model, {"epochs": 1}, number, step.line, LOOP)
        super().__init__(ward, call)
        self.own = step

    def examine(self) -> None:
        """Read everything that the step shows, and judge it."""
        step, readings = self.own, self.readings
        before = step.before or digest(step.model)
        stages.read_cell(readings, self.ward.cell, self.ward.namespace, self.call.line)
        self._name_the_model()
        batch = (step.inputs,) if step.labels is None else (step.inputs, step.labels)
        self.rows = readings.attempt(
            "reading the batch", lambda: rows_of_batches(step.model, [batch], None)
        )
        stages.read_data(readings, self.call, self.rows, None)
        stages.read_model(readings, step.model)
        self.look = _look_of(step, batch)
        self.batches = 1
        self.rows_looked_at = 0 if self.rows is None else len(self.rows.index)
        self._read_step(self.look)
        self._explain_what_is_missing()
        self.checksum = Checksum(before=before, after=digest(step.model))
        self.notes.append(REHEARSED if step.rehearsed else WATCHED)
        self.spent = time.perf_counter() - self.began
        self.timing = replace(self.timing, first_finding=self.spent, look=self.spent)
        self.publish()

    def finish(self, *, trained_again: bool) -> None:
        """Nothing but the end of its cell tells that a loop has ended."""
        self.after(None, None)
        super().finish(trained_again=trained_again)

    def _name_the_model(self) -> None:
        """As the user's variable: a loop does not call the model by a method of its own."""
        source = self.readings.get(Source)
        names = [name for name, value in self.ward.namespace.items() if value is self.own.model]
        if source is not None and names:
            self.readings.add(replace(source, model_name=names[0]))

    def _read_step(self, look: Look) -> None:
        readings, step = self.readings, self.own
        readings.take_all("the predictions", lambda: self._predictions(look), Head, LossAtInit)
        readings.take("the gradients", lambda: _gradients(look), Gradients)
        readings.take("the weights", lambda: read_weights(step.model, look.paths), Weights)
        readings.take_all("the first kernel's inputs", self._entry, Inputs)
        readings.take_all("the activations", self._activations, Activations)
        readings.take("the updates", lambda: _updates(look, step), Updates)

    def _predictions(self, look: Look) -> Iterator[Head | LossAtInit]:
        passed, loss = self.own.noted.passed, self.own.noted.loss
        known = self.readings.get(Head)
        if passed is None or known is None:
            return
        head = with_loss(known, self.own.loss_function)
        head = with_predictions(head, self.own.model, passed.final, passed.makers)
        yield head
        labels = self.readings.get(Labels)
        if labels is not None and loss is not None:
            inference = Forward(passed=passed, loss=loss)
            yield loss_reading(look, labels, head, (self.own.labels, None), inference)

    def _entry(self) -> Iterator[Inputs]:
        passed, inputs = self.own.noted.passed, self.readings.get(Inputs)
        if passed is not None and passed.entry is not None and inputs is not None:
            yield with_entry_of(inputs, [passed])

    def _activations(self) -> Iterator[Activations]:
        passed = self.own.noted.passed
        if passed is None or any_drops(self.own.model) or not passed.layers:
            self.readings.missing[Activations] = "the loop's own pass drops values at random"
            return
        yield marked(read_activations([passed]), self.readings.get(Layers))

    def _explain_what_is_missing(self) -> None:
        missing = self.readings.missing
        for kind, why in missing.items():
            if why == BEFORE_THE_FIRST_STEP:
                missing[kind] = "does not apply: a training loop of the user's own does not tell it"
        missing[Metrics] = "does not apply: the loop computes its metrics itself"
        if self.own.labels is None:
            missing.update(dict.fromkeys((Labels, LossAtInit), NO_LABELS))


def _look_of(step: OwnStep, batch: Any) -> Look:
    """The look that the step amounts to."""
    look = Look(
        model=step.model, batches=[batch], restore_host_random=False, deadline=time.perf_counter()
    )
    look.first, look.paths = step.noted, layer_paths(step.model)
    look.gradients.append(dict(step.noted.gradients))
    return look


def _gradients(look: Look) -> Gradients:
    return read_gradients(look.weights(), look.gradients)


def _updates(look: Look, step: OwnStep) -> Updates:
    changes = step.noted.changes
    now = read_updates(step.optimizer, look.weights(), changes, look.steps, None)
    return replace(now, iterations=step.iterations)


def hidden_loop(name: str) -> str:
    """Why a function was not rehearsed, as a sentence for the report."""
    return (
        f"`{name}` was not rehearsed: it draws its batches from a dataset itself, and what is "
        "drawn twice would not come in the same order. Pass the batch to the function that makes "
        "a step, as in `for x, y in data: train_step(x, y)`, and its first step is examined."
    )
