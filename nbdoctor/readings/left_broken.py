"""Weights that a loop of the user's own has left as NaN or infinity."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.weights import Weights, read_weights

FIT = "fit"
"""Its log tells of what is not finite; a loop has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBroken:
    """What the weights hold, now that the cell has ended.

    Attributes
    ----------
    weights : tuple of str
        Paths of those that hold NaN or infinity and did not before training.
    of : int
        All weights (tensors) of the model.
    """

    weights: tuple[str, ...] = ()
    of: int = 0


@reading(
    "the weights that a loop has left",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no loop of your own trains the model"),
)
def left_broken(call: FitCall, before: Weights) -> LeftBroken | None:
    """The weights of the model after a loop; None after `fit`."""
    if call.by == FIT or call.model is None:
        return None
    was = {one.path for one in before.weights if one.non_finite}
    now = read_weights(call.model, layer_paths(call.model)).weights
    broken = tuple(one.path for one in now if one.non_finite and one.path not in was)
    return LeftBroken(weights=broken, of=len(now))
