"""What kind of answer is asked for: read off raw labels, the head, and the name of the loss.

Everything that says how good predictions are asks here first what the labels are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.asked import Asked

Array = npt.NDArray[Any]
Kind = Literal["classes", "bits", "numbers", "distances", "rebuilding"]

MOST_CLASSES = 100
"""Whole numbers of more kinds than this are a quantity, as far as some hundred rows can tell."""

SUM_TOLERANCE = 1e-3
"""Rows of probabilities sum to 1 within single precision."""

COPY = 0.05
"""Of the variance of labels: where inputs of their shape differ by less, they are the labels."""

MOST_COMPARED = 200_000
PAIR = 2


class NotScorableError(Exception):
    """No score says how good such predictions are; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of one output, with the right answers.

    Attributes
    ----------
    kind : str
        "classes", "bits" (several marks per row), "numbers", "distances" (of two classes, one
        side of which is near) or "rebuilding" (the inputs again).
    truth : array
        Class numbers, shape (rows, *places); bits, shape (rows, columns); or numbers, shape
        (rows, ...).
    values : array
        Raw label of each class, ascending; empty without classes.
    shares : array
        Of each class among the rows that train.
    counts : array or None
        Which places count, shape of `truth`: padding does not.
    logits : bool
        Predictions of classes and bits are logits.
    """

    kind: Kind
    truth: Array
    values: Array
    shares: Array
    counts: Array | None = None
    logits: bool = False

    @property
    def rows(self) -> int:
        """Rows with an answer."""
        return len(self.truth)

    @property
    def places(self) -> tuple[int, ...]:
        """Shape of the positions that have a class each; () for one class per row."""
        return self.truth.shape[1:] if self.kind == "classes" else ()

    def of(self, index: Array) -> Task:
        """The same task on some of the rows."""
        counts = None if self.counts is None else self.counts[index]
        return replace(self, truth=self.truth[index], counts=counts)


def task_of(
    labels: Any,
    asked: Asked,
    *,
    inputs: Sequence[Array] = (),
    ids: bool = False,
    shares: Mapping[float, float] | None = None,
) -> Task:
    """Read off the labels of one output what is asked for.

    Parameters
    ----------
    labels : array
        Shape (rows, ...), raw.
    asked : Asked
    inputs : sequence of array
        The rows that go with them, to see whether these are to be rebuilt.
    ids : bool
        The inputs are ids, of which 0 may be padding.
    shares : mapping of float to float, optional
        Of each label among all rows that train, where `labels` are a choice of them.

    Raises
    ------
    NotScorableError
        No score fits.
    """
    y = numbers_in(labels)
    if len(inputs) == 1 and is_copy(inputs[0], y):
        return _of_numbers("rebuilding", y)
    distances = _of_distances(y, asked) if asked.compares else None
    if distances is not None:
        return distances
    if _last_axis_is_units(y, asked):
        return _of_columns(y, asked, shares)
    flat = y[..., 0] if y.ndim > 1 and y.shape[-1] == 1 else y
    kinds = np.unique(flat)
    if len(kinds) < PAIR:
        message = "all labels are the same"
        raise NotScorableError(message)
    if not _are_classes(flat, kinds, asked):
        return _of_numbers("numbers", y)
    whole = bool(np.allclose(kinds, np.round(kinds)))
    units = asked.units or 0
    if whole and kinds.min() >= 0 and len(kinds) > PAIR and kinds.max() < units:
        kinds = np.arange(int(kinds.max()) + 1)  # a class that these rows lack
    truth = np.searchsorted(kinds, flat)
    padded = ids and truth.ndim == PAIR and len(inputs) == 1
    counts = inputs[0] != 0 if padded and inputs[0].shape[:2] == truth.shape else None
    return _of_classes(truth, kinds, asked, shares, counts)


def numbers_in(labels: Any) -> Array:
    """Labels as numbers.

    Raises
    ------
    NotScorableError
        They are none, or not all are finite.
    """
    y = np.asarray(labels)
    if y.dtype == object:
        try:
            y = y.astype("float64")
        except (TypeError, ValueError):
            message = "the labels are not numbers"
            raise NotScorableError(message) from None
    if y.dtype.kind not in "fiub" or not y.size or not y.ndim:
        message = "the labels are not numbers"
        raise NotScorableError(message)
    if y.dtype.kind == "b":
        y = y.astype("int64")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        message = "not all labels are finite numbers"
        raise NotScorableError(message)
    return y


def is_copy(x: Array, y: Array) -> bool:
    """Whether the labels are the inputs."""
    if x.shape != y.shape or x.dtype.kind not in "fiu" or y[0].size < PAIR:
        return False
    a, b = x.ravel()[:MOST_COMPARED].astype("float64"), y.ravel()[:MOST_COMPARED].astype("float64")
    return bool(float(((a - b) ** 2).mean()) < COPY * float(b.var()))


def _last_axis_is_units(y: Array, asked: Asked) -> bool:
    """Whether each entry of a row's last axis is compared with a unit of its own."""
    if y.ndim == 1 or y.shape[-1] == 1:
        return False
    if asked.shape is None:
        one_hot = _is_binary(y) and bool((y.sum(-1) == 1).all())
        return len(np.unique(y.argmax(-1))) > 1 if one_hot else y.ndim == PAIR
    if len(asked.shape) == y.ndim + 1 and asked.shape[-1] != 1:  # an id at each place
        return False
    if len(asked.shape) == y.ndim + 1:  # one unit at each place
        return not _is_binary(y) and not asked.classes
    return True


def _of_columns(y: Array, asked: Asked, shares: Mapping[float, float] | None) -> Task:
    if _is_binary(y):
        one_hot = bool((y.sum(-1) == 1).all())
        if one_hot and asked.units in {None, y.shape[-1]}:
            return _of_classes(y.argmax(-1), np.arange(y.shape[-1]), asked, shares)
        bits = y.reshape(-1, y.shape[-1]).astype("int64")
        return _of("bits", bits, logits=asked.logits)
    if asked.classes and y.min() >= 0 and np.allclose(y.sum(-1), 1.0, atol=SUM_TOLERANCE):
        return _of_classes(y.argmax(-1), np.arange(y.shape[-1]), asked, shares)
    return _of_numbers("numbers", y)


def _of_distances(y: Array, asked: Asked) -> Task | None:
    """Labels of two kinds for one number that says how near; None where that is not it."""
    if y.size != len(y):
        return None
    flat = y.ravel()
    if asked.units not in {None, 1}:
        message = "the model puts out embeddings, which name no class"
        raise NotScorableError(message)
    kinds = np.unique(flat)
    if len(kinds) != PAIR:
        return None
    return replace(_of_classes(np.searchsorted(kinds, flat), kinds, asked, None), kind="distances")


def _of_classes(
    truth: Array,
    kinds: Array,
    asked: Asked,
    shares: Mapping[float, float] | None,
    counts: Array | None = None,
) -> Task:
    here = np.bincount(truth.ravel(), minlength=len(kinds)) / truth.size
    known = here if shares is None else np.array([shares.get(float(one), 0.0) for one in kinds])
    if np.count_nonzero(here) < PAIR:
        message = "all labels are the same"
        raise NotScorableError(message)
    total = float(known.sum())
    return Task(
        kind="classes",
        truth=truth,
        values=np.asarray(kinds, "float64"),
        shares=known / total if total > 0 else here,
        counts=counts,
        logits=asked.logits,
    )


def _of_numbers(kind: Kind, y: Array) -> Task:
    if not float(np.var(y.astype("float64"), axis=0).max()) > 0:  # a constant is right everywhere
        message = "all rows have the same labels"
        raise NotScorableError(message)
    return _of(kind, y)


def _of(kind: Kind, truth: Array, *, logits: bool = False) -> Task:
    none = np.zeros(0)
    return Task(kind=kind, truth=truth, values=none, shares=none, logits=logits)


def _are_classes(flat: Array, kinds: Array, asked: Asked) -> bool:
    """Return whether labels of one value per answer name classes."""
    if len(kinds) == PAIR:
        return True
    whole = bool(np.allclose(kinds, np.round(kinds)))
    few = len(kinds) <= MOST_CLASSES
    if asked.classes:  # of one unit, fractions are chances, ratings or grey values
        several = asked.units != 1 and len(kinds) < flat.size // 5
        return few and (whole or several)
    return few and whole and (asked.units or 1) >= len(kinds)


def _is_binary(labels: Array) -> bool:
    return bool(((labels == 0) | (labels == 1)).all())
