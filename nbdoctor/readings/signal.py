"""Whether anything simple sees a relation between these inputs and these targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.sample import Part, Sample
from nbdoctor.readings.asked import Asked, asked_by
from nbdoctor.readings.features import features_of, thinned
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import Missing, NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.score import score
from nbdoctor.readings.simple_models import neighbours
from nbdoctor.readings.task import NotScorableError, Task, task_of

Array = npt.NDArray[np.floating[Any]]

MOST_ROWS = 400
"""Enough to see a correlation of 0.2; the cost of neighbours grows with its square."""

FEWEST_OF_CLASS = 40
"""Rows of a rare class that are taken beyond their share, where there are so many."""

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
        "score" (0 as the best constant, 1 is perfect, `readings/score.py`) or "R²".
    rows : int
        Rows used.
    features : int
        Columns of a row, flattened.
    input_kind : str
        "table", "image", "sequence" or "tokens"; baselines on raw values are weak for all but
        tables. Large pictures are thinned, ids are counted.
    linear, neighbours : float
        Scores of a ridge model and of nearest neighbours.
    permuted : float
        Mean linear score over permuted targets.
    permuted_high : float
        Its 95th percentile.
    p_linear, p_neighbours : float
        Share of permutations that score as high (one counted in, so never 0).
    permutations : int
    rarest : int
        Rows of the rarest class; those of all without classes.
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
    rarest: int = 0
    variance: float | None = None


def read_signal(part: Part, target: str, input_kind: str, asked: Asked) -> Signal | None:
    """Score two simple models out of fold, on the labels as they are and permuted.

    Ridge regression (on one column per class for class labels) and the mean of the nearest
    neighbours, after standardising; both in plain NumPy, so that 200 permutations cost one
    factorisation per fold. Draws come from a generator of our own.

    Parameters
    ----------
    part : Part
    target : str
        Whose labels.
    input_kind : str
        As in `Signal`.
    asked : Asked
        What head and loss say of these labels.

    Returns
    -------
    Signal or None
        None where rows or labels do not allow it.
    """
    prepared = _prepared(part, target, asked, ids=input_kind == "tokens")
    if prepared is None:
        return None
    x, y, task = prepared
    rng = np.random.default_rng(SEED)
    orders = [np.arange(len(x)), *(rng.permutation(len(x)) for _ in range(PERMUTATIONS))]
    targets = np.stack([y[order] for order in orders], axis=1)  # (rows, 1 + permutations, columns)
    folds = rng.permutation(len(x)) % FOLDS

    def scored(predict: Predictor) -> Array:
        predicted = _out_of_fold(x, targets, folds, predict)
        parts = [_score(task.of(order), predicted[:, at]) for at, order in enumerate(orders)]
        return np.array(parts)

    linear, near = scored(_ridge), scored(_nearest)
    return Signal(
        task="regression" if task.kind == "numbers" else "classification",
        score="R²" if task.kind == "numbers" else "score",
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
        rarest=len(x) if task.kind == "numbers" else int(np.bincount(task.truth).min()),
        variance=float(y.var()) if task.kind == "numbers" else None,
    )


@reading(
    "the baselines",
    when=Moment.TRAINING | Moment.CELL_ENDED,
    missing=Missing(
        kind="too early", reason="the simple models follow when training ends or pauses"
    ),
    once=True,
)
def baselines(
    sample: Sample | None, labels: Labels | None, layers: Layers | None, head: Head | None
) -> Signal | None:
    """What simple models see in the same rows: it takes longer than a step."""
    if labels is None:
        raise NotTakenError(does_not_apply("there are no labels to relate the inputs to"))
    if sample is None:
        return None
    if len(labels.targets) != 1:
        raise NotTakenError(does_not_apply("simple models are fitted for a single output only"))
    shape = next(iter(sample.train.inputs.values())).shape[1:]
    kind = input_kind(shape, embedded=bool(layers and layers.embeds_inputs))
    target = labels.targets[0]
    output = head.of(target) if head is not None else None
    found = read_signal(sample.train, target.name, kind, asked_for(output, layers))
    if found is None:
        raise NotTakenError(
            does_not_apply("simple models need numeric inputs and one label per row")
        )
    return found


def asked_for(output: Output | None, layers: Layers | None) -> Asked:
    """What head and loss say, as far as they are known."""
    return Asked(classes=True) if output is None else asked_by(output, layers)


def input_kind(shape: tuple[int, ...], *, embedded: bool) -> str:
    """What rows of this shape are likely to be; baselines are weak on all but tables."""
    if embedded:
        return "tokens"
    return {0: "table", 1: "table", 2: "sequence"}.get(len(shape), "image")


def _prepared(
    part: Part, name: str, asked: Asked, *, ids: bool
) -> tuple[Array, Array, Task] | None:
    inputs, labels = list(part.inputs.values()), part.targets.get(name)
    numeric = labels is not None and labels.dtype.kind in "biuf"
    if labels is None or not numeric or any(one.dtype.kind not in "biuf" for one in inputs):
        return None
    inputs = [thinned(one, MOST_FEATURES // len(inputs)) for one in inputs]
    width = sum(int(np.prod(one.shape[1:])) for one in inputs)
    rows = [values.reshape(len(values), -1) for values in (*inputs, labels)]
    good = np.all([np.isfinite(one).all(axis=1) for one in rows], axis=0)
    chosen = np.flatnonzero(good)
    if width > MOST_FEATURES or len(chosen) < FOLDS * 2:
        return None
    try:
        task = task_of(labels[chosen], asked)
    except NotScorableError:
        return None
    one_answer = task.kind == "classes" and not task.places
    if not one_answer and not (task.kind == "numbers" and task.truth.size == task.rows):
        return None
    kept = _spread(task)
    task, chosen = task.of(kept), chosen[kept]
    features = features_of([one[chosen] for one in inputs], ids=ids)
    if features is None:
        features = np.zeros((len(chosen), 1), "float32")
    if task.kind == "numbers":
        flat = task.truth.reshape(-1, 1).astype(np.float64)
        # Around its mean, so that single precision is enough whatever the scale.
        return features, (flat - flat.mean()).astype(np.float32), task
    return features, np.eye(len(task.values), dtype=np.float32)[task.truth], task


def _spread(task: Task) -> npt.NDArray[np.integer[Any]]:
    """Some rows, and more of rare classes."""
    if task.rows <= MOST_ROWS:
        return np.arange(task.rows)
    parts = [np.linspace(0, task.rows - 1, MOST_ROWS).astype(int)]
    if task.kind == "classes" and len(task.values) <= MOST_ROWS // FEWEST_OF_CLASS:
        here = np.bincount(task.truth[parts[0]], minlength=len(task.values))
        parts += [
            np.flatnonzero(task.truth == one)[:FEWEST_OF_CLASS]
            for one in np.flatnonzero(here < FEWEST_OF_CLASS)
        ]
    return np.unique(np.concatenate(parts))


def _score(task: Task, predicted: Array) -> float:
    if task.kind == "numbers":
        centred = task.truth.ravel() - task.truth.mean()
        total = float((centred**2).sum())
        return 1 - float(((predicted[:, 0] - centred) ** 2).sum()) / max(total, 1e-12)
    return score(task, np.clip(predicted, 1e-4, None), by_value=False)


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
    mean: Array = targets[neighbours(x, new, NEIGHBOURS)].mean(axis=1)
    return mean


def _p(scores: Array) -> float:
    """Share of permutations that score as high as the labels as they are."""
    return float((1 + (scores[1:] >= scores[0]).sum()) / len(scores))
