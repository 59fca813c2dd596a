"""Whether the trained model's own step can make it learn a single batch by heart, on copies.

Where a model stays behind simple ones, further steps with the same few rows over and over tell the
data from the rest: any network that can learn knows a batch after some hundred steps, whatever the
rows are.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nbdoctor.look.look import Look
from nbdoctor.look.step_notes import Rehearsal
from nbdoctor.look.training_mode import any_drops
from nbdoctor.readings.asked import asked_by
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import NotTakenError, does_not_apply, no_time
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.score import score
from nbdoctor.readings.task import NotScorableError, Task, task_of

MOST_STEPS = 300
FEWEST_STEPS = 100
"""Fewer tell little of what a model could learn."""

SECONDS, SHARE = 3.0, 0.25
"""Steps are made for so long, or for this part of the time that is left where that is more."""

FEWEST_ROWS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Memorised:
    """Further steps on copies, all with the first batch.

    Attributes
    ----------
    rows : int
        Of the batch: all different, none with two labels.
    steps : int
    before, after : float
        Scores of the step's own predictions for these rows, in training mode: 0 is the best
        constant, 1 is perfect.
    """

    rows: int
    steps: int
    before: float
    after: float


@reading(
    "a batch learned by heart",
    when=Moment.TRAINED,
    missing=does_not_apply("the model is not clearly worse than simple models"),
)
def memorised_batch(
    look: Look, attained: Attained, head: Head, layers: Layers | None, left: TimeLeft | None
) -> Memorised | None:
    """Make steps with one batch until it is known, where the model has a gap."""
    if not attained.has_gap or look.run is None:
        return None
    if any_drops(look.model) or len(head.outputs) != 1:
        raise NotTakenError(does_not_apply("the model drops values at random, or has many outputs"))
    if left is not None:
        left.must_be_left()
    batch = look.step_batch
    x, labels = _arrays(batch)
    if not _can_be_learned(x, labels):
        raise NotTakenError(does_not_apply("rows of the first batch repeat, or there are few"))
    look.run.restart()
    first = look.run(batch)
    try:
        before = _score(first, x, labels, head, layers)
        after, steps, last = before, 1, first
        ends = _ends(left)
        while steps < MOST_STEPS and time.perf_counter() < ends:
            last, steps = look.run(batch), steps + 1
        after = _score(last, x, labels, head, layers)
    except NotScorableError as why:
        raise NotTakenError(does_not_apply(str(why))) from None
    finally:
        look.run.restart()
    if steps < FEWEST_STEPS:
        raise NotTakenError(no_time(f"there was time for {steps} steps with one batch"))
    return Memorised(rows=len(labels), steps=steps, before=before, after=after)


def _ends(left: TimeLeft | None) -> float:
    """Until when steps are made, by `time.perf_counter`."""
    now = time.perf_counter()
    if left is None:
        return now + SECONDS
    return min(now + max(SECONDS, SHARE * (left.ends - now)), left.ends)


def _arrays(batch: object) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Inputs and labels of a batch that has one of each, empty ones where it has more."""
    import keras

    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    parts = [[one for one in keras.tree.flatten(part) if one is not None] for part in (x, y)]
    if [len(part) for part in parts] != [1, 1]:
        return np.empty(0), np.empty(0)
    inputs, labels = (np.asarray(keras.ops.convert_to_numpy(part[0])) for part in parts)
    return inputs, labels


def _can_be_learned(x: npt.NDArray[np.float64], labels: npt.NDArray[np.float64]) -> bool:
    """Whether a table could hold these rows: there are several, and all are different."""
    if x.ndim == 0 or len(x) != len(labels) or len(x) < FEWEST_ROWS:
        return False
    return len(np.unique(x.reshape(len(x), -1), axis=0)) == len(x)


def _score(
    noted: Rehearsal,
    x: npt.NDArray[np.float64],
    labels: npt.NDArray[np.float64],
    head: Head,
    layers: Layers | None,
) -> float:
    """How good the predictions of a step are."""
    import keras

    final = None if noted.passed is None else noted.passed.final
    leaves = [] if final is None else keras.tree.flatten(final)
    if len(leaves) != 1 or len(leaves[0]) != len(labels):
        message = "the step shows no predictions of all rows"
        raise NotScorableError(message)
    predicted = np.asarray(keras.ops.convert_to_numpy(leaves[0]))
    ids = bool(layers is not None and layers.embeds_inputs)
    task: Task = task_of(
        labels, asked_by(head.outputs[0], layers, predicted.shape), inputs=[x], ids=ids
    )
    return score(task, predicted)
