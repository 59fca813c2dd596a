"""Score copies by their predictions, and by raw labels that no loss has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.compiled import options_of
from nbdoctor.backend.keras_internals.structure import layers as layers_of
from nbdoctor.readings.asked import PASSING_ON, Asked, names_classes
from nbdoctor.readings.score import HALF, as_shaped, classes_named
from nbdoctor.readings.task import PAIR, NotScorableError, Task, numbers_in, task_of
from nbdoctor.trials.refusal import refuse
from nbdoctor.trials.training import Arm

Array = npt.NDArray[Any]

UNEVEN = 1.25
"""The most frequent class is this many times as frequent as among even classes: naming it alone
would look like success, so each class counts the same."""

WORST_ROW = -9.0
"""A row's part of R² goes down to this: beyond it one row would outweigh all others."""

NO_CLASSES = "the model puts out distances or embeddings, which name no class"


@dataclass(frozen=True)
class Metric:
    """How rows are judged.

    Attributes
    ----------
    kind : str
        "classes", "bits" or "numbers".
    name : str
        Of the score, for the reader.
    constant : float
        What the best constant prediction scores.
    """

    kind: str
    name: str
    constant: float


def metric_for(
    labels: Array, *, classes_named: bool, shape: tuple[int | None, ...] | None = None
) -> Metric | None:
    """Return how to judge predictions of these labels, None where there is no way.

    Parameters
    ----------
    labels : array
        Shape (rows, ...), raw.
    classes_named : bool
        The loss, treated or not, compares classes: whole numbers are then class numbers, however
        few units the head has.
    shape : tuple, optional
        Of the predictions, as far as it tells what a label stands beside.
    """
    try:
        task = task_of(labels, Asked(shape=shape, classes=classes_named))
    except NotScorableError:
        return None
    if task.kind == "bits":
        return Metric("bits", "accuracy of the outputs", _share(task.truth.ravel()))
    if task.kind == "classes":
        return _of_classes(task)
    return Metric("numbers", "R²", 0.0)


def per_row(by: Metric, labels: Array, predictions: Array, *, cut: float = HALF) -> Array:
    """Return each row's part of the score, whose mean is the score; float64, shape (rows,).

    Parameters
    ----------
    by : Metric
    labels, predictions : array
        Shape (rows, ...).
    cut : float
        From which value on one unit names the higher class: 0 for logits.
    """
    predictions = np.asarray(predictions, "float64")
    if by.kind == "numbers":
        return _explained(labels.astype("float64"), predictions)
    if by.kind == "bits":
        given = predictions.reshape(labels.shape)
        right: Array = np.logical_and((given > cut) == (labels > HALF), np.isfinite(given))
        parts: Array = right.reshape(len(labels), -1).mean(axis=1)
        return parts
    return _hits(by, labels, predictions, cut)


def judged_rows(arm: Arm) -> Any:
    """Return the labels of the rows that judge."""
    return scorable(arm.judging.labels)


def scorable(labels: Any) -> Any:
    """Return labels as numbers.

    Raises
    ------
    UntriedError
        There are none, or they are no numbers.
    """
    if labels is None:
        refuse("the model has several outputs, or no labels")
    if labels.dtype == object:
        try:
            labels = numbers_in(labels)
        except NotScorableError as why:
            refuse(str(why))
    return labels


def metric_of(labels: Any, *arms: Arm) -> Metric:
    """Return how copies are judged by these labels."""
    named = any(_compares_classes(arm.copy.model) for arm in arms)
    if not named and any(_puts_out_distances(arm.copy.model, labels) for arm in arms):
        refuse(NO_CLASSES)
    shape = _beside(labels, [arm.copy.model for arm in arms])
    by = metric_for(labels, classes_named=named, shape=shape)
    if by is None:
        refuse("nbdoctor has no score for labels of this kind")
    return by


def are_renamed(labels: Any, others: Any) -> bool:
    """Whether two arrays of labels name the same rows by other values."""
    if labels.shape != others.shape:
        return False
    pairs = np.unique(np.stack([labels.ravel(), others.ravel()]), axis=1).shape[1]
    return bool(pairs == len(np.unique(labels)) == len(np.unique(others)))


def row_scores(by: Metric, labels: Any, arm: Arm, predictions: Sequence[Any]) -> list[Any]:
    """Return parts of the score by row, at each point."""
    cut = 0.0 if _takes_logits(arm.copy.model) else HALF
    try:
        return [per_row(by, labels, one, cut=cut) for one in predictions]
    except NotScorableError as why:
        refuse(str(why))
    except ValueError:
        refuse("predictions and labels do not have the same shape")


def _hits(by: Metric, labels: Array, predictions: Array, cut: float) -> Array:
    asked = Asked(shape=predictions.shape, classes=True, logits=cut != HALF)
    task = task_of(labels, asked)
    rows = task.rows
    finite = np.isfinite(predictions.reshape(rows, -1).sum(axis=1))
    named = classes_named(task, np.nan_to_num(predictions)).reshape(rows, -1)
    truth = task.truth.reshape(rows, -1)
    right: Array = np.equal(named, truth) * finite.reshape(rows, 1)
    weights = np.ones(truth.shape)
    if by.name.startswith("balanced"):
        kinds, inverse, counts = np.unique(truth, return_inverse=True, return_counts=True)
        weights = (truth.size / (len(kinds) * counts))[inverse.reshape(truth.shape)]
    parts: Array = (right * weights).mean(axis=1)
    return parts


def _explained(labels: Array, predictions: Array) -> Array:
    rows = len(labels)
    predictions = as_shaped(labels, predictions).reshape(rows, -1)
    labels = labels.reshape(rows, -1)
    spread = max(float(((labels - labels.mean(axis=0)) ** 2).mean()), 1e-12)
    error = np.nan_to_num((labels - predictions) ** 2, nan=np.inf, posinf=np.inf).mean(axis=1)
    parts: Array = np.maximum(1.0 - error / spread, WORST_ROW)
    return parts


def _of_classes(task: Task) -> Metric:
    shares = np.unique(task.truth, return_counts=True)[1] / task.truth.size
    if float(shares.max()) * len(shares) > UNEVEN:
        return Metric("classes", "balanced accuracy", 1.0 / len(shares))
    return Metric("classes", "accuracy", float(shares.max()))


def _share(bits: Array) -> float:
    return float(max(np.mean(bits), 1 - np.mean(bits)))


def _compares_classes(model: Any) -> bool:
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    return names_classes(name)


def _beside(labels: Array, models: Sequence[Any]) -> tuple[int | None, ...] | None:
    """Shape of predictions, where all models agree on what stands beside each label of a row.

    Several units for each of several labels are tags of words; one unit is no choice of classes.
    None where the labels themselves tell.
    """
    shapes = [getattr(model, "output_shape", None) for model in models]
    if all(_are_units_at_places(one, labels) for one in shapes):
        return (None,) * (labels.ndim + 1)
    alone = labels.ndim == 1 or labels.shape[-1] == 1
    if alone and all(isinstance(one, tuple) and one[-1:] == (1,) for one in shapes):
        return (None, 1)
    return None


def _are_units_at_places(shape: Any, labels: Array) -> bool:
    is_one = isinstance(shape, tuple) and all(one is None or isinstance(one, int) for one in shape)
    if not is_one or labels.ndim == 1 or len(shape) != labels.ndim + 1 or shape[-1] == 1:
        return False
    return all(one in {None, many} for one, many in zip(shape[1:], labels.shape[1:], strict=False))


def _puts_out_distances(model: Any, labels: Array) -> bool:
    """Whether the last layer has no weights, and its numbers stand beside names of classes."""
    last = next(iter(reversed(layers_of(model))), None)
    if last is None or last.weights or type(last).__name__.startswith(PASSING_ON):
        return False
    bare = str(getattr(getattr(last, "activation", None), "__name__", "linear")) == "linear"
    return bare and labels.size == len(labels) and len(np.unique(labels)) == PAIR


def _takes_logits(model: Any) -> bool:
    loss = model.loss
    return bool(getattr(loss, "from_logits", options_of(loss).get("from_logits", False)))
