"""What predictions really achieve: a score per row, from predictions and raw labels alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MOST_CLASSES = 100
"""Whole numbers of more kinds than this are a quantity, as far as some hundred rows can tell."""

UNEVEN = 1.25
"""The most frequent class is this many times as frequent as among even classes: naming it alone
would look like success, so each class counts the same."""

HALF = 0.5

WORST_ROW = -9.0
"""A row's part of R² goes down to this: beyond it one row would outweigh all others."""


@dataclass(frozen=True)
class Yardstick:
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


def yardstick(labels: Array, *, classes_named: bool) -> Yardstick | None:
    """How to judge predictions of these labels, None where there is no way.

    Parameters
    ----------
    labels : array
        Shape (rows, ...), raw.
    classes_named : bool
        The loss, treated or not, compares classes: whole numbers are then class numbers, however
        few units the head has.
    """
    numeric = labels.dtype.kind in "fiub" and labels.size > 0
    if not numeric or not np.isfinite(labels.astype("float64")).all():
        return None
    if labels.ndim > 1 and labels.shape[-1] > 1 and _is_binary(labels):
        if np.allclose(labels.sum(-1), 1):
            return _of_classes(labels.argmax(-1))
        return Yardstick("bits", "accuracy of the outputs", _share(labels.ravel()))
    flat = labels.ravel()
    if (classes_named and _are_class_numbers(flat)) or len(np.unique(flat)) == 2:  # noqa: PLR2004
        return _of_classes(flat)
    if labels.ndim > 1 and labels.shape[-1] > 1 and classes_named and _sums_to_one(labels):
        return _of_classes(labels.argmax(-1))
    return Yardstick("numbers", "R²", 0.0) if float(np.var(flat.astype("float64"))) > 0 else None


def per_row(by: Yardstick, labels: Array, predictions: Array, *, cut: float = HALF) -> Array:
    """Each row's part of the score, whose mean is the score; float64, shape (rows,).

    Parameters
    ----------
    by : Yardstick
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


def _hits(by: Yardstick, labels: Array, predictions: Array, cut: float) -> Array:
    one_hot = labels.ndim > 1 and labels.shape[-1] > 1
    truth = labels.argmax(-1) if one_hot else labels
    rows, truth = len(truth), np.asarray(truth).reshape(len(truth), -1)
    finite = np.isfinite(predictions.reshape(rows, -1).sum(axis=1))
    if predictions.ndim > 1 and predictions.shape[-1] > 1:
        named = predictions.argmax(-1)
    else:
        named = _of_one_unit(truth, predictions, cut)
    named = named.reshape(rows, -1)
    if named.shape != truth.shape:  # an answer for every step, and one label: the last counts
        named = np.broadcast_to(named[:, -1:], truth.shape)
    right: Array = np.equal(named, truth) * finite.reshape(rows, 1)
    weights = np.ones(truth.shape)
    if by.name.startswith("balanced"):
        kinds, inverse, counts = np.unique(truth, return_inverse=True, return_counts=True)
        weights = (truth.size / (len(kinds) * counts))[inverse.reshape(truth.shape)]
    parts: Array = (right * weights).mean(axis=1)
    return parts


def _of_one_unit(truth: Array, predictions: Array, cut: float) -> Array:
    """The class that one unit names: the higher of two, or the nearest number."""
    values = predictions.reshape(len(truth), -1)
    kinds = np.unique(truth)
    if len(kinds) > 2:  # noqa: PLR2004
        return np.round(np.nan_to_num(values, nan=-1e9))
    if not _is_binary(kinds):  # labels of their own, which predictions are near or far from
        cut = float(kinds.mean())
    named: Array = np.where(values > cut, kinds.max(), kinds.min())
    return named


def _explained(labels: Array, predictions: Array) -> Array:
    rows = len(labels)
    labels = labels.reshape(rows, -1)
    predictions = predictions.reshape(rows, -1)
    if predictions.shape != labels.shape:
        predictions = np.broadcast_to(predictions[:, -1:], labels.shape)
    spread = max(float(((labels - labels.mean(axis=0)) ** 2).mean()), 1e-12)
    error = np.nan_to_num((labels - predictions) ** 2, nan=np.inf, posinf=np.inf).mean(axis=1)
    parts: Array = np.maximum(1.0 - error / spread, WORST_ROW)
    return parts


def _of_classes(labels: Array) -> Yardstick:
    shares = np.unique(labels, return_counts=True)[1] / labels.size
    if len(shares) < 2:  # noqa: PLR2004
        return Yardstick("classes", "accuracy", 1.0)
    if float(shares.max()) * len(shares) > UNEVEN:
        return Yardstick("classes", "balanced accuracy", 1.0 / len(shares))
    return Yardstick("classes", "accuracy", float(shares.max()))


def _is_binary(labels: Array) -> bool:
    return bool(np.isin(labels, (0, 1)).all())


def _are_class_numbers(flat: Array) -> bool:
    """Whole numbers of a few kinds, or any two values."""
    kinds = len(np.unique(flat))
    whole = kinds == 2 or np.allclose(flat, np.round(flat))  # noqa: PLR2004
    return bool(whole) and 2 <= kinds <= MOST_CLASSES  # noqa: PLR2004


def _sums_to_one(labels: Array) -> bool:
    return bool(np.allclose(labels.sum(-1), 1.0, atol=1e-3) and labels.min() >= 0)


def _share(bits: Array) -> float:
    return float(max(np.mean(bits), 1 - np.mean(bits)))
