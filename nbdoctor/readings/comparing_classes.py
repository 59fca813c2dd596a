"""Compare predicted classes and marks with the true ones: confusion, precision, calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.answers import (
    MOST_CLASSES,
    MOST_WORST,
    Answers,
    Calibration,
    OfClass,
    WorstRow,
)
from nbdoctor.readings.score import (
    HALF,
    classes_named,
    counts_columns,
    higher_class,
    one_per_answer,
    shared_out,
)
from nbdoctor.readings.task import SUM_TOLERANCE, NotScorableError, Task

Array = npt.NDArray[Any]

BINS = 10
"""Equal bins of the probability, as in Naeini et al., "Obtaining Well Calibrated Probabilities
Using Bayesian Binning" (AAAI 2015). Guo et al. (ICML 2017) take 15, of ten thousand rows."""

DRAWS = 50
"""Of what chance alone makes of a calibration error: their mean is right to a tenth."""

MOST_DRAWN = 2_000
SEED = 0xCA
SMALLEST = 1e-7
"""Keras's own bound of a probability in a cross-entropy."""

MOST_AT_ONCE = 2_000_000
"""Predictions that are worked on at once: 16 MB in double precision."""

PAIR = 2
NO_PROBABILITIES = "the outputs are no probabilities of these classes"


@dataclass(frozen=True, slots=True)
class _Named:
    """What is predicted: classes (-1 for none), how sure that is, and the loss of each answer."""

    truth: Array
    named: Array
    sure: Array | None
    loss: Array | None


def answers_in_classes(output: str, task: Task, predicted: Array) -> tuple[Answers, list[WorstRow]]:
    """Compare classes; the worst rows are numbered as they stand in `predicted`."""
    parts = list(_in_parts(task, predicted))
    truth, named = (
        np.concatenate([getattr(one, side) for one in parts]) for side in ("truth", "named")
    )
    counted = np.ones(truth.shape, bool) if task.counts is None else task.counts
    kinds = len(task.values)
    matrix = confusion(truth[counted], named[counted], kinds)
    weights = weights_of(task, matrix)
    shown = most_frequent(matrix.sum(axis=1))
    likely = all(one.sure is not None for one in parts)
    sure = np.concatenate([one.sure for one in parts if one.sure is not None]) if likely else None
    answers = Answers(
        output=output,
        kind=task.kind,
        answers=int(counted.sum()),
        places=math.prod(task.places),
        right=_right(matrix, weights),
        classes=tuple(_of_class(task, matrix, weights, int(one)) for one in shown),
        more=kinds - len(shown),
        matrix=grouped(matrix, shown),
        nameless=bool(matrix[:, -1].any()),
        calibration=None
        if sure is None
        else calibration(sure[counted], (truth == named)[counted], weights[truth[counted]]),
        why_uncalibrated=NO_PROBABILITIES if sure is None else "",
    )
    if not likely:
        return answers, []
    losses = np.concatenate([one.loss for one in parts if one.loss is not None])
    of_row = np.where(counted, losses, 0.0).reshape(len(losses), -1).sum(axis=1)
    of_row /= np.maximum(counted.reshape(len(losses), -1).sum(axis=1), 1)
    worst = np.argsort(-of_row, kind="stable")[:MOST_WORST]
    one_each = not task.places
    return answers, [
        WorstRow(
            row=int(at),
            loss=float(of_row[at]),
            truth=float(task.values[truth[at]]) if one_each else None,
            predicted=float(task.values[named[at]]) if one_each and named[at] >= 0 else None,
        )
        for at in worst
    ]


def most_frequent(counts: Array) -> Array:
    """The classes of most rows, in the order of their labels."""
    return np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])


def confusion(truth: Array, named: Array, kinds: int) -> Array:
    """Count per true class which one is predicted, shape (kinds, kinds + 1); the last is none."""
    column = np.where(named < 0, kinds, named)
    at = truth.astype(np.int64).ravel() * (kinds + 1) + column.ravel()
    return np.bincount(at, minlength=kinds * (kinds + 1)).reshape(kinds, kinds + 1)


def grouped(matrix: Array, shown: Array) -> tuple[tuple[int, ...], ...]:
    """The confusion of some classes, all others together, and no class where that is predicted."""
    kinds = len(matrix)
    others = np.setdiff1d(np.arange(kinds), shown)
    groups: list[Array] = [*shown.reshape(-1, 1), *([others] if len(others) else [])]
    none: list[Array] = [np.array([kinds])] if matrix[:, -1].any() else []
    return tuple(
        tuple(int(matrix[np.ix_(true, given)].sum()) for given in [*groups, *none])
        for true in groups
    )


def weights_of(task: Task, matrix: Array) -> Array:
    """How much a row of each class stands for: rare ones are sampled beyond their share."""
    rows = matrix.sum(axis=1)
    if task.places or not rows.sum():
        return np.ones(len(rows))
    here = rows / rows.sum()
    there = here > 0
    weights = np.ones(len(rows))
    if bool(np.all(task.shares[there] > 0)):
        weights[there] = task.shares[there] / here[there]
    return weights


def _right(matrix: Array, weights: Array) -> float:
    kinds = np.arange(len(matrix))
    total = float((matrix.sum(axis=1) * weights).sum())
    return float((matrix[kinds, kinds] * weights).sum()) / total if total else 0.0


def _of_class(task: Task, matrix: Array, weights: Array, one: int) -> OfClass:
    as_it = float((matrix[:, one] * weights).sum())
    return OfClass(
        label=float(task.values[one]),
        rows=int(matrix[one].sum()),
        right=int(matrix[one, one]),
        precision=float(matrix[one, one] * weights[one]) / as_it if as_it else None,
    )


def calibration(sure: Array, right: Array, weights: Array) -> Calibration | None:
    """Compare the probability of the predicted class with the share of right answers.

    Parameters
    ----------
    sure : array of float
        Of each answer.
    right : array of bool
    weights : array of float
        How much each answer stands for.
    """
    if not len(sure):
        return None
    error = _calibration_error(sure, right, weights)
    some = np.random.default_rng(SEED).permutation(len(sure))[:MOST_DRAWN]
    rng = np.random.default_rng(SEED)
    drawn = [
        _calibration_error(sure[some], rng.random(len(some)) < sure[some], weights[some])
        for _ in range(DRAWS)
    ]
    # A bin of n answers is off by chance as one over the root of n.
    scale = math.sqrt(len(some) / len(sure))
    return Calibration(
        error=error,
        by_chance=float(np.mean(drawn)) * scale,
        sure=float(np.average(sure, weights=weights)),
        right=float(np.average(right, weights=weights)),
        bins=BINS,
    )


def _calibration_error(sure: Array, right: Array, weights: Array) -> float:
    at = np.minimum((sure * BINS).astype(int), BINS - 1)
    off = np.bincount(at, weights=weights * (sure - right), minlength=BINS)
    return float(np.abs(off).sum() / weights.sum())


def _in_parts(task: Task, predicted: Array) -> Iterator[_Named]:
    """Some rows at a time: predictions of pictures are many."""
    per_row = max(1, predicted.size // max(1, len(predicted)))
    step = max(1, MOST_AT_ONCE // per_row)
    whole = _are_shared(predicted)
    for at in range(0, task.rows, step):
        rows = np.arange(at, min(at + step, task.rows))
        part, given = task.of(rows), np.asarray(predicted[rows], "float64")
        named = classes_named(part, given)
        shares = _shares(part, one_per_answer(part, given), are_shared=whole)
        columns = (
            None
            if shares is None
            else _column_of(part.truth.ravel(), _labels_of(part, shares), shares.shape[1])
        )
        if shares is None or columns is None:
            yield _Named(part.truth, named, None, None)
            continue
        flat = np.arange(len(shares))
        loss = -np.log(np.clip(shares[flat, columns], SMALLEST, 1.0))
        yield _Named(
            part.truth,
            named,
            shares.max(axis=1).reshape(named.shape),
            loss.reshape(named.shape),
        )


def _are_shared(predicted: Array) -> bool:
    """Whether the last axis holds probabilities that sum to 1."""
    sums = predicted.sum(axis=-1, dtype="float64")
    return bool(predicted.min() >= 0 and np.allclose(sums, 1.0, atol=SUM_TOLERANCE))


def _shares(task: Task, answers: Array, *, are_shared: bool) -> Array | None:
    """The probability of each class, shape (answers, columns); None where outputs are none."""
    if answers.shape[1] == 1:
        if len(task.values) != PAIR:
            return None
        is_unit = task.logits or tuple(task.values) == (0.0, 1.0)
        higher = higher_class(task, answers)
        if not is_unit or higher.min() < 0 or higher.max() > 1:
            return None
        return np.stack([1 - higher, higher], axis=1)
    if are_shared:
        return answers
    return shared_out(answers, logits=True) if task.logits else None


def _labels_of(task: Task, shares: Array) -> Array:
    """The label of each class as it numbers columns: two classes of one unit have 0 and 1."""
    return np.arange(PAIR) if len(task.values) == PAIR == shares.shape[1] else task.values


def _column_of(truth: Array, values: Array, columns: int) -> Array | None:
    """The column that stands for each true class; None where one has none."""
    at = values[truth].astype(int) if counts_columns(values) else truth
    return at if int(at.max(initial=0)) < columns else None


def answers_in_bits(output: str, task: Task, predicted: Array) -> tuple[Answers, list[WorstRow]]:
    """Compare each column of marks with its own, cut at one half."""
    if predicted.size != task.truth.size:
        message = "predictions and labels do not have the same shape"
        raise NotScorableError(message)
    given = np.asarray(predicted, "float64").reshape(task.truth.shape)
    if task.logits:
        given = 1 / (1 + np.exp(-np.clip(given, -50, 50)))
    truth, marked = task.truth == 1, given > HALF
    shown = most_frequent(truth.sum(axis=0))
    answers = Answers(
        output=output,
        kind=task.kind,
        answers=len(truth),
        right=float((truth == marked).mean()),
        classes=tuple(_of_column(truth[:, one], marked[:, one], int(one)) for one in shown),
        more=truth.shape[1] - len(shown),
    )
    if len(truth) != len(predicted) or given.min() < 0 or given.max() > 1:
        return answers, []
    chance = np.clip(np.where(truth, given, 1 - given), SMALLEST, 1.0)
    losses = -np.log(chance).mean(axis=1)
    worst = np.argsort(-losses, kind="stable")[:MOST_WORST]
    return answers, [WorstRow(row=int(at), loss=float(losses[at])) for at in worst]


def _of_column(truth: Array, marked: Array, number: int) -> OfClass:
    right = int((truth & marked).sum())
    as_it = int(marked.sum())
    return OfClass(
        label=float(number),
        rows=int(truth.sum()),
        right=right,
        precision=right / as_it if as_it else None,
    )
