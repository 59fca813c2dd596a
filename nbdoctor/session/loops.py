"""A training loop of the user's own under examination: what its first step shows."""

from __future__ import annotations

import time
import weakref
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import rows_of_batches
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.look.checksum import digest
from nbdoctor.look.forward import Forward
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.structure import layer_paths
from nbdoctor.look.training_mode import any_drops
from nbdoctor.readings.activations import Activations
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.metrics import Metrics
from nbdoctor.readings.missing import does_not_apply, not_measured
from nbdoctor.readings.reading import Moment
from nbdoctor.report import Checksum
from nbdoctor.session.context import CellContext
from nbdoctor.session.examination import OF_THE_STEPS, Examination
from nbdoctor.session.fits import forget_with
from nbdoctor.session.subject import Training
from nbdoctor.trials.copying.objects.fitted import as_fitted, config_of_optimizer

LOOP = "training loop"

WATCHED = (
    "The cell trains with a loop of its own. Its first step was observed as it ran; nothing was "
    "run a second time."
)
REHEARSED = (
    "The cell trains with a loop of its own inside a `tf.function`. Its first step was tried on "
    "copies of its variables, with the same trace that the loop uses."
)
NO_LABELS = not_measured(
    "the labels of the loop are not known: nbdoctor sees them only where a `keras.losses` object "
    "gets them together with the output of the model"
)
NOT_TOLD = does_not_apply("a training loop of your own does not show it")
OWN_METRICS = does_not_apply("the loop computes its metrics itself")
DROPS = not_measured("the loop runs the model with dropout")


def begin_loop(context: CellContext, step: ObservedStep, number: int) -> Examination:
    """The examination of one model that a loop trains; its first step is examined by `read_loop`.

    Parameters
    ----------
    context : CellContext
    step : ObservedStep
    number : int
        Of the training within its cell, from 1.
    """
    call = FitCall(weakref.ref(step.model), {"epochs": 1}, number, step.line, LOOP)
    training = Training.of(call)
    training.look, training.passed, training.parts = _look_of(step), step.rows, step.parts
    training.kept.fitted = as_fitted(step.model)
    training.kept.optimizer = weakref.ref(step.optimizer)
    training.kept.optimizer_config = config_of_optimizer(step.optimizer)
    forget_with(step.model, training)
    return Examination(context, training)


def read_loop(examination: Examination, step: ObservedStep) -> None:
    """Read everything that the step shows, and judge it."""
    readings, progress, training = examination.readings, examination.progress, examination.subject
    assert isinstance(training, Training)  # noqa: S101  (`begin_loop` made it)
    before = step.before or digest(step.model)
    training.rows = readings.attempt(
        "reading the batch", lambda: rows_of_batches(step.model, [_batch(step)], None)
    )
    progress.batches = 1
    progress.rows = 0 if training.rows is None else len(training.rows.index)
    if not _put_out(step):
        readings.lack([Activations], DROPS)
    examination.take(Moment.LOOP_SEEN, {ObservedStep: step, Passes: _passes_of(step)})
    _explain_what_is_missing(readings, step)
    progress.checksum = Checksum(before=before, after=digest(step.model))
    if training.look is not None:
        training.look.let_go()
        training.look.batches = []  # the model is not looked at again, and the cell may need memory
    progress.notes.append(REHEARSED if step.rehearsed else WATCHED)
    progress.spent = time.perf_counter() - progress.began
    progress.first_finding()
    progress.looked()
    examination.publish()


def _explain_what_is_missing(readings: Readings, step: ObservedStep) -> None:
    readings.lack(readings.waiting(OF_THE_STEPS), NOT_TOLD)
    readings.lack([Metrics], OWN_METRICS)
    if step.labels is None:
        readings.lack([Labels, LossAtInit], NO_LABELS)


def _batch(step: ObservedStep) -> tuple[Any, ...]:
    return (step.inputs,) if step.labels is None else (step.inputs, step.labels)


def _look_of(step: ObservedStep) -> Look:
    """The look that the step amounts to."""
    of, now = weakref.ref(step.model), time.perf_counter()
    look = Look(of=of, batches=[_batch(step)], is_pure=False, deadline=now)
    look.first, look.paths = step.noted, layer_paths(step.model)
    look.first.optimizers, look.iterations = [step.optimizer], step.iterations
    look.gradients.append(dict(step.noted.gradients))
    look.account = step.account
    return look


def _put_out(step: ObservedStep) -> list[LayerOutputs]:
    """What the layers put out in the loop's own pass, where that tells what they do."""
    passed = step.noted.passed
    return [] if passed is None or any_drops(step.model) or not passed.layers else [passed]


def _passes_of(step: ObservedStep) -> Passes:
    """The one pass that the loop has made."""
    passed = step.noted.passed
    forward = None if passed is None else Forward(passed=passed, loss=step.noted.loss)
    entered = [] if passed is None else [passed]
    return Passes(lambda: forward, lambda: _put_out(step), lambda: entered)


def hidden_loop(name: str, why: str) -> str:
    """Why a function was only run, as a sentence for the report."""
    return (
        f"The steps of `{name}` could not be examined: {why}. If the function makes one step "
        "with a batch that it is given, as in `for x, y in data: train_step(x, y)`, its first "
        "step is examined."
    )
