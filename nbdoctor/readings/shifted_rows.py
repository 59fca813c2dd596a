"""Whether inputs tell the labels of a neighbouring row, and not their own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.readings.features import features_of, shortened, thinned
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.given_away import one_per_row
from nbdoctor.readings.lagged import stands_in
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.simple_models import barely_penalised, nearest, out_of_fold

Array = npt.NDArray[Any]

SHIFTS = (-2, -1, 0, 1, 2)
MOST_ROWS, FEWEST_ROWS = 800, 80
MOST_VALUES = 8_000_000
MOST_FEATURES = 1024
MOST_CLASSES = 30
FOLDS = 3
SEED = 0x51
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedRows:
    """How well simple models predict the labels of neighbouring rows.

    Attributes
    ----------
    rows : int
    scores : mapping of int to float
        R² of the better of two simple models on rows that it was not fitted to, with the label of
        the row so many rows below; of classes, of marks for each. Without those that stand in the
        row itself: the windows of a series hold the targets of those before them.
    """

    rows: int
    scores: Mapping[int, float]

    @property
    def best(self) -> int:
        """The shift whose labels are told best."""
        return max(self.scores, key=lambda one: self.scores[one])


@reading(
    "the labels of neighbouring rows",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the rows cannot be read in order, or have no label each"),
    once=True,
)
def shifted_rows(rows: TrainingSample, layers: Layers | None) -> ShiftedRows | None:
    """Fit simple models to rows with the labels of their neighbours."""
    return read_shifted(rows, ids=bool(layers is not None and layers.embeds_inputs))


def read_shifted(rows: Rows, *, ids: bool = False) -> ShiftedRows | None:
    """Compare the first rows with the labels up to two rows away."""
    if len(rows.targets) != 1 or not rows.whole:
        return None
    labels = one_per_row(np.asarray(next(iter(rows.targets.values()))))
    total = min(len(values) for values in rows.whole.values())
    per_row = sum(max(1, math.prod(one.shape[1:])) for one in rows.whole.values())
    most = min(MOST_ROWS, total, MOST_VALUES // per_row)
    if labels is None or len(labels) != total or most < FEWEST_ROWS:
        return None
    few = [thinned(np.asarray(values)[:most], MOST_FEATURES) for values in rows.whole.values()]
    x = features_of(few, ids=ids)
    y = _columns(labels[:most])
    if x is None or y is None:
        return None
    x = shortened(x)
    folds = np.random.default_rng(SEED).permutation(most - 2 * PAIR) % FOLDS
    inside = x[PAIR : most - PAIR]
    judged = [
        shift
        for shift in SHIFTS
        if not shift or not stands_in(inside, labels[PAIR + shift : most - PAIR + shift])
    ]
    shifted = [y[PAIR + shift : most - PAIR + shift] for shift in judged]
    scores = _explained(inside, shifted, folds)
    return ShiftedRows(rows=most, scores=dict(zip(judged, scores, strict=True)))


def _columns(labels: Array) -> Array | None:
    kinds = np.unique(labels)
    if len(kinds) < PAIR:
        return None
    if len(kinds) <= MOST_CLASSES:
        return np.eye(len(kinds))[np.searchsorted(kinds, labels)]
    return labels.astype(np.float64).reshape(-1, 1)


def _explained(x: Array, targets: Sequence[Array], folds: Array) -> list[float]:
    """R² of the better of two simple models for each of the targets, which are fitted together."""
    y = np.concatenate(targets, axis=1)
    best = np.full(len(targets), -np.inf)
    around = np.maximum(_per_target((y - y.mean(axis=0)) ** 2, targets), 1e-300)
    for model in (barely_penalised, nearest):
        (made,) = out_of_fold(model, x, y, folds)
        best = np.maximum(best, 1 - _per_target((y - made) ** 2, targets) / around)
    return [float(one) for one in best]


def _per_target(squares: Array, targets: Sequence[Array]) -> Array:
    """Sums over the rows and columns of each of the targets, which have as many columns each."""
    summed: Array = squares.sum(axis=0).reshape(len(targets), -1).sum(axis=1)
    return summed
