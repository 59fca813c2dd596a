"""Whether what the model puts out for a row changes with the other rows of its batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.structure import all_layers, takes_training
from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.sample import Part, Sample
from nbdoctor.look.batches import row_count
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_ROWS = 32
FEWEST_ROWS = 4
SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRows:
    """What becomes of predictions when other rows of their batch are exchanged.

    Attributes
    ----------
    rows : int
        Rows that stayed, while as many others were exchanged.
    changed : int
        Those of them whose prediction changed.
    largest : float
        The largest change of a value, as a share of the standard deviation of the predictions.
    layers : tuple of str
        Paths of the user's own layers, in one of which rows may meet.
    """

    rows: int
    changed: int
    largest: float
    layers: tuple[str, ...] = ()


@reading(
    "predictions in other company",
    when=Moment.TRAINED,
    missing=does_not_apply("there are no rows in memory to predict"),
    once=True,
)
def in_other_company(look: Look, sample: Sample | None) -> OtherRows | None:
    """Predict some rows twice, beside other rows."""
    if sample is None or not has_call(look.model):
        return None
    if not look.is_pure and may_average(look.model):
        reason = "the layers of the model average over the batch in training mode"
        raise NotTakenError(does_not_apply(reason))
    batches = in_two_companies(look, sample.train)
    if batches is None:
        return None
    found = [outputs_of(look, batch) for batch in (batches[0], *batches)]
    if any(one is None for one in found):
        raise NotTakenError(not_measured("nothing shows what the model puts out for chosen rows"))
    again, first, second = ([one for one in outputs or () if one.ndim] for outputs in found)
    if any(not np.array_equal(*pair, equal_nan=True) for pair in zip(again, first, strict=True)):
        raise NotTakenError(does_not_apply("what the model puts out is drawn at random"))
    return compared(first, second, _own_layers(look.model))


def compared(
    first: list[Array], second: list[Array], layers: tuple[str, ...] = ()
) -> OtherRows | None:
    """Compare the first half of the rows.

    Parameters
    ----------
    first, second : list of array
        Outputs, shape (rows, ...), for two batches with the same rows in the first half.
    layers : tuple of str
        The user's own layers.
    """
    changes = []
    for one, other in zip(first, second, strict=True):
        half = len(one) // 2
        if one.dtype.kind != "f" or not (np.isfinite(one).all() and np.isfinite(other).all()):
            return None
        flat, others = (values.reshape(len(values), -1).astype(float) for values in (one, other))
        spread = float(flat.std()) or 1.0
        changes.append(np.abs(flat[:half] - others[:half]).max(axis=1) / spread)
    if not changes:
        return None
    each = np.max(changes, axis=0)
    return OtherRows(
        rows=len(each),
        changed=int((each > ROUNDING).sum()),
        largest=float(each.max()),
        layers=layers,
    )


ROUNDING = 1e-3
"""Changes below this share of the spread are rounding: sums of single precision that are made in
another order differ by 1e-6, of half precision by 5e-4."""


def in_two_companies(look: Look, part: Part) -> tuple[Part, Part] | None:
    """Two batches with the same rows in the first half, and others in the second."""
    size = row_count(look.batches[0])
    size = min(size, MOST_ROWS) if look.is_pure and look.memory.divisible else size
    half = size // 2
    if half < FEWEST_ROWS or len(part) < half + size:
        return None
    chosen = evenly_spread(len(part), half + size)
    return part.of(chosen[:size]), part.of(np.concatenate([chosen[:half], chosen[size:]]))


def outputs_of(look: Look, part: Part) -> list[Array] | None:
    """What the model puts out for one batch, None where that cannot be seen."""
    try:
        found = predictions_of(look, part.inputs, part.targets, np.arange(len(part)), SECONDS)
    except RowsDoNotFitError:
        return None
    return None if found is None or len(found[1]) != len(part) else found[0]


def may_average(model: Any) -> bool:
    """Whether a layer may use statistics of the batch in training mode, as it does on purpose."""
    import keras

    return any(
        isinstance(one, keras.layers.BatchNormalization)
        or (takes_training(one) and _is_own(one) and one is not model)
        for one in all_layers(model)
    )


def _own_layers(model: Any) -> tuple[str, ...]:
    layers = all_layers(model)
    return tuple(dict.fromkeys(one.name for one in layers if _is_own(one) and one is not model))


def _is_own(layer: Any) -> bool:
    return not type(layer).__module__.startswith("keras.")
