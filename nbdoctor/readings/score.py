"""How well predictions do a task, on one scale: 0 as the best constant, 1 is perfect.

No loss and no metric of the user's takes part. What the user reads beside it (a share of right
answers, an R²) comes from the same task and the same answers.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.readings.task import NotScorableError, Task

Array = npt.NDArray[Any]

HALF = 0.5
WORST = -1.0
"""An R² below this counts as this: how much worse than a constant predictions are is chance."""

FEW_COLUMNS = 32
"""Up to so many numbers per row each counts the same; more are one answer (a picture, a curve)."""

FEWEST_MARKS = 3
"""Rows with and without a mark that a column of bits needs to be scored."""

MOST_PLACES = 40_000
"""Places that are scored; a spread of them, where there are more."""

SMALLEST_SHARE = 1e-6
SURE = 1e-3
"""Outputs nearer to 0 or 1 count as this far from them."""

MOST_AREA = 0.995
ENOUGH = 0.2
"""A rare class after some hundred steps reached a quarter, a net that had hardly moved 0.001."""

PAIR = 2


def score(task: Task, predicted: Any, *, by_value: bool = True) -> float:
    """How well `predicted` does the task.

    Two classes: see `of_two`. More classes: balanced accuracy, less that of guessing. Bits: the
    mean over columns. Numbers: R². Distances: how well they rank the two sides, either way.

    Parameters
    ----------
    task : Task
    predicted : array
        Shape (rows, ...).
    by_value : bool
        Column j stands for the raw label j, as in the user's own head; else for the j-th class.

    Returns
    -------
    float
        1 at most, and 0 where not all predictions are finite.

    Raises
    ------
    NotScorableError
        Predictions and labels have no shape in common.
    """
    given = np.asarray(predicted, "float64")
    if not np.isfinite(given).all():
        return 0.0
    match task.kind:
        case "numbers" | "rebuilding":
            return explained(task.truth, given)
        case "bits":
            return _of_bits(task, given)
        case "distances":
            return abs(ranked(task.truth, one_per_answer(task, given)[:, 0]))
    answers = one_per_answer(task, given)
    truth, answers = _counted(task, answers)
    if len(task.values) == PAIR and answers.shape[1] <= PAIR and not task.places:
        return of_two(truth, higher_class(task, answers), float(task.shares[1]))
    return _balanced(truth, task, answers, by_value=by_value)


def of_two(truth: Array, chances: Array, share: float) -> float:
    """Score the chance of the higher of two classes, of which that share has the higher one.

    The geometric mean of how well rows are ranked (twice the area under the ROC curve less one) and
    how well they are told apart. The first alone called a net that had hardly moved, with 0.50 for
    every row, nearly perfect (0.98). For the second the best of three counts: balanced accuracy,
    twice less one, with one half as the cut; with the class's share as the cut; and the ranking, as
    far as the outputs of the classes lie apart. A good model of a rare class may put all rows below
    one half and all above its share.
    """
    order = ranked(truth, chances)
    cuts = {HALF, share}
    named = max(2 * _balanced_share(truth, (chances > cut).astype(int)) - 1 for cut in cuts)
    if order <= 0:
        return float(min(order, named))
    apart = max(named, order * boldness(truth, chances, order))
    return float(np.sqrt(order * apart)) if apart > 0 else float(apart)


def boldness(truth: Array, chances: Array, order: float) -> float:
    """How far apart the outputs of two classes lie, of what such a ranking allows; 1 at most.

    Two normal distributions d apart (in standard deviations) rank with an area of
    `Phi(d / sqrt(2))`, and log-odds that are right lie `d ** 2` apart. A fifth of that is enough.
    """
    inside = np.clip(chances, SURE, 1 - SURE)
    odds = np.log(inside / (1 - inside))
    apart = float(odds[truth == 1].mean() - odds[truth == 0].mean())
    area = min((order + 1) / 2, MOST_AREA)
    distance = math.sqrt(2) * NormalDist().inv_cdf(area)
    return float(np.clip(apart / (ENOUGH * distance**2), 0.0, 1.0))


def higher_class(task: Task, answers: Array) -> Array:
    """How likely the higher of two classes is, by one unit or two: 0 to 1 where it is in range."""
    if answers.shape[1] == PAIR:
        return shared_out(answers, logits=task.logits)[:, 1]
    if task.logits:
        sure: Array = 1 / (1 + np.exp(-np.clip(answers[:, 0], -50, 50)))
        return sure
    low, high = task.values
    chances: Array = (answers[:, 0] - low) / (high - low)
    return chances


def ranked(truth: Array, values: Array) -> float:
    """Twice the area under the ROC curve less one: equal values count half."""
    positive = truth == truth.max()
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return 0.0
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse.ravel()]
    area = (ranks[positive].sum() - many * (many + 1) / 2) / (many * few)
    return float(2 * area - 1)


def explained(truth: Array, predicted: Array) -> float:
    """R², the mean over columns where these are few."""
    labels = truth.reshape(len(truth), -1).astype("float64")
    error = (labels - as_shaped(truth, predicted).reshape(labels.shape)) ** 2
    spread = (labels - labels.mean(axis=0)) ** 2
    total, left = spread.sum(axis=0), error.sum(axis=0)
    if labels.shape[1] > FEW_COLUMNS:
        total, left = total.sum(keepdims=True), left.sum(keepdims=True)
    varies = total > 0
    if not varies.any():
        return 0.0
    return float(np.maximum(1 - left[varies] / total[varies], WORST).mean())


def as_shaped(truth: Array, predicted: Array) -> Array:
    """Predictions of numbers in the shape of the labels.

    Raises
    ------
    NotScorableError
        They have none in common.
    """
    if predicted.size == truth.size:
        return predicted.reshape(truth.shape)
    rows = predicted.reshape(len(truth), -1) if len(predicted) == len(truth) else predicted
    if predicted.ndim > PAIR and predicted[:, -1].size == truth.size:  # the last step counts
        return predicted[:, -1].reshape(truth.shape)
    if len(rows) == len(truth) and rows.shape[1] == 1:
        wide = truth.reshape(len(truth), -1).shape
        return np.broadcast_to(rows, wide).reshape(truth.shape)
    message = "predictions and labels do not have the same shape"
    raise NotScorableError(message)


def classes_named(task: Task, predicted: Array, *, by_value: bool = True) -> Array:
    """The class that each answer names as the head does it, shape of `truth`; -1 for none."""
    return _named(task, one_per_answer(task, predicted), by_value=by_value).reshape(
        task.truth.shape
    )


def judged_rows(task: Task) -> float:
    """How many rows count where classes are uneven: as many as of even classes would tell as much.

    A rare class is known from its own rows only, and places of one row are much alike.
    """
    if task.kind not in {"classes", "distances"} or task.places:
        return float(task.rows)
    counts = np.bincount(task.truth.ravel())
    counts = counts[counts > 0]
    return float(len(counts) ** 2 / (1 / counts).sum())


def one_per_answer(task: Task, predicted: Array) -> Array:
    """Predictions as (answers, columns)."""
    truth = task.truth
    columns = predicted.shape[-1] if predicted.ndim > truth.ndim else 1
    if predicted.ndim > truth.ndim + 1:  # an answer for every step, and one label: the last counts
        predicted = predicted.reshape(len(predicted), -1, columns)[:, -1]
    if predicted.size != truth.size * columns:
        message = "predictions and labels do not have the same shape"
        raise NotScorableError(message)
    return predicted.reshape(-1, columns)


def _counted(task: Task, answers: Array) -> tuple[Array, Array]:
    """Classes and answers of the places that count."""
    truth = task.truth.ravel()
    if task.counts is not None:
        keep = task.counts.ravel()
        truth, answers = truth[keep], answers[keep]
    if len(truth) > MOST_PLACES:
        chosen = evenly_spread(len(truth), MOST_PLACES)
        truth, answers = truth[chosen], answers[chosen]
    return truth, answers


def _of_bits(task: Task, predicted: Array) -> float:
    if predicted.size != task.truth.size:
        message = "predictions and labels do not have the same shape"
        raise NotScorableError(message)
    given = predicted.reshape(task.truth.shape)
    if task.logits:
        given = 1 / (1 + np.exp(-np.clip(given, -50, 50)))
    marked = task.truth.sum(axis=0)
    scored = np.flatnonzero(np.minimum(marked, task.rows - marked) >= FEWEST_MARKS)
    parts = [of_two(task.truth[:, at], given[:, at], marked[at] / task.rows) for at in scored]
    return float(np.mean(parts)) if parts else 0.0


def _balanced(truth: Array, task: Task, answers: Array, *, by_value: bool) -> float:
    """Balanced accuracy less that of guessing."""
    ways = [_named(task, answers, by_value=by_value)]
    if not task.places and answers.shape[1] > 1:
        by_share = shared_out(answers, logits=task.logits) / _share_of_columns(
            task, answers.shape[1], by_value=by_value
        )
        ways.append(_named(task, by_share, by_value=by_value))
    chance = 1 / max(len(np.unique(truth)), PAIR)
    best = max(_balanced_share(truth, named) for named in ways)
    return float((best - chance) / (1 - chance))


def _named(task: Task, answers: Array, *, by_value: bool) -> Array:
    """The class that each answer names; -1 for a column that stands for no label."""
    values = task.values
    if answers.shape[1] == 1:
        if len(values) > PAIR:
            nearest: Array = np.abs(answers - values[None]).argmin(axis=1)
            return nearest
        return (higher_class(task, answers) > HALF).astype(int)
    largest: Array = answers.argmax(axis=1)
    if not (by_value and counts_columns(values)):
        return largest
    at = np.clip(np.searchsorted(values, largest), 0, len(values) - 1)
    return np.where(values[at] == largest, at, -1)


def _share_of_columns(task: Task, columns: int, *, by_value: bool) -> Array:
    shares = np.ones(columns)
    at = np.arange(len(task.values))
    if by_value and counts_columns(task.values):
        at = task.values.astype(int)
    there = at < columns
    shares[at[there]] = np.maximum(task.shares[there], SMALLEST_SHARE)
    return shares


def counts_columns(values: Array) -> bool:
    """Whether raw labels are numbers of columns."""
    return bool(np.allclose(values, np.round(values)) and values.min() >= 0)


def _balanced_share(truth: Array, named: Array) -> float:
    """Mean over the classes of the share of right answers."""
    right = (named == truth).astype(float)
    counts = np.bincount(truth)
    there = counts > 0
    hits = np.bincount(truth, weights=right, minlength=len(counts))
    return float((hits[there] / counts[there]).mean())


def shared_out(answers: Array, *, logits: bool) -> Array:
    """Answers as probabilities of the columns."""
    if logits or answers.min() < 0:
        answers = np.exp(answers - answers.max(axis=1, keepdims=True))
    total = answers.sum(axis=1, keepdims=True)
    shared: Array = answers / np.where(total > 0, total, 1.0)
    return shared
