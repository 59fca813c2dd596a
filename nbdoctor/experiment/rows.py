"""The rows of a training, and what they would be if they were prepared as is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.task import Task
from nbdoctor.trials.copying.rows import rows_of_steps

Array = npt.NDArray[Any]
InputKind = Literal["ids", "table", "series", "picture"]

MOST_SPREADS = 6.0
"""Scaled values are cut here: a value further away tells no more, and would make large steps."""

WIDEST, NARROWEST = 4.0, 0.1
"""Spreads of inputs that networks train well with, as they stand."""

FURTHEST = 4.0
"""... and so many spreads the centre of a column may lie from 0 ..."""

LEAST_SPREAD = 0.25
"""... or of this, where the spread is smaller."""

LABEL_SPREADS = (0.2, 5.0)
"""Spreads of numbers to predict that need no scaling: first outputs have a spread of about 1."""

FURTHEST_LABELS = 3.0
LEAST_LABEL_SPREAD = 0.3

FEW_COLUMNS = 32
"""Up to so many numbers per row each is scaled by itself."""

PAIR, SERIES_RANK, PICTURE_RANK = 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedRows:
    """Rows of one origin.

    Attributes
    ----------
    inputs : tuple of array
        Shape (rows, ...) each, in the order of the model's inputs.
    labels : tuple of array
        Raw, as the loss gets them, by output.
    tasks : tuple of Task
        Of all these rows, by output.
    train, judge : array of int
        The same ones where there are too few to hold some back.
    weights : Any
        Of each row, class weights included, by output; None for none.
    words : str
        Where they are from, where that is not the call of `fit`.
    """

    inputs: tuple[Array, ...]
    labels: tuple[Array, ...]
    tasks: tuple[Task, ...]
    train: Array
    judge: Array
    weights: Any = None
    words: str = ""

    @property
    def held_out(self) -> bool:
        """Whether the rows that judge were held back."""
        return not np.array_equal(self.train, self.judge)


def kinds_of(inputs: Sequence[Array], *, embeds: bool) -> tuple[InputKind, ...]:
    """Tell what kind of rows each input has, by its rank.

    Parameters
    ----------
    inputs : sequence of array
    embeds : bool
        The model looks whole numbers up in an embedding.
    """

    def kind(x: Array) -> InputKind:
        if embeds and x.ndim <= PAIR and _are_whole(x):
            return "ids"
        by_rank: dict[int, InputKind] = {1: "table", PAIR: "table", SERIES_RANK: "series"}
        return by_rank.get(x.ndim, "picture")

    return tuple(map(kind, inputs))


def _are_whole(x: Array) -> bool:
    return x.dtype.kind in "biu" or bool((x == np.floor(x)).all() and x.min(initial=0) >= 0)


def are_usual(x: Array, kind: InputKind) -> bool:
    """Whether scaling would change little."""
    if kind == "ids" or not x.size:
        return True
    values = x.astype("float64")
    if not np.isfinite(values).all():
        return False
    if kind == "picture":
        return bool(np.abs(values).max() <= WIDEST and values.std() > NARROWEST / 2)
    flat = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values[:, None]
    spread, centre = flat.std(axis=0), np.abs(flat.mean(axis=0))
    varies = spread > 0
    if not varies.any():
        return True
    near = centre <= FURTHEST * np.maximum(spread, LEAST_SPREAD)
    return bool((spread <= WIDEST).all() and near.all() and spread.max() >= NARROWEST)


def scaled(inputs: Sequence[Array], kinds: Sequence[InputKind], train: Array) -> tuple[Array, ...]:
    """Give inputs a mean of 0 and a spread of 1, per column or per channel; what is missing is 0.

    Inputs of one shape share their scale: pairs of equal rows stay pairs.
    """
    known: dict[tuple[int, ...], tuple[Array, Array]] = {}
    found = []
    for x, kind in zip(inputs, kinds, strict=True):
        if kind == "ids":
            found.append(x)
            continue
        shape = x.shape[1:]
        if shape not in known:
            known[shape] = _centre_and_spread(x[train].astype("float64"))
        centre, spread = known[shape]
        values = np.nan_to_num((x - centre) / spread, posinf=MOST_SPREADS, neginf=-MOST_SPREADS)
        found.append(np.clip(values, -MOST_SPREADS, MOST_SPREADS).astype("float32"))
    return tuple(found)


def _centre_and_spread(x: Array) -> tuple[Array, Array]:
    axes = tuple(range(x.ndim - 1)) if x.ndim > 1 else (0,)
    values = np.where(np.isfinite(x), x, np.nan)
    centre = np.nan_to_num(np.nanmean(values, axis=axes))
    spread = np.nan_to_num(np.nanstd(values, axis=axes))
    return centre, np.where(spread > 0, spread, 1.0)


def scale_of_labels(task: Task) -> tuple[Array, Array]:
    """Return centre and spread of numbers to predict, which broadcast to `truth`."""
    truth = task.truth.astype("float64")
    by_column = truth.ndim == PAIR and truth.shape[1] <= FEW_COLUMNS
    axes = (0,) if by_column or truth.ndim == 1 else tuple(range(truth.ndim))
    spread = truth.std(axis=axes)
    return truth.mean(axis=axes), np.where(spread > 0, spread, 1.0)


def need_no_scaling(task: Task) -> bool:
    """Whether numbers to predict are of the size of a network's first outputs."""
    centre, spread = scale_of_labels(task)
    low, high = LABEL_SPREADS
    near = np.abs(centre) <= FURTHEST_LABELS * np.maximum(spread, LEAST_LABEL_SPREAD)
    return bool(((low <= spread) & (spread <= high) & near).all())


def batches(  # noqa: PLR0913  (all by name)
    rows: TrainedRows, *, steps: int, size: int, shuffles: bool, last: float, seed: int
) -> Array:
    """Choose the rows of every step, shape (steps, size).

    Parameters
    ----------
    rows : TrainedRows
    steps, size : int
    shuffles : bool
        Rows are dealt anew in each epoch.
    last : float
        Share of the rows at the end that is left out, as `validation_split` does.
    seed : int
    """
    chosen = rows.train
    if last > 0:
        kept = chosen[chosen < int(len(rows.inputs[0]) * (1 - last))]
        chosen = kept if len(kept) else chosen
    size = max(1, min(size, len(chosen)))
    deal = np.random.default_rng(100 + seed)
    return rows_of_steps(chosen, steps=steps, size=size, shuffles=shuffles, deal=deal)
