"""Validation rows and labels in other forms, until the trained model knows them again.

Where a model is good on training rows and poor on validation rows, the rows may be of another form:
inverted, scaled, with other channels; or the labels of another numbering. Each is tried on a copy
of some rows, with the trained model's predictions.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.sample import Part, Sample
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.asked import asked_by
from nbdoctor.readings.changed_rows import NEIGHBOURS, changed_labels, changes_of_rows
from nbdoctor.readings.given import TimeLeft, TrainingSample, ValidationSample
from nbdoctor.readings.head import Head
from nbdoctor.readings.lagged import stands_in
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.score import score
from nbdoctor.readings.task import NotScorableError, Task, task_of
from nbdoctor.readings.two_parts import FEWEST_ROWS, MOST_VALUES, held_out_part, training_part

Array = npt.NDArray[Any]

SECONDS, MOST_SECONDS = 1.0, 2.0
"""For the predictions of one call; after the second no further ones are begun."""


WORSE = 0.2
"""Below training by so much a validation score asks for a reason. Models that generalise as they
should lay at most 0.15 below, with 300 rows."""

FEWEST_OF_CLASS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherForms:
    """Scores of the trained model on validation rows as they are, and in other forms.

    Attributes
    ----------
    training, validation : float
        Scores on training rows and on validation rows as they are; 0 is the best constant, 1 is
        perfect.
    rows : int
        Validation rows that were predicted.
    inputs : mapping of str to float
        Score by what was done to the inputs.
    labels : mapping of str to float
        Score by what was done to the labels, another numbering of the classes left out.
    renumbered : float or None
        Score with the validation classes numbered so that it is best; judged by rows that did not
        choose the numbers.
    from_dataset : bool
        The validation rows come from a dataset of the backend, not from arrays.
    numbers : tuple of (float, float)
        Validation label and the training label that it stands for, where these differ.
    largest : float
        Label of both parts.
    """

    training: float
    validation: float
    rows: int
    inputs: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, float] = field(default_factory=dict)
    renumbered: float | None = None
    numbers: tuple[tuple[float, float], ...] = ()
    largest: float = 0.0
    from_dataset: bool = False

    @property
    def is_poor(self) -> bool:
        """Whether the validation score asks for a reason."""
        return self.training - self.validation >= WORSE


@reading(
    "the validation rows in other forms",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("there are no validation rows that can be read, or training goes on"),
    once=True,
)
def other_forms(  # noqa: PLR0913, PLR0917
    call: FitCall,
    look: Look,
    head: Head,
    layers: Layers | None,
    sample: Sample | None,
    training: TrainingSample | None,
    validation: ValidationSample | None,
    time_left: TimeLeft | None,
) -> OtherForms | None:
    """Predict some rows of both parts, and, where one is poor, the same in other forms."""
    ours, theirs = training_part(sample, training), held_out_part(sample, validation)
    if ours is None or theirs is None or not look.trained:
        return None
    if time_left is not None:
        time_left.must_be_left()
    if min(len(ours), len(theirs)) < FEWEST_ROWS:
        raise NotTakenError(does_not_apply("there are too few rows"))
    one = len(head.outputs) == 1 and len(ours.targets) == 1 and len(theirs.targets) == 1
    if not one or not has_call(look.model):
        raise NotTakenError(does_not_apply("rows in other forms are tried for one output"))
    if not look.is_pure and look.run is None:
        raise NotTakenError(not_measured("nothing shows what the model predicts"))
    try:
        found = tried(ours, theirs, head, layers, _by_model(look))
    except RowsDoNotFitError:
        raise NotTakenError(does_not_apply("the rows of both parts have other shapes")) from None
    except NotScorableError as why:
        raise NotTakenError(does_not_apply(str(why))) from None
    given = call.arguments.get("validation_data")
    return replace(found, from_dataset=backend.current().batches.is_dataset(given))


Predict = Callable[[Part], Array]


def tried(
    ours: Part, theirs: Part, head: Head, layers: Layers | None, predict: Predict
) -> OtherForms:
    """Score both parts, and the second one in other forms where it is poor.

    Parameters
    ----------
    ours, theirs : Part
        Of training and validation, with one target each.
    head : Head
    layers : Layers or None
    predict : callable
        Gives the predictions for the inputs of a part.
    """
    labels, others = (next(iter(part.targets.values())) for part in (ours, theirs))
    if labels.shape[1:] != others.shape[1:]:
        raise RowsDoNotFitError
    known, judged = predict(ours), predict(theirs)
    both = np.concatenate([labels, others])
    task = task_of(both, asked_by(head.outputs[0], layers, judged.shape))
    first, second = np.arange(len(labels)), np.arange(len(labels), len(both))
    found = OtherForms(
        training=score(task.of(first), known[: len(first)]),
        validation=score(task.of(second), judged[: len(second)]),
        rows=len(second),
    )
    if not found.is_poor:
        return found
    numbers, renumbered = _renumbered(task.of(second), judged)
    ids = bool(layers is not None and layers.embeds_inputs)
    return replace(
        found,
        inputs=dict(_of_inputs(ours, theirs, task.of(second), predict, ids=ids)),
        labels=dict(_of_labels(task.of(second), judged, theirs)),
        numbers=numbers,
        largest=float(both.max()) if numbers else 0.0,
        renumbered=renumbered,
    )


def _of_inputs(
    ours: Part, theirs: Part, task: Task, predict: Predict, *, ids: bool
) -> Iterator[tuple[str, float]]:
    """Score after each change of the inputs; all copies are predicted at once."""
    if len(ours.inputs) != 1:
        return
    (name, training), (validation,) = *ours.inputs.items(), tuple(theirs.inputs.values())
    if validation.shape[1:] != training.shape[1:] or validation.dtype.kind not in "biuf":
        return
    changes = dict(changes_of_rows(training, validation, ids=ids))
    if not changes:
        return
    per_row = max(1, math.prod(validation.shape[1:]))
    some = np.arange(
        min(len(validation), max(FEWEST_ROWS, MOST_VALUES // (per_row * len(changes))))
    )
    few = validation[some].astype(np.float32)
    at_once = max(1, MOST_VALUES // (per_row * len(some)))
    ends, names = time.perf_counter() + MOST_SECONDS, list(changes)
    for begin in range(0, len(names), at_once):
        now = names[begin : begin + at_once]
        copies = np.concatenate([changes[one](few) for one in now])
        repeated = {
            one: np.concatenate([values[some]] * len(now)) for one, values in theirs.targets.items()
        }
        predicted = predict(Part(inputs={name: copies}, targets=repeated))
        for at, done in enumerate(now):
            own = predicted[at * len(some) : (at + 1) * len(some)]
            if len(own) == len(some):
                yield done, score(task.of(some), own)
        if time.perf_counter() > ends:
            return


def _renumbered(
    task: Task, predicted: Array
) -> tuple[tuple[tuple[float, float], ...], float | None]:
    """Which class is predicted most for each of the labels, and the score with these numbers."""
    if task.kind != "classes" or task.places:
        return (), None
    chosen = _classes(task, predicted)
    even = np.arange(task.rows) % 2 == 0
    to = np.arange(len(task.values))
    for one in np.unique(task.truth):
        here = chosen[(task.truth == one) & even]
        if len(here) < FEWEST_OF_CLASS:
            return (), None
        to[one] = int(np.bincount(here, minlength=len(to)).argmax())
    known = np.unique(task.truth)
    if len(np.unique(to[known])) < len(known) or np.array_equal(to[known], known):
        return (), None
    # Classes that the validation lacks keep no number that another one has got.
    judged = replace(task.of(np.flatnonzero(~even)), truth=to[task.truth[~even]])
    numbers = tuple(
        (float(task.values[one]), float(task.values[to[one]])) for one in known if to[one] != one
    )
    return numbers, score(judged, predicted[~even])


def _classes(task: Task, predicted: Array) -> Array:
    flat = predicted.reshape(len(predicted), -1).astype(np.float64)
    if flat.shape[1] == 1:
        return (flat[:, 0] > (0.0 if task.logits else 0.5)).astype(int)
    values = [int(value) for value in task.values if float(value).is_integer()]
    columns = flat[:, values] if values and max(values) < flat.shape[1] else flat
    best: Array = columns.argmax(axis=1)
    return best


def _of_labels(task: Task, predicted: Array, part: Part) -> Iterator[tuple[str, float]]:
    """Score with the labels of neighbouring rows, and with other units of numbers."""
    own = predicted[: task.rows]
    numbers = task.kind == "numbers"
    for name, truth in changed_labels(task.truth, own, numbers=numbers):
        # A forecast is near the newest value of its window, the target of the one before.
        in_order = np.asarray(truth).reshape(len(truth), -1)
        if name not in NEIGHBOURS or not any(
            stands_in(one, in_order) for one in part.inputs.values() if one.dtype.kind in "biuf"
        ):
            yield name, score(replace(task, truth=truth), own)


def _by_model(look: Look) -> Predict:
    def predict(part: Part) -> Array:
        found = predictions_of(look, part.inputs, part.targets, np.arange(len(part)), SECONDS)
        if found is None or len(found[0]) != 1:
            raise RowsDoNotFitError
        return found[0][0]

    return predict
