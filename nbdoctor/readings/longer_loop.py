"""Whether more steps of a loop would have helped, tried on copies by the loop's own trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.engine import RefusedError
from nbdoctor.capture.data import rows_of_batches
from nbdoctor.capture.loop_rows import LoopRows, Met
from nbdoctor.capture.sample import Part, distinct_rows
from nbdoctor.look.look import Look
from nbdoctor.readings.asked import asked_by
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.score import score
from nbdoctor.readings.scoring_loops import alike, told_by
from nbdoctor.readings.task import NotScorableError, task_of

TIMES = 4
"""So many times the steps that the loop has made."""

MOST_STEPS = 1500
SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LongerLoop:
    """Further steps of a loop, on copies and with the last rows that it used.

    Attributes
    ----------
    made, more : int
        Steps of the loop, and further ones on copies.
    before, after : float
        Scores of predictions in training mode for these rows, before the further steps and after.
    """

    made: int
    more: int
    before: float
    after: float


@reading(
    "a longer training of the loop",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no traced loop trains a model that is worse than simple ones"),
)
def longer_loop(  # noqa: PLR0913, PLR0917  (what it is taken from)
    look: Look,
    passed: LoopRows,
    attained: Attained,
    head: Head,
    layers: Layers | None,
    left: TimeLeft | None,
) -> LongerLoop | None:
    """Let the trace of the loop go on, where the model has a gap."""
    if not attained.has_gap or passed.replay is None:
        return None
    if left is not None:
        left.must_be_left()
    try:
        before = _score(look, list(passed.met(SECONDS)), passed, head, layers)
        made, met = passed.gone_on(min(MOST_STEPS, TIMES * passed.steps), SECONDS)
        after = _score(look, met, passed, head, layers)
    except (RefusedError, NotScorableError) as why:
        raise NotTakenError(does_not_apply(str(why))) from None
    return LongerLoop(made=passed.steps, more=made, before=before, after=after)


def _score(
    look: Look, met: list[Met], passed: LoopRows, head: Head, layers: Layers | None
) -> float:
    """How good the predictions of the steps themselves are."""
    import keras

    met = alike(met)
    if not met:
        message = "the steps show no predictions"
        raise NotScorableError(message)
    rows = rows_of_batches(look.model, [(x, y) for x, y, _ in met], None, keep=True)
    part = Part(inputs=dict(rows.whole), targets=dict(rows.targets))
    order = distinct_rows(part)
    put_out: list[Any] = [keras.ops.convert_to_numpy(keras.tree.flatten(one[2])[0]) for one in met]
    predicted = np.concatenate(put_out)[order]
    part = part.of(order)
    told = told_by(passed, head.outputs[0], part, predicted)
    (labels,) = part.targets.values()
    ids = bool(layers is not None and layers.embeds_inputs)
    asked = asked_by(told, layers, predicted.shape)
    task = task_of(labels, asked, inputs=list(part.inputs.values()), ids=ids)
    return score(task, predicted)
