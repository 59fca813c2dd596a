"""Validation rows that are copies of training rows in all but a little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import few_rows
from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TrainingSample, ValidationSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_TRAINING, MOST_VALIDATION = 4000, 600
"""Rows that are compared: 600 times 4,000 distances take some 0.1 s."""

MOST_COLUMNS = 64
"""Wider rows are projected at random: distances stay what they are within a tenth, and what lies on
a line stays there."""

MOST_VALUES = 40_000_000
FEWEST_ROWS, FEWEST_COLUMNS = 30, 4
"""Of 288 parts of clean sets with 30 validation rows or more none was taken for copies."""

MOST_COUNTED = 200
"""Rows whose different values are counted."""

NEIGHBOURS = 64

MANY = 0.25
"""Different values of a column, of as many rows. Columns of few values, as numbers of rooms, lay
rows out in clumps: a row and the nearest of its clump look like copies beside the next clump."""

FAR = 3.0
"""Neighbours beyond the copies are this many times as far away as the last copy. In d dimensions
that happens by chance for 1 row of 3**d, which is taken off."""

ON_A_LINE = -0.9999
"""Cosine of the directions to two training rows between which a row lies. By chance it is as small
in four dimensions for one pair of a million."""

PAIRED = 16
"""Nearest rows that are paired for that."""

STEPS = 3
"""Steps by which one window may be another one moved on."""

COMPARED, ALIKE = 4, 64
"""Values that are compared before all of a row are, and rows alike in these that are."""

FARTHER_HALF = 2 * (1 - (1 + np.log(2)) / 2)
"""Mean of -log(u) for u from 0.5 to 1: of log(d_k / d_j) times the dimension, for j of the half."""

SEED = 0xC0B1


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicates:
    """Validation rows beside their nearest training rows.

    Attributes
    ----------
    rows, training_rows : int
        That were compared.
    copies : int
        Validation rows with training rows much nearer than all others.
    by_chance : float
        As many would be expected to look so without any copy.
    near, usual : float
        Median distance of these to the last of the near ones, and to the next one after it;
        columns have a spread of 1.
    between : int
        Validation rows that lie exactly between two training rows, as those of SMOTE do.
    windows : int
        Validation rows that are a training row moved on by a step or a few.
    """

    rows: int
    training_rows: int
    copies: int = 0
    by_chance: float = 0.0
    near: float = 0.0
    usual: float = 0.0
    between: int = 0
    windows: int = 0


@reading(
    "near duplicates",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("there is no validation data that can be read, or training goes on"),
    once=True,
)
def near_duplicates(rows: TrainingSample, validation: ValidationSample) -> NearDuplicates | None:
    """Compare validation rows with their nearest training rows."""
    return read_near_duplicates(rows, validation)


def read_near_duplicates(training: Rows, validation: Rows) -> NearDuplicates | None:
    """Compare the rows of a model with one input; None where they cannot be compared."""
    if len(training.whole) != 1 or len(validation.whole) != 1:
        return None
    ours, theirs = (np.asarray(next(iter(part.whole.values()))) for part in (training, validation))
    alike = ours.shape[1:] == theirs.shape[1:] and ours.dtype.kind in "biuf" and ours.ndim > 1
    if not alike or min(len(ours), len(theirs)) < FEWEST_ROWS:
        return None
    whole, judged = ours, theirs
    ours, theirs = few_rows(ours, MOST_TRAINING), few_rows(theirs, MOST_VALIDATION)
    if ours.size + theirs.size > MOST_VALUES:
        return None
    found = _compared(*_prepared(ours, theirs))
    return NearDuplicates(
        rows=len(theirs),
        training_rows=len(ours),
        windows=_windows(whole, judged),
        **found,
    )


def _prepared(ours: Array, theirs: Array) -> tuple[Array, Array]:
    """Columns of a spread of 1, at most 64 of them; those of few values left out."""
    flat, other = (np.asarray(v.reshape(len(v), -1), np.float32) for v in (ours, theirs))
    flat, other = np.nan_to_num(flat), np.nan_to_num(other)
    scale = flat.std(axis=0)
    kept = (scale > 0) & (_distinct(flat) >= MANY)
    flat, other = flat[:, kept] / scale[kept], other[:, kept] / scale[kept]
    if flat.shape[1] > MOST_COLUMNS:
        rng = np.random.default_rng(SEED)
        turn = rng.normal(size=(flat.shape[1], MOST_COLUMNS)).astype(np.float32)
        flat, other = flat @ turn / MOST_COLUMNS**0.5, other @ turn / MOST_COLUMNS**0.5
    return flat, other


def _compared(ours: Array, theirs: Array) -> dict[str, Any]:
    if ours.shape[1] < FEWEST_COLUMNS:
        return {}
    square = (theirs**2).sum(axis=1)[:, None] + (ours**2).sum(axis=1) - 2 * theirs @ ours.T
    most = min(NEIGHBOURS, len(ours) - 1, max(2, len(ours) // 8))
    near = np.argpartition(square, most, axis=1)[:, :most]
    # Once more, since small differences of large squares are not exact.
    apart = ours[near] - theirs[:, None]
    distance = np.sqrt((apart**2).sum(axis=2))
    order = distance.argsort(axis=1)
    distance = np.take_along_axis(distance, order, axis=1)
    apart = np.take_along_axis(apart, order[:, :, None], axis=1)
    dimension = _dimension(distance)
    between = _between(apart[:, :PAIRED], distance[:, :PAIRED])
    return {
        **_copies(distance, dimension),
        "between": between if dimension >= FEWEST_COLUMNS else 0,
    }


def _distinct(values: Array) -> Array:
    """How many different values each column has, of the first 200, as a share of these."""
    ordered = np.sort(values[:MOST_COUNTED], axis=0)
    share: Array = (1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)) / len(ordered)
    return share


def _dimension(distance: Array) -> float:
    """Of the data around a row, by how the distances of the farther half of neighbours grow."""
    half = distance[:, distance.shape[1] // 2 :]
    with np.errstate(all="ignore"):
        growth = np.log(half[:, -1:] / np.maximum(half[:, :-1], 1e-12)).mean(axis=1)
    return float(FARTHER_HALF / max(float(np.median(growth)), 1e-3))


def _copies(distance: Array, dimension: float) -> dict[str, Any]:
    """Rows of which some neighbours are much nearer than the next one."""
    inner, outer = distance[:, :-1], distance[:, 1:]
    ratio = np.where(inner > 0, outer / np.maximum(inner, 1e-12), 0.0)
    last = ratio.argmax(axis=1)
    found = (ratio.max(axis=1) >= FAR) & (distance[:, 0] > 0)
    rows = np.flatnonzero(found)
    return {
        "copies": len(rows),
        "by_chance": len(distance) * 1.5 * FAR**-dimension,
        "near": float(np.median(inner[rows, last[rows]])) if len(rows) else 0.0,
        "usual": float(np.median(outer[rows, last[rows]])) if len(rows) else 0.0,
    }


def _between(apart: Array, distance: Array) -> int:
    """Rows with a training row in exactly opposite directions."""
    directions = apart / np.maximum(distance, 1e-12)[:, :, None]
    cosines = np.einsum("rik,rjk->rij", directions, directions)
    equal = distance[:, 0] == 0
    return int(((cosines.min(axis=(1, 2)) < ON_A_LINE) & ~equal).sum())


def _windows(ours: Array, theirs: Array) -> int:
    """Validation rows that share all but their ends with a training row."""
    width = ours.shape[1]
    if ours.ndim > 3 or width < 2 * STEPS:  # noqa: PLR2004  (pictures are no windows)
        return 0
    theirs = few_rows(theirs, MOST_VALIDATION)
    flat, other = (np.ascontiguousarray(v.reshape(len(v), width, -1)) for v in (ours, theirs))
    found = np.zeros(len(other), bool)
    varies = (other != other[:, :1]).any(axis=(1, 2))
    for step in range(1, STEPS + 1):
        for mine, asked in ((slice(step, None), slice(-step)), (slice(-step), slice(step, None))):
            found |= varies & _are_among(other[:, asked], flat[:, mine])
    return int(found.sum())


def _are_among(asked: Array, known: Array) -> Array:
    """Which rows are equal to one of those known: a few of their values first, then all."""
    places = np.linspace(0, asked.shape[1] - 1, COMPARED).astype(int)
    keys, others = (_mixed(values[:, places, 0]) for values in (asked, known))
    likely = np.flatnonzero(np.isin(others, keys))
    found = np.zeros(len(asked), bool)
    for row in np.flatnonzero(np.isin(keys, others[likely])):
        some = likely[others[likely] == keys[row]][:ALIKE]
        found[row] = bool((known[some] == asked[row]).all(axis=(1, 2)).any())
    return found


def _mixed(values: Array) -> Array:
    """One number for a few values of each row."""
    weights = np.random.default_rng(SEED).normal(size=values.shape[1])
    mixed: Array = values.astype(np.float64) @ weights
    return mixed
