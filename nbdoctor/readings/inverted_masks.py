"""Masks that mark the background in a part of the pictures, by what the trained model predicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.given import TimeLeft, TrainingSample
from nbdoctor.readings.head import Head
from nbdoctor.readings.missing import NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_PICTURES, FEWEST_PICTURES, MOST_VALUES = 200, 30, 8_000_000
CLEAR = 0.3
"""Correlation of a mask with what is predicted for it, from which on it says which way round it
is. With masks of other pictures few reach it."""

SECONDS = 1.0
PICTURE, PAIR = 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class InvertedMasks:
    """How the masks of training agree with what the trained model predicts for their pictures.

    Attributes
    ----------
    pictures : int
    clear : int
        Those whose mask has a correlation of 0.3 or more with the prediction, of either sign.
    inverted : int
        Of these, the masks of the rarer sign.
    agreement, inverted_agreement : float
        Median correlation of the masks of the commoner sign, and of the rarer one.
    first : tuple of int
        Some pictures of the rarer sign.
    """

    pictures: int
    clear: int
    inverted: int = 0
    agreement: float = 0.0
    inverted_agreement: float = 0.0
    first: tuple[int, ...] = ()


@reading(
    "masks the other way round",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the targets are no masks of two values, or training goes on"),
    once=True,
)
def inverted_masks(
    look: Look, head: Head, rows: TrainingSample, time_left: TimeLeft | None
) -> InvertedMasks | None:
    """Compare masks of training with the predictions of the trained model."""
    if time_left is not None:
        time_left.must_be_left()
    if len(rows.whole) != 1 or len(rows.targets) != 1 or len(head.outputs) != 1 or not look.trained:
        return None
    ((name, pictures),), ((target, masks),) = rows.whole.items(), rows.targets.items()
    if masks.ndim < PICTURE or masks.shape[1:3] != pictures.shape[1:3]:
        return None
    if not has_call(look.model) or not look.is_pure:
        raise NotTakenError(does_not_apply("the model cannot be asked for single pictures"))
    per_row = max(1, int(np.prod(pictures.shape[1:])), int(np.prod(masks.shape[1:])))
    index = evenly_spread(len(masks), min(MOST_PICTURES, MOST_VALUES // per_row))
    few, kept = np.asarray(pictures)[index], np.asarray(masks)[index]
    if len(few) < FEWEST_PICTURES or len(np.unique(kept)) != PAIR:
        return None
    try:
        made = predictions_of(look, {name: few}, {target: kept}, np.arange(len(few)), SECONDS)
    except RowsDoNotFitError:
        return None
    if made is None or made[0][0].size != kept[made[1]].size:
        return None
    return read_inverted(made[0][0], kept[made[1]], index[made[1]])


def read_inverted(predicted: Array, masks: Array, index: Array) -> InvertedMasks:
    """Correlate each mask with its prediction; arrays of shape (pictures, ...).

    Parameters
    ----------
    predicted, masks : array
    index : array of int
        Which picture of the data each is.
    """
    ours, theirs = (one.reshape(len(masks), -1).astype(np.float64) for one in (masks, predicted))
    ours, theirs = (one - one.mean(axis=1, keepdims=True) for one in (ours, theirs))
    sizes = np.sqrt((ours**2).sum(axis=1) * (theirs**2).sum(axis=1))
    agreement = (ours * theirs).sum(axis=1) / np.where(sizes > 0, sizes, np.inf)
    clear = np.abs(agreement) >= CLEAR
    sign = -1.0 if (agreement[clear] < 0).sum() > clear.sum() / PAIR else 1.0
    straight, turned = clear & (sign * agreement > 0), clear & (sign * agreement < 0)
    return InvertedMasks(
        pictures=len(masks),
        clear=int(clear.sum()),
        inverted=int(turned.sum()),
        agreement=float(np.median(agreement[straight])) if straight.any() else 0.0,
        inverted_agreement=float(np.median(agreement[turned])) if turned.any() else 0.0,
        first=tuple(int(one) for one in index[turned][:5]),
    )
