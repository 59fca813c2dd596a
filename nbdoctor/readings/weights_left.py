"""The weights that training has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.weights import Weight, Weights, read_weights


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsLeft:
    """All weights of the model, now that the cell has ended; in the order of `Weights`."""

    weights: tuple[Weight, ...]


def read_weights_left(model: Any, paths: Mapping[int, str]) -> WeightsLeft:
    """Describe every weight of a trained model, as `read_weights` does before training."""
    return WeightsLeft(weights=read_weights(model, paths).weights)


@reading("the weights after training", when=Moment.TRAINED | Moment.LOOP_ENDED)
def weights_left(call: FitCall, before: Weights) -> WeightsLeft | None:
    """Those of the model that was trained."""
    del before  # without them there is nothing to compare with
    return None if call.model is None else read_weights_left(call.model, layer_paths(call.model))
