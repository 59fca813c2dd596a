"""Score a model that a loop of the user's own has trained, by the rows that the loop used."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.engine import RefusedError
from nbdoctor.capture.data import rows_of_batches
from nbdoctor.capture.loop_rows import LoopRows, Met
from nbdoctor.capture.sample import Part, Sample, distinct_rows
from nbdoctor.capture.user_code import runs_user_code
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import NOT_SHOWN, has_call
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.ceiling import FEWEST_ROWS
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.head import Head, Output, loss_facts
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.scoring import SECONDS, SEED, attained
from nbdoctor.readings.sharing import Sharing

Array = npt.NDArray[Any]

FEWEST_STEPS = 100
"""A loop of fewer steps shows how a step is made; it need not have trained anything yet. What it
has learned all the same is told, since findings that doubt it yield to that."""

OUTSIDE = 0.05
"""Predictions this far outside of 0 to 1 are no probabilities."""

NO_ROWS = not_measured(
    "the rows and labels of the loop are not known: a loss gets them together with what is not "
    "the output of the model itself"
)


@reading("the score of the trained model", when=Moment.LOOP_ENDED, once=True)
def attained_by_loop(  # noqa: PLR0913, PLR0917  (what it is taken from)
    look: Look,
    passed: LoopRows | None,
    head: Head | None,
    layers: Layers | None,
    left: TimeLeft | None,
    sharing: Sharing | None,
) -> Attained:
    """Predict the last rows of the loop with the model as it is now, and score that."""
    if head is not None and len(head.outputs) != 1:
        raise NotTakenError(not_measured("the steps of a loop do not tell which label is whose"))
    if sharing is not None and sharing.part_of:
        raise NotTakenError(does_not_apply("the model is a part of another one that is trained"))
    if passed is None or head is None:
        raise NotTakenError(NO_ROWS)
    if left is not None:
        left.must_be_left()
    try:
        met = list(passed.met(SECONDS))
    except RefusedError as why:
        raise NotTakenError(not_measured(str(why))) from None
    met = alike(met)
    if not met:
        raise NotTakenError(NO_ROWS)
    rows = rows_of_batches(look.model, [(x, y) for x, y, _ in met], None, keep=True)
    if rows.is_empty or not rows.targets:
        raise NotTakenError(NO_ROWS)
    whole = Part(inputs=dict(rows.whole), targets=dict(rows.targets))
    order = distinct_rows(whole)
    if len(order) < FEWEST_ROWS:
        raise NotTakenError(does_not_apply(f"the loop trains on {len(order)} rows only"))
    outputs, judged, in_training = _predictions(look, met, whole, order)
    part = whole.of(judged)
    told = told_by(passed, head.outputs[0], part, outputs[0])
    found = attained(
        Sample(train=part),
        part,
        outputs,
        Head(outputs=(told,)),
        layers,
        held_out=False,
        in_training_mode=in_training,
    )
    if passed.steps < FEWEST_STEPS and not found.is_close:
        raise NotTakenError(does_not_apply(f"the loop has made {passed.steps} steps only"))
    return found


def alike(met: list[Met]) -> list[Met]:
    """Those whose inputs, labels and predictions have the row shapes of the last, one output."""
    if not met:
        return []
    shapes = [_row_shapes(one) for one in met]
    return [one for one, shape in zip(met, shapes, strict=True) if shape and shape == shapes[-1]]


def _row_shapes(met: Met) -> list[tuple[int, ...]]:
    """Of a batch with as many labels and predictions as rows; [] for others."""
    import keras

    leaves = [one for one in keras.tree.flatten(met) if one is not None]
    outputs = [one for one in keras.tree.flatten(met[2]) if one is not None]
    if not all(hasattr(one, "shape") for one in leaves):
        return []
    rows = {one.shape[0] if one.shape else 0 for one in leaves}
    alike = len(outputs) <= 1 and len(rows) == 1
    return [tuple(one.shape[1:]) for one in leaves] if alike else []


def _predictions(
    look: Look, met: list[Met], part: Part, order: Array
) -> tuple[list[Array], Array, bool]:
    """What the model predicts, for which rows, and whether that is of training mode.

    A model of Keras's own parts predicts anew. For others it counts what the loop's own step has
    put out: by the model as it is now, where a trace makes it again on copies.
    """
    import keras

    dealt = np.random.default_rng(SEED).permutation(order)
    is_pure = not runs_user_code(look.model) and has_call(look.model)
    if is_pure or look.run is not None:
        again = look
        if is_pure:
            first = keras.tree.map_structure(keras.ops.convert_to_tensor, met[-1][:2])
            again = Look(of=look.of, batches=[first], is_pure=True, deadline=time.perf_counter())
        try:
            found = predictions_of(again, part.inputs, part.targets, dealt, SECONDS)
        except RowsDoNotFitError:
            found = None
        if found is not None:
            return *found, not is_pure
    if met[-1][2] is None:
        raise NotTakenError(not_measured(NOT_SHOWN))
    put_out = [keras.ops.convert_to_numpy(keras.tree.flatten(one[2])[0]) for one in met]
    return [np.concatenate(put_out)[order]], order, True


def told_by(passed: LoopRows, output: Output, part: Part, predicted: Array) -> Output:
    """The output with the loss of the loop; of two classes it is seen whether these are logits."""
    told = replace(output, **loss_facts(passed.loss)) if passed.loss is not None else output
    (labels,) = part.targets.values()
    binary = set(np.unique(labels)) <= {0, 1} and predicted.size == len(predicted)
    outside = bool((predicted < -OUTSIDE).any() or (predicted > 1 + OUTSIDE).any())
    if told.loss in {"", "custom"} and binary and outside:
        return replace(told, loss="binary_crossentropy", from_logits=True)
    return told
