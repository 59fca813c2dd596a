"""Predict rows with the trained model, score them, and fit simple models to the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.sample import Part, Sample
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import NOT_SHOWN, has_call
from nbdoctor.readings.answers import Answers
from nbdoctor.readings.asked import asked_by
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.ceiling import (
    FEWEST_ROWS,
    FEWEST_TOGETHER,
    Ceiling,
    ceiling_of,
    rebuilt,
)
from nbdoctor.readings.comparing import answers_of
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import Missing, NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.score import judged_rows, score
from nbdoctor.readings.task import NotScorableError, task_of

Array = npt.NDArray[Any]

SECONDS = 1.0
"""For predictions of the trained model; those that are made by then are scored."""

SEED = 0x5EED

SAME = 0.99
"""Share of values that an input and the targets have in common, one step apart."""

FEWEST_STEPS = 3
FEW_ROWS = 64
PAIR = 2


@reading(
    "the score of the trained model",
    when=Moment.TRAINED,
    missing=Missing(kind="too early", reason="no `fit` has ended"),
)
def attained_by_model(
    look: Look,
    sample: Sample | None,
    head: Head | None,
    layers: Layers | None,
    time: TimeLeft | None,
) -> Attained | None:
    """Predict rows with the trained model, score them, and fit simple models to the same rows."""
    if sample is None or head is None:
        raise NotTakenError(does_not_apply("there are no labels that predictions can be scored by"))
    if time is not None:
        time.must_be_left()
    if not has_call(look.model):
        raise NotTakenError(does_not_apply("the model has no `call` of its own to predict with"))
    if not look.is_pure and look.run is None:
        raise NotTakenError(not_measured(NOT_SHOWN))
    part = judging_part(sample)
    order = np.random.default_rng(SEED).permutation(len(part))
    try:
        found = predictions_of(look, part.inputs, part.targets, order, SECONDS)
    except RowsDoNotFitError:
        raise NotTakenError(
            not_measured("the rows cannot be given to the model as training gave them")
        ) from None
    if found is None:
        raise NotTakenError(not_measured("too few rows, or no predictions, could be looked at"))
    outputs, judged = found
    return attained(
        sample,
        part.of(judged),
        outputs,
        head,
        layers,
        held_out=part is sample.held_out,
        validation=_of_validation(sample, part, judged),
        in_training_mode=not look.is_pure,
    )


def judging_part(sample: Sample) -> Part:
    """The rows that judge: those held out, those that trained where these are too few, or both.

    Of 13 rows that trained and 7 that did not neither is enough for simple models. Together they
    are: each is judged by models that were fitted to others. The trained model knows most of them,
    so that a gap proves something, and no gap says nothing of new rows.
    """
    train, held_out = sample.train, sample.held_out
    if held_out is None or min(len(train), len(held_out)) >= FEWEST_ROWS:
        return train if held_out is None else held_out
    if len(train) >= FEWEST_ROWS:
        return train
    return _together(train, held_out) or train


def _together(train: Part, held_out: Part) -> Part | None:
    inputs = _joined_by_name(train.inputs, held_out.inputs)
    targets = _joined_by_name(train.targets, held_out.targets)
    if inputs is None or targets is None:
        return None
    return Part(inputs=inputs, targets=targets)


def _joined_by_name(
    ours: Mapping[str, Array], theirs: Mapping[str, Array]
) -> dict[str, Array] | None:
    """Both after one another; None where names or shapes differ."""
    alike = ours.keys() == theirs.keys() and all(
        ours[name].shape[1:] == theirs[name].shape[1:] for name in ours
    )
    return {n: np.concatenate([ours[n], theirs[n]]) for n in ours} if alike else None


def _of_validation(sample: Sample, part: Part, judged: Array) -> int:
    """How many of the rows that were predicted are of the validation."""
    if part is sample.held_out:
        return len(judged)
    return 0 if part is sample.train else int((judged >= len(sample.train)).sum())


def attained(  # noqa: PLR0913  (two by name)
    sample: Sample,
    part: Part,
    outputs: Sequence[Array],
    head: Head,
    layers: Layers | None,
    *,
    held_out: bool,
    validation: int = 0,
    in_training_mode: bool = False,
) -> Attained:
    """Score predictions of `part`, and what simple models make of the same rows.

    Parameters
    ----------
    sample : Sample
        Its rows that train are those that simple models are fitted to.
    part : Part
        The rows that judge.
    outputs : sequence of array
        Predictions of these, by output.
    head : Head
    layers : Layers or None
    held_out, validation, in_training_mode
        As in `Attained`.

    Raises
    ------
    NotTakenError
        No score fits.
    """
    if not head.outputs or len(outputs) != len(head.outputs):
        raise NotTakenError(does_not_apply("labels and outputs of the model cannot be paired"))
    ids = bool(layers is not None and layers.embeds_inputs)
    fitted = sample.train if held_out else part
    tasks, scores, answers = [], [], []
    simple: list[Ceiling | None] = []
    named = _by_output(part, head)
    for output, predicted in zip(head.outputs, outputs, strict=True):
        name = named.get(output.name)
        if name is None:
            answers.append(Answers(output=output.name, why_not="no labels are known for it"))
            continue
        try:
            asked = asked_by(output, layers, predicted.shape)
            joined = _joined(fitted, part, name) if held_out else part.targets[name]
            inputs = _joined_inputs(fitted, part) if held_out else list(part.inputs.values())
            shares = sample.train.shares.get(name)
            task = task_of(joined, asked, inputs=inputs, ids=ids, shares=shares)
            rows = np.arange(len(joined))
            judging = rows[len(fitted) :] if held_out else rows
            judge = task.of(judging)
            scores.append(score(judge, predicted))
        except NotScorableError as why:
            if len(head.outputs) > 1:
                answers.append(Answers(output=output.name, why_not=str(why)))
                continue
            raise NotTakenError(does_not_apply(str(why))) from None
        tasks.append(judge)
        answers.append(answers_of(output.name, judge, predicted, part.index))
        train = rows[: len(fitted)] if held_out else rows
        if is_next_step(part.targets[name], list(part.inputs.values())):
            simple.append(None)
        elif task.kind == "rebuilding":
            simple.append(rebuilt(inputs[0], train, judging, _narrowest(layers)))
        else:
            simple.append(ceiling_of(inputs, task, train, judging, ids=ids))
    if not tasks:
        raise NotTakenError(does_not_apply("none of the outputs can be scored"))
    merged = _merged(simple)
    return Attained(
        kind=tasks[0].kind,
        score=float(np.mean(scores)),
        ceiling=max(merged.values()) if merged else None,
        simple=merged,
        rows=tasks[0].rows,
        counted=min(judged_rows(one) for one in tasks),
        held_out=held_out,
        validation=validation,
        in_training_mode=in_training_mode,
        outputs=len(tasks),
        why_no_ceiling="" if merged else _why_none(part),
        answers=tuple(answers),
    )


def _merged(found: Sequence[Ceiling | None]) -> dict[str, float]:
    """Means over the outputs, where each has a simple model."""
    ceilings = [one for one in found if one is not None]
    if not ceilings or len(ceilings) < len(found):
        return {}
    if len(ceilings) == 1:
        return dict(ceilings[0].scores)
    return {"simple models": float(np.mean([one.value for one in ceilings]))}


def is_next_step(targets: Array, inputs: Sequence[Array]) -> bool:
    """Whether the targets of each step are what an input holds at the next one.

    A model that sees no step ahead of its own, as one of language or of frames, has to predict
    them; a simple model of whole rows would read them off.
    """
    wanted = np.asarray(targets)[:FEW_ROWS]
    if wanted.ndim < PAIR or wanted.shape[1] < FEWEST_STEPS or wanted.dtype.kind not in "biuf":
        return False
    for one in inputs:
        given = np.asarray(one)[:FEW_ROWS]
        if given.ndim > PAIR and given.shape[-1] == 1 and given.ndim == wanted.ndim + 1:
            given = given[..., 0]
        if given.shape == wanted.shape and given.dtype.kind in "biuf":
            moved, still = given[:, 1:] == wanted[:, :-1], given == wanted
            if moved.mean() >= SAME > still.mean():
                return True
    return False


def _why_none(part: Part) -> str:
    if any(is_next_step(one, list(part.inputs.values())) for one in part.targets.values()):
        return "the targets of a step are inputs of the next one, where a simple model sees them"
    if len(part) < FEWEST_TOGETHER:
        return f"{len(part)} rows are too few for a simple model"
    return "no simple model takes rows of this kind"


def _narrowest(layers: Layers | None) -> int | None:
    """Units of the narrowest layer: what a model that rebuilds its inputs sends through."""
    known = layers.layers if layers is not None else ()
    return min((one.units for one in known if one.units and one.parameters), default=None)


def _by_output(part: Part, head: Head) -> dict[str, str]:
    """The target of each output: by its name, or the only one."""
    names = {output.name: output.name for output in head.outputs if output.name in part.targets}
    if not names and len(part.targets) == len(head.outputs):
        pairs = zip(head.outputs, part.targets, strict=True)
        names = {output.name: target for output, target in pairs}
    return names


def _joined(fitted: Part, part: Part, name: str) -> Array:
    ours, theirs = fitted.targets[name], part.targets[name]
    if ours.shape[1:] != theirs.shape[1:]:
        message = "labels of training and validation have other shapes"
        raise NotScorableError(message)
    return np.concatenate([ours, theirs])


def _joined_inputs(fitted: Part, part: Part) -> list[Array]:
    pairs = [(fitted.inputs[name], part.inputs.get(name)) for name in fitted.inputs]
    known = [(a, b) for a, b in pairs if b is not None and a.shape[1:] == b.shape[1:]]
    if len(known) < len(pairs):
        message = "inputs of training and validation have other shapes"
        raise NotScorableError(message)
    return [np.concatenate(pair) for pair in known]
