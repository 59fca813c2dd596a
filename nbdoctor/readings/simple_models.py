"""A linear model, nearest neighbours and random trees, in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

NEIGHBOURS = 5
PENALTIES = (1e-2, 1.0)
"""Of the linear model, relative to the rows: the second keeps wide rows from being memorised."""

TREES, DEPTH, TRIES, LEAF = 40, 10, 6, 2
SPLIT_COLUMNS = 3
"""Columns of the targets that choose the splits, mixed where there are more."""

SEED = 0x5EED

LINEAR, NEAR, FOREST = "linear model", "nearest neighbours", "random trees"
COMPONENTS = "principal components"
Model = Callable[[Array, Array, Array], list[Array]]
"""From known rows, their targets and new rows: predictions, of several ways where there are any."""


def out_of_fold(model: Model, x: Array, targets: Array, folds: Array) -> list[Array]:
    """Predict each row by a model that was fitted to the rows of all other folds.

    Parameters
    ----------
    model : callable
        See `Model`.
    x, targets : array
        Shape (rows, columns) each.
    folds : array of int
        Shape (rows,): the fold of each row.

    Returns
    -------
    list of array
        Of each way of `model`, predictions in the shape of `targets`.
    """
    made: list[Array] = []
    for fold in np.unique(folds):
        out = folds == fold
        parts = model(x[~out], targets[~out], x[out])
        made = made or [np.empty(targets.shape) for _ in parts]
        for whole, part in zip(made, parts, strict=True):
            whole[out] = part
    return made


def ridge(
    x: Array, targets: Array, new: Array, penalties: Sequence[float] = PENALTIES
) -> list[Array]:
    """Predict by ridge regression with each penalty, in the smaller of row and column space."""
    centre, mean = x.mean(axis=0), targets.mean(axis=0)
    x, new, targets = x - centre, new - centre, (targets - mean).astype(x.dtype)
    wide = x.shape[1] > len(x)
    product = x @ x.T if wide else x.T @ x
    asked = new @ x.T if wide else new
    right = targets if wide else x.T @ targets
    own = np.eye(len(product), dtype=product.dtype)
    solved = [np.linalg.solve(product + one * len(x) * own, right) for one in penalties]
    return [asked @ one + mean for one in solved]


def barely_penalised(x: Array, targets: Array, new: Array) -> list[Array]:
    """Predict by ridge regression with the smaller penalty alone: half the work."""
    return ridge(x, targets, new, PENALTIES[:1])


def nearest(x: Array, targets: Array, new: Array) -> list[Array]:
    """Predict the mean of the nearest neighbours."""
    return [targets[neighbours(x, new, NEIGHBOURS)].mean(axis=1)]


def neighbours(x: Array, new: Array, many: int) -> Array:
    """Which rows of `x` are nearest to each of `new`; shape (new rows, many)."""
    distances = (new**2).sum(axis=1)[:, None] - 2 * new @ x.T + (x**2).sum(axis=1)
    many = min(many, len(x))
    return np.argpartition(distances, many - 1, axis=1)[:, :many]


def components(x: Array, new: Array, width: int) -> Array:
    """Rebuild rows from the directions in which the known ones differ most."""
    mean = x.mean(axis=0)
    centred, asked = x - mean, new - mean
    width = min(width, *x.shape)
    if x.shape[1] <= len(x):
        _, vectors = np.linalg.eigh(centred.T @ centred)
        directions = vectors[:, -width:]
    else:
        sizes, vectors = np.linalg.eigh(centred @ centred.T)
        scale = np.sqrt(np.maximum(sizes[-width:], 1e-12))
        directions = centred.T @ vectors[:, -width:] / scale
    rebuilt: Array = asked @ directions @ directions.T + mean
    return rebuilt


def trees(x: Array, targets: Array, new: Array) -> list[Array]:
    """Predict by extremely randomised trees, grown together level by level."""
    rng = np.random.default_rng(SEED)
    columns = _split_columns(targets, rng)
    grown, sent = np.zeros((TREES, len(x)), int), np.zeros((TREES, len(new)), int)
    for level in range(DEPTH):
        nodes = TREES * 2**level
        at = grown + np.arange(TREES)[:, None] * 2**level
        feature, cut = _best_splits(x, columns, at, nodes, rng)
        there = sent + np.arange(TREES)[:, None] * 2**level
        grown = 2 * grown + (_values(x, feature, at) > cut[at])
        sent = 2 * sent + (_values(new, feature, there) > cut[there])
    leaves = 2**DEPTH
    at = (grown + np.arange(TREES)[:, None] * leaves).ravel()
    counts = np.bincount(at, minlength=TREES * leaves)
    sent += np.arange(TREES)[:, None] * leaves
    predicted = np.empty((len(new), targets.shape[1]))
    for column in range(targets.shape[1]):
        known = np.tile(targets[:, column], TREES)
        sums = np.bincount(at, weights=known, minlength=TREES * leaves)
        means = np.where(counts > 0, sums / np.maximum(counts, 1), targets[:, column].mean())
        predicted[:, column] = means[sent].mean(axis=0)
    return [predicted]


def _split_columns(targets: Array, rng: np.random.Generator) -> Array:
    spread = targets.std(axis=0)
    known: Array = (targets - targets.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    if known.shape[1] <= SPLIT_COLUMNS:
        return known
    mixed: Array = known @ rng.normal(size=(known.shape[1], SPLIT_COLUMNS))
    return mixed


def _values(x: Array, feature: Array, at: Array) -> Array:
    """Of each row in each tree, the feature that its node asks for."""
    return x[np.arange(len(x))[None, :], feature[at]]


def _best_splits(
    x: Array, columns: Array, at: Array, nodes: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return of each node the best of a few random splits: its feature, and where it cuts."""
    flat = at.ravel()
    known = [np.tile(one, TREES) for one in columns.T]
    counts = np.bincount(flat, minlength=nodes).astype(float)
    sums = [np.bincount(flat, weights=one, minlength=nodes) for one in known]
    best = np.full(nodes, -np.inf)
    feature, cut = np.zeros(nodes, int), np.full(nodes, np.inf)
    for _ in range(TRIES):
        asked = rng.integers(x.shape[1], size=nodes)
        values = _values(x, asked, at).ravel()
        one, other = np.zeros(nodes), np.zeros(nodes)
        for drawn in (one, other):  # the last one written is a random row of the node
            order = rng.permutation(len(flat))
            drawn[flat[order]] = values[order]
        here = one + (other - one) * rng.random(nodes)
        right = (values > here[flat]).astype(float)
        many = np.bincount(flat, weights=right, minlength=nodes)
        gain = np.zeros(nodes)
        for whole, own in zip(sums, known, strict=True):
            part = np.bincount(flat, weights=right * own, minlength=nodes)
            gain += part**2 / np.maximum(many, 1) + (whole - part) ** 2 / np.maximum(
                counts - many, 1
            )
        gain[(many < LEAF) | (counts - many < LEAF)] = -np.inf
        better = gain > best
        best[better], feature[better], cut[better] = gain[better], asked[better], here[better]
    return feature, cut


MODELS: Mapping[str, Model] = {LINEAR: ridge, NEAR: nearest, FOREST: trees}
