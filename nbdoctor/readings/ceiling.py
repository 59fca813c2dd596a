"""What simple models reach on the same rows: a bound from below of what can be learned.

A linear model, nearest neighbours and random trees, in plain NumPy, within tenths of a second. No
network is trained, and all draws come from a generator of our own. On pictures and long texts
simple models see little: a low ceiling proves nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.features import MOST_COLUMNS, features_of, shortened
from nbdoctor.readings.score import explained, score
from nbdoctor.readings.simple_models import (
    COMPONENTS,
    FOREST,
    LINEAR,
    MODELS,
    NEAR,
    Model,
    components,
    out_of_fold,
)
from nbdoctor.readings.task import Task

Array = npt.NDArray[Any]

MOST_ROWS = 1200
"""Rows that simple models are fitted to: neighbours cost their square."""

FEWEST_ROWS = 20
"""Of those that train and of those that judge, where these are not the same."""

FEWEST_TOGETHER = 12
"""Rows that are judged by models of the others. Of 60 draws of 13 to 90 rows of noise at most one
looked as if there were more to learn than chance allows; of 10 rows two did."""

FOLDS = 3
MANY_FOLDS, FEW_ROWS = 10, 100
"""With fewer rows than the second, more of them stay to fit to, as in leaving each out once."""

MOST_TARGETS = 128
"""Numbers per row that are predicted; a spread of them, where there are more."""

MOST_PLACES = 4000
"""Places of pictures and texts that a model of places is fitted to, and judged by."""

AROUND = (-2, -1, 1, 2)
MOST_SECONDS = 1.5
SEED = 0x5EED
PAIR = 2

GOOD = 0.95
"""No further model is fitted where one of them reaches this."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What simple models reach.

    Attributes
    ----------
    scores : mapping of str to float
        By the name of the model, on the scale of `score`.
    """

    scores: Mapping[str, float]

    @property
    def by(self) -> str:
        """The best of them."""
        return max(self.scores, key=lambda name: self.scores[name])

    @property
    def value(self) -> float:
        """Its score."""
        return self.scores[self.by]


def ceiling_of(  # noqa: PLR0913  (two by name)
    inputs: Sequence[Array],
    task: Task,
    train: Array,
    judge: Array,
    *,
    ids: bool = False,
    models: Sequence[str] = (LINEAR, NEAR, FOREST),
) -> Ceiling | None:
    """Fit simple models to some rows and score them on others.

    Parameters
    ----------
    inputs : sequence of array
        Shape (rows, ...) each.
    task : Task
        Of all these rows.
    train, judge : array of int
        Where both are the same rows each is judged by a model that never saw it.
    ids : bool
        Inputs of whole numbers are ids, as of words.
    models : sequence of str
        Which of them.

    Returns
    -------
    Ceiling or None
        None where there are too few rows, or none of them fits.
    """
    held_out = not np.array_equal(train, judge)
    fewest = FEWEST_ROWS if held_out else FEWEST_TOGETHER
    if task.kind == "rebuilding" or min(len(train), len(judge)) < fewest:
        return None
    rng = np.random.default_rng(SEED)
    if len(train) > MOST_ROWS:
        train = np.sort(rng.choice(train, MOST_ROWS, replace=False))
    if not held_out:
        judge = train
    prepared = _of_places(inputs, task, train, judge, rng) if task.places else None
    if task.places:
        if prepared is None:
            return None
        features, task, train, judge = prepared
    else:
        chosen = np.union1d(train, judge)
        found = features_of([one[chosen] for one in inputs], ids=ids)
        if found is None:
            return None
        features, task = found, task.of(chosen)
        train, judge = np.searchsorted(chosen, train), np.searchsorted(chosen, judge)
    held_out = not np.array_equal(train, judge)
    folds = None if held_out else rng.permutation(len(judge)) % folds_for(len(judge))
    return _scored(features, task, _Rows(train, judge, folds), models)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that train and that judge; where these are the same, the fold of each."""

    train: Array
    judge: Array
    folds: Array | None


def folds_for(rows: int) -> int:
    """How many parts of the rows are left out, one after the other."""
    return min(MANY_FOLDS, rows) if rows < FEW_ROWS else FOLDS


def _scored(features: Array, task: Task, rows: _Rows, models: Sequence[str]) -> Ceiling | None:
    deadline = time.perf_counter() + MOST_SECONDS
    targets, judged = columns_of(task), task.of(rows.judge)
    short = shortened(features)
    scores: dict[str, float] = {}
    for name in models:
        if scores and (max(scores.values()) > GOOD or time.perf_counter() > deadline):
            break
        x = features if name == LINEAR else short
        made = _predicted(x, targets, rows, MODELS[name])
        found = max(_score(judged, one) for one in made)
        if np.isfinite(found):
            scores[name] = found
    return Ceiling(scores) if scores else None


def _score(judged: Task, predicted: Array) -> float:
    if judged.kind in {"classes", "distances"}:
        columns = np.clip(predicted, 1e-4, None)
        if judged.kind == "distances":
            return score(judged, columns[:, 1])
        return score(judged, columns.reshape(*judged.truth.shape, -1), by_value=False)
    if judged.kind == "numbers":
        return score(_thinned(judged), predicted)
    return score(judged, predicted)


def _predicted(x: Array, targets: Array, rows: _Rows, model: Model) -> list[Array]:
    """Predictions for the rows that judge, each by a model that never saw it."""
    judge, folds = rows.judge, rows.folds
    if folds is None:
        return model(x[rows.train], targets[rows.train], x[judge])
    return out_of_fold(model, x[judge], targets[judge], folds)


def columns_of(task: Task) -> Array:
    """What simple models predict: one column per class, or the values themselves."""
    if task.kind in {"classes", "distances"}:
        return np.asarray(np.eye(len(task.values))[task.truth.ravel()], "float64")
    if task.kind == "numbers":
        task = _thinned(task)
    return task.truth.reshape(len(task.truth), -1).astype("float64")


def _thinned(task: Task) -> Task:
    """Some of many numbers per row, which are much alike."""
    flat = task.truth.reshape(len(task.truth), -1)
    if flat.shape[1] <= MOST_TARGETS:
        return replace(task, truth=flat)
    chosen = np.linspace(0, flat.shape[1] - 1, MOST_TARGETS).astype(int)
    return replace(task, truth=flat[:, chosen])


def rebuilt(x: Array, train: Array, judge: Array, width: int | None) -> Ceiling | None:
    """Rebuild rows from as many principal components of others as the model has units.

    Parameters
    ----------
    x : array
        Shape (rows, ...).
    train, judge : array of int
        As in `ceiling_of`.
    width : int or None
        Units of the narrowest layer.
    """
    flat = x.reshape(len(x), -1).astype("float64")
    if width is None or min(len(train), len(judge)) < FEWEST_ROWS or flat.shape[1] > MOST_COLUMNS:
        return None
    rng = np.random.default_rng(SEED)
    if np.array_equal(train, judge):
        deal = rng.permutation(train)
        cut = len(deal) // FOLDS
        train, judge = deal[cut:], deal[:cut]
    made = components(flat[train[:MOST_ROWS]], flat[judge], width)
    return Ceiling({COMPONENTS: explained(flat[judge], made)})


def _of_places(
    inputs: Sequence[Array], task: Task, train: Array, judge: Array, rng: np.random.Generator
) -> tuple[Array, Task, Array, Array] | None:
    """What stands at each place and beside it, where the answers have the places of the input."""
    if len(inputs) != 1 or inputs[0].shape[1 : 1 + len(task.places)] != task.places:
        return None
    x = inputs[0]
    if x.dtype.kind not in "biuf" or x.ndim > len(task.places) + PAIR:
        return None
    held_out = not np.array_equal(train, judge)
    rows = np.union1d(train, judge)
    task, x = task.of(rows), x[rows].astype("float32")
    around = _around(x[..., None] if x.ndim == len(task.places) + 1 else x)
    per_row = int(np.prod(task.places))
    counts = np.ones(task.truth.size, bool) if task.counts is None else task.counts.ravel()
    whole = np.arange(len(around)).reshape(len(rows), per_row)

    def chosen(some: Array) -> Array:
        places = whole[np.searchsorted(rows, some)].ravel()
        places = places[counts[places]]
        return rng.choice(places, min(MOST_PLACES, len(places)), replace=False)

    # Neighbours in one picture are nearly alike, so that whole rows are held back.
    if not held_out:
        deal = rng.permutation(train)
        cut = len(deal) // FOLDS
        train, judge = deal[cut:], deal[:cut]
    fit, test = chosen(train), chosen(judge)
    flat = replace(task, truth=task.truth.ravel(), counts=None)
    if len(fit) > MOST_ROWS:
        fit = fit[:MOST_ROWS]
    both = np.concatenate([fit, test])
    if len(np.unique(flat.truth[both])) < PAIR:
        return None
    features = features_of([around[both]])
    if features is None:
        return None
    return features, flat.of(both), np.arange(len(fit)), np.arange(len(fit), len(both))


def _around(x: Array) -> Array:
    axes = range(1, x.ndim - 1)
    shifted = [x, *(np.roll(x, step, axis) for axis in axes for step in AROUND)]
    joined = np.concatenate(shifted, axis=-1)
    return joined.reshape(-1, joined.shape[-1])
