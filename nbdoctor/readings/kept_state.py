"""Layers that keep their state from batch to batch, and the order in which batches come."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.stages import Stages, changes_order


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptState:
    """Recurrent layers with `stateful=True`.

    Attributes
    ----------
    layers : tuple of str
    shuffled_by : str
        What deals the rows out anew in each epoch: "fit", "shuffle" (of a dataset), or "".
    line : int or None
        Of that shuffle.
    """

    layers: tuple[str, ...]
    shuffled_by: str = ""
    line: int | None = None


@reading(
    "the state of recurrent layers",
    when=Moment.FIT_CALLED | Moment.BEFORE_STEP,
    missing=does_not_apply("no layer keeps its state from batch to batch"),
)
def kept_state(call: FitCall, fit: Fit, stages: Stages | None) -> KeptState | None:
    """Which layers go on where the batch before has ended, and whether anything shuffles rows."""
    import keras

    paths = layer_paths(call.model)
    keeping = tuple(
        paths.get(id(layer), layer.name)
        for layer in all_layers(call.model)
        if isinstance(layer, keras.layers.RNN) and layer.stateful
    )
    if not keeping:
        return None
    last = stages.training if stages is not None else None
    shuffle = changes_order(last) if last is not None else None
    by_fit = fit.data_kind == "arrays" and fit.shuffle
    return KeptState(
        layers=keeping,
        shuffled_by="fit" if by_fit else "shuffle" if shuffle is not None else "",
        line=shuffle.line if shuffle is not None else None,
    )
