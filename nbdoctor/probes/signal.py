"""Whether anything simple sees a relation between these inputs and these targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.probes.labels import Target

Array = npt.NDArray[np.floating[Any]]

MOST_ROWS = 400
"""Enough to see a correlation of 0.2; the cost of neighbours grows with its square."""

MOST_FEATURES = 4096
FOLDS = 5
PERMUTATIONS = 200
NEIGHBOURS = 7
SEED = 0x5EED

RIDGE = 1e-2
"""Penalty relative to the rows, on standardised columns: keeps wide data solvable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Out-of-fold scores of two simple models, against the same with permuted targets.

    Attributes
    ----------
    task : str
        "classification" or "regression".
    score : str
        "accuracy" or "R²".
    rows : int
        Rows used.
    features : int
        Columns of a row, flattened.
    input_kind : str
        "table", "image", "sequence" or "tokens"; baselines on raw values are weak for all but
        tables.
    linear, neighbours : float
        Scores of a ridge model and of nearest neighbours.
    permuted : float
        Mean linear score over permuted targets.
    permuted_high : float
        Its 95th percentile.
    p_linear, p_neighbours : float
        Share of permutations that score as high (one counted in, so never 0).
    permutations : int
    baseline : float
        Score of the best constant: majority share, or 0.0 for R².
    variance : float or None
        Variance of a continuous target: the squared error of the best constant.
    """

    task: str
    score: str
    rows: int
    features: int
    input_kind: str
    linear: float
    neighbours: float
    permuted: float
    permuted_high: float
    p_linear: float
    p_neighbours: float
    permutations: int
    baseline: float = 0.0
    variance: float | None = None


def read_signal(
    rows: Rows, target: Target, input_kind: str, *, numbers: bool = False
) -> Signal | None:
    """Score two simple models out of fold, on the labels as they are and permuted.

    Ridge regression (on one column per class for class labels) and the mean of the nearest
    neighbours, after standardising; both in plain NumPy, so that 200 permutations cost one
    factorisation per fold. Draws come from a generator of our own. Whole numbers are classes
    unless they are `numbers`.

    Returns
    -------
    Signal or None
        None where rows or labels do not allow it.
    """
    prepared = _prepared(rows, target, numbers=numbers)
    if prepared is None:
        return None
    x, y, task = prepared
    rng = np.random.default_rng(SEED)
    permuted = [y[rng.permutation(len(y))] for _ in range(PERMUTATIONS)]
    targets = np.stack([y, *permuted], axis=1)  # (rows, 1 + permutations, columns)
    score = _accuracies if task == "classification" else _r2s
    folds = rng.permutation(len(x)) % FOLDS
    linear = score(_out_of_fold(x, targets, folds, _ridge), targets)
    near = score(_out_of_fold(x, targets, folds, _nearest), targets)
    return Signal(
        task=task,
        score="accuracy" if task == "classification" else "R²",
        rows=len(x),
        features=x.shape[1],
        input_kind=input_kind,
        linear=float(linear[0]),
        neighbours=float(near[0]),
        permuted=float(linear[1:].mean()),
        permuted_high=float(np.quantile(linear[1:], 0.95)),
        p_linear=_p(linear),
        p_neighbours=_p(near),
        permutations=PERMUTATIONS,
        baseline=float(y.mean(axis=0).max()) if task == "classification" else 0.0,
        variance=float(y.var()) if task == "regression" else None,
    )


def input_kind(shape: tuple[int, ...], *, embedded: bool) -> str:
    """What rows of this shape are likely to be; baselines are weak on all but tables."""
    if embedded:
        return "tokens"
    return {0: "table", 1: "table", 2: "sequence"}.get(len(shape), "image")


def _prepared(rows: Rows, target: Target, *, numbers: bool) -> tuple[Array, Array, str] | None:
    parts = [values.reshape(len(values), -1) for values in rows.inputs.values()]
    if not parts or any(part.dtype.kind not in "biuf" for part in parts):
        return None
    x = np.concatenate(parts, axis=1).astype(np.float32)
    labels = rows.targets[target.name]
    labels = labels[rows.index] if len(labels) != len(x) else labels
    if target.encoding == "text" or len(labels) != len(x) or x.shape[1] > MOST_FEATURES:
        return None
    good = np.isfinite(x).all(axis=1) & np.isfinite(labels.reshape(len(labels), -1)).all(axis=1)
    chosen = np.flatnonzero(good)
    if len(chosen) > MOST_ROWS:
        chosen = chosen[np.linspace(0, len(chosen) - 1, MOST_ROWS).astype(int)]
    if len(chosen) < FOLDS * 2:
        return None
    made = _columns(labels[chosen], target, numbers=numbers)
    return None if made is None else (_standardised(x[chosen]), *made)


def _columns(labels: Array, target: Target, *, numbers: bool) -> tuple[Array, str] | None:
    """Targets as (rows, columns): one column per class, or the values themselves."""
    if target.encoding in ("one-hot", "soft"):
        return labels.reshape(len(labels), -1).astype(np.float32), "classification"
    flat = labels.reshape(len(labels), -1).astype(np.float64)
    if flat.shape[1] != 1:
        return None
    if target.encoding == "ids" and not numbers:
        classes = np.unique(flat)
        return (flat == classes).astype(np.float32), "classification"
    # Around its mean, so that single precision is enough whatever the scale.
    return (flat - flat.mean()).astype(np.float32), "regression"


def _standardised(x: Array) -> Array:
    spread = x.std(axis=0)
    kept = spread > 0
    centred: Array = (x[:, kept] - x[:, kept].mean(axis=0)) / spread[kept]
    return centred


Predictor = Callable[[Array, Array, Array], Array]


def _out_of_fold(
    x: Array,
    targets: Array,
    folds: npt.NDArray[np.integer[Any]],
    predict: Predictor,
) -> Array:
    """Predictions (rows, 1 + permutations, columns), each row by a model that never saw it."""
    predicted = np.zeros_like(targets)
    for fold in range(FOLDS):
        held_out = folds == fold
        known = targets[~held_out].reshape(int((~held_out).sum()), -1)
        made = predict(x[~held_out], known, x[held_out])
        predicted[held_out] = made.reshape(-1, *targets.shape[1:])
    return predicted


def _ridge(x: Array, targets: Array, new: Array) -> Array:
    """Through the smoother matrix: one small system per fold serves all permutations.

    In the smaller of row and column space, so that wide rows cost no more than tall ones.
    """
    centre, mean = x.mean(axis=0), targets.mean(axis=0)
    x, new, penalty = x - centre, new - centre, RIDGE * len(x)
    if x.shape[1] <= len(x):
        smoother = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1], dtype=x.dtype), new.T)
        smoother = smoother.T @ x.T
    else:
        smoother = np.linalg.solve(x @ x.T + penalty * np.eye(len(x), dtype=x.dtype), x @ new.T).T
    made: Array = smoother @ (targets - mean) + mean
    return made


def _nearest(x: Array, targets: Array, new: Array) -> Array:
    distances = (new**2).sum(axis=1)[:, None] - 2 * new @ x.T + (x**2).sum(axis=1)
    near = np.argpartition(distances, min(NEIGHBOURS, len(x) - 1), axis=1)[:, :NEIGHBOURS]
    mean: Array = targets[near].mean(axis=1)
    return mean


def _accuracies(predicted: Array, targets: Array) -> Array:
    hits: Array = (predicted.argmax(axis=2) == targets.argmax(axis=2)).mean(axis=0)
    return hits


def _r2s(predicted: Array, targets: Array) -> Array:
    error = ((predicted - targets) ** 2).sum(axis=(0, 2))
    total = ((targets - targets.mean(axis=0)) ** 2).sum(axis=(0, 2))
    scores: Array = 1 - error / np.maximum(total, 1e-12)
    return scores


def _p(scores: Array) -> float:
    """Share of permutations that score as high as the labels as they are."""
    return float((1 + (scores[1:] >= scores[0]).sum()) / len(scores))
