"""The program of an examination, as the experiment takes it, and the search in it."""

from __future__ import annotations

from dataclasses import replace

from nbdoctor.experiment.experiment import find_cause
from nbdoctor.experiment.program import ExperimentProgram, Loop, program_of
from nbdoctor.readings.asked import Asked, asked_by
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.head import Head, loss_facts
from nbdoctor.readings.history import History
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.session.examination import TRAINED_AGAIN, Examination
from nbdoctor.session.part_lines import line_of_part
from nbdoctor.session.subject import Training
from nbdoctor.trials.refusal import UntriedError, refuse


def cause_of(examination: Examination, ends: float) -> TriedParts:
    """Search for the cause of what an examination has measured.

    Parameters
    ----------
    examination : Examination
    ends : float
        `time.perf_counter` by which the last training has to end.
    """

    def tell(tried: TriedParts) -> None:
        """Show what is known by now; an interrupt leaves it at that."""
        examination.readings.add(_placed(tried, examination))
        examination.publish()

    try:
        program = _program(examination)
    except UntriedError as why:
        return TriedParts(outcome="not tried", why=str(why))
    return _placed(find_cause(program, ends, tell), examination)


def _program(of: Examination) -> ExperimentProgram:
    subject, readings = of.subject, of.readings
    if not isinstance(subject, Training):
        refuse("the cell came to no training")
    if why := subject.why_uncopied():
        refuse(why)
    if readings.missing.get(Attained) == TRAINED_AGAIN:  # one `fit` of several tells little
        refuse(TRAINED_AGAIN.reason)
    layers, loop = readings.get(Layers), subject.kept.loop
    if loop is None and of.is_of_loop:
        refuse("the rows and labels of the loop are not known")
    return program_of(
        subject.case(of.context, None),
        outputs=_asked(readings, loop, layers),
        attained=readings.get(Attained),
        embeds=layers is not None and layers.embeds_inputs,
        steps=subject.kept.steps if loop is not None else steps_made(readings),
        raised=subject.raises,
        loop=loop,
    )


def steps_made(readings: Readings) -> int | None:
    """Return the steps that `fit` has made, or was asked for; None where that is not known."""
    history, fit = readings.get(History), readings.get(Fit)
    if history is not None and history.passes:
        return sum(history.passes)
    if fit is None or fit.steps_per_epoch is None:
        return None
    epochs = history.epochs if history is not None and history.epochs else fit.epochs
    return epochs * fit.steps_per_epoch


def _placed(tried: TriedParts, of: Examination) -> TriedParts:
    """With what the program has for these parts, and where, as far as readings tell."""
    updates, call = of.readings.get(Updates), of.subject.call
    trains, cell = call.line if call is not None else None, of.context.cell
    parts = {
        name: replace(part, line=line_of_part(name, cell, of.readings, trains))
        for name, part in tried.parts.items()
    }
    if "optimizer" in parts and updates is not None and updates.rate_now is not None:
        own = f"{updates.optimizer} with a rate of {figure(updates.rate_now)}"
        parts["optimizer"] = replace(parts["optimizer"], own=own)
    return replace(tried, parts=parts)


def _asked(readings: Readings, loop: Loop | None, layers: Layers | None) -> list[Asked]:
    head = readings.get(Head)
    if head is None:
        refuse("the outputs of the model are not known")
    outputs = head.outputs
    if loop is not None and loop.loss is not None and len(outputs) == 1:
        outputs = (replace(outputs[0], **loss_facts(loop.loss)),)
    return [asked_by(one, layers) for one in outputs]
