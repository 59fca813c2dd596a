"""How the classes are spread over the batches, in the order in which training draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows, rows_of_batches
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import Batches
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

DEALS = 200
"""Random deals of the same labels: the share that is as low is known to half a percent."""

MOST_BATCHES = 64
"""Batches looked at where all are in memory, spread evenly over the data."""

FEWEST_BATCHES = 4
FEWEST_ROWS = 8
SEED = 0xDEA1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixing:
    """Label entropy within batches, against the same labels dealt at random.

    Attributes
    ----------
    batches, rows : int
        Batches looked at, rows of each.
    classes : int
        Different classes among them.
    entropy : float
        Of the labels of one batch, in nats, averaged over the batches.
    dealt : float
        The same after random deals of all these labels to the batches, averaged.
    p : float
        Share of random deals with an entropy as low (one counted in, so never 0).
    overlapping : bool
        Each row is the one before, moved on by a step: windows over a time series.
    """

    batches: int
    rows: int
    classes: int
    entropy: float
    dealt: float
    p: float
    overlapping: bool = False


def read_mixing(first: Array, labels: Sequence[Array], target: Target) -> Mixing | None:
    """Compare the labels of each batch with random deals.

    Parameters
    ----------
    first : array
        An input of the first batch.
    labels : sequence of array
        Labels of each batch, in order.
    target : Target

    Returns
    -------
    Mixing or None
        None without classes, or where there are too few batches or rows to tell.
    """
    if target.encoding not in ("ids", "one-hot"):
        return None
    classes = [_classes(part, target) for part in labels]
    rows = len(classes[0]) if classes else 0
    whole = [part for part in classes if len(part) == rows]
    if len(whole) < FEWEST_BATCHES or rows < FEWEST_ROWS or any(c.ndim != 1 for c in whole):
        return None
    _, numbers = np.unique(np.concatenate(whole), return_inverse=True)
    kinds = int(numbers.max()) + 1
    rng = np.random.default_rng(SEED)
    own = _entropy(numbers.reshape(-1, rows), kinds)
    dealt = [_entropy(rng.permutation(numbers).reshape(-1, rows), kinds) for _ in range(DEALS)]
    return Mixing(
        batches=len(whole),
        rows=rows,
        classes=kinds,
        entropy=own,
        dealt=float(np.mean(dealt)),
        p=(1 + sum(deal <= own for deal in dealt)) / (1 + DEALS),
        overlapping=_overlaps(first),
    )


def batches_in_order(values: Array, size: int) -> list[Array]:
    """Whole batches of an array as `fit` takes them without shuffling, evenly spread."""
    starts = np.arange(0, len(values) - size + 1, size)
    starts = starts[evenly_spread(len(starts), MOST_BATCHES)]
    return [values[start : start + size] for start in starts]


@reading(
    "the order of the rows",
    when=Moment.FIT_CALLED | Moment.BATCHES,
    missing=does_not_apply("`fit` shuffles the rows itself, or there are no classes to mix"),
)
def order_of_rows(
    call: FitCall, labels: Labels, fit: Fit, rows: Rows, passed: Batches | None
) -> Mixing | None:
    """How the classes are spread over the batches, where nothing shuffles the rows any more."""
    if len(labels.targets) != 1 or _keeps_state(call.model):
        return None
    target = labels.targets[0]
    if passed is not None:
        parts = [rows_of_batches(call.model, [batch], None) for batch in passed.batches]
        first = next(iter(parts[0].inputs.values()))
        targets = [part.targets[target.name] for part in parts if target.name in part.targets]
        return read_mixing(first, targets, target)
    if not rows.whole or fit.shuffle or not fit.batch_size:
        return None
    first = next(iter(rows.whole.values()))[: fit.batch_size]
    return read_mixing(first, batches_in_order(rows.targets[target.name], fit.batch_size), target)


def _keeps_state(model: Any) -> bool:
    """Whether the order of the rows matters to the model: its layers go on from batch to batch."""
    return any(declared(layer, "stateful", default=False) for layer in all_layers(model))


def _classes(labels: Array, target: Target) -> Array:
    if target.encoding == "one-hot":
        return np.asarray(labels.argmax(axis=-1))
    return labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels  # noqa: PLR2004


def _entropy(batches: Array, kinds: int) -> float:
    """Nats, averaged over the batches (rows of the array)."""
    each = np.arange(len(batches))[:, None] * kinds
    counts = np.bincount((batches + each).ravel(), minlength=len(batches) * kinds)
    shares = counts.reshape(len(batches), kinds) / batches.shape[1]
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    return float(-(shares * logs).sum(axis=1).mean())


def _overlaps(inputs: Array) -> bool:
    """Whether the rows are windows that move on by a step each."""
    if inputs.ndim < 2 or inputs.shape[1] < 2 or len(inputs) < 2:  # noqa: PLR2004
        return False
    moved = np.array_equal(inputs[1:, :-1], inputs[:-1, 1:])
    return moved and bool((inputs != inputs.ravel()[:1]).any())
