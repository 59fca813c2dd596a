"""Whether what regularizers ask for is a part of the loss that a step differentiates."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nbdoctor.backend.keras_internals.structure import all_layers, trainable_weights
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import penalty_of_weights
from nbdoctor.readings.loss_parts import LossParts
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading

EQUAL = 1e-6
"""Two numbers in single precision that are the same sum."""

VISIBLE = 1e-4
"""A penalty of this share of the loss would show in the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutPenalty:
    """Weights with a regularizer, and whether the loss of the step is made from any.

    Attributes
    ----------
    weights : int
        Trainable ones with a regularizer.
    layer : str
        The first layer that has one.
    penalty : float or None
        What these add to a loss of Keras's own, None where a regularizer is the user's.
    in_loss : bool
    loss : float or None
        Of the first batch, as the step differentiates it.
    """

    weights: int
    layer: str
    penalty: float | None
    in_loss: bool
    loss: float | None = None


@reading(
    "the regularizers",
    when=Moment.FIRST_STEP | Moment.LOOP_SEEN,
    missing=does_not_apply("no weight has a regularizer"),
)
def penalty_left_out(
    call: FitCall, parts: LossParts | None, look: Look | None, step: ObservedStep | None
) -> LeftOutPenalty | None:
    """Look for the regularizers of the model in what the step differentiates."""
    model = call.model
    given = (
        [] if model is None else [w for w in trainable_weights(model) if w.regularizer is not None]
    )
    if not given:
        return None
    penalty = penalty_of_weights(model)
    several = look is not None and len(look.first.optimizers) > 1
    in_loss = None if several else _is_in_loss(parts, step, penalty)
    if in_loss is None:
        raise NotTakenError(not_measured("the step does not show what its loss is made of"))
    first = next(
        one.name
        for one in all_layers(model, include_self=False)
        if any(weight is other for weight in given for other in trainable_weights(one))
    )
    seen = look.first.loss if look is not None else None
    loss = step.noted.loss if step is not None else seen
    return LeftOutPenalty(
        weights=len(given),
        layer=first,
        penalty=None if math.isnan(penalty) else penalty,
        in_loss=in_loss,
        loss=loss,
    )


def _is_in_loss(parts: LossParts | None, step: ObservedStep | None, penalty: float) -> bool | None:
    """Whether weights are a part of the loss; None where nothing tells.

    Of a step that ran op by op only the values tell: the loss is exactly what a loss of Keras gave.
    """
    if parts is not None and parts.parts:
        return parts.of_variables
    if step is None or len(step.compared) != 1 or step.noted.loss is None or math.isnan(penalty):
        return None
    (value,), loss = step.compared, step.noted.loss
    if abs(loss - value) <= EQUAL * abs(value) and penalty >= VISIBLE * abs(value):
        return False
    return None
