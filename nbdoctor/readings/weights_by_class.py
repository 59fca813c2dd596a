"""How much the rows of each class count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows, as_array, training_part
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWeight:
    """One class: its rows, and the mean of their weights."""

    label: float
    rows: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsByClass:
    """Every class among the labels.

    Attributes
    ----------
    given : str
        "class_weight" or "sample_weight", as an argument of `fit`.
    classes : tuple of ClassWeight
        By label, ascending.
    """

    given: str
    classes: tuple[ClassWeight, ...]


@reading(
    "the weights of the classes",
    when=Moment.FIT_CALLED,
    missing=does_not_apply("all rows count the same, or their weights are not in memory"),
)
def weights_by_class(call: FitCall, rows: Rows, labels: Labels) -> WeightsByClass | None:
    """The mean weight of the rows of each class, where rows have one class each."""
    if len(labels.targets) != 1 or rows.batches:
        return None
    (target,) = labels.targets
    values = rows.targets[target.name]
    if target.encoding == "one-hot" and values.ndim == 2:  # noqa: PLR2004  (a row for each)
        numbers = values.argmax(axis=1)
    elif target.encoding == "ids" and values.size == len(values):
        numbers = values.reshape(len(values))
    else:
        return None
    given = call.arguments.get("class_weight")
    if given is not None:
        return by_class("class_weight", numbers, _of_classes(given, numbers))
    weights = as_array(call.arguments.get("sample_weight"))
    if weights is None or weights.dtype.kind not in "biuf":
        return None
    part = weights[training_part(call.arguments)]
    return by_class("sample_weight", numbers, part.reshape(-1)) if part.size == len(part) else None


def by_class(given: str, labels: Array, weights: Array | None) -> WeightsByClass | None:
    """The same of arrays, shape (rows,) both; None where they are not in step."""
    if weights is None or len(labels) != len(weights) or not len(labels):
        return None
    kinds, numbers = np.unique(labels, return_inverse=True)
    rows = np.bincount(numbers)
    sums = np.bincount(numbers, weights=np.abs(weights.astype("float64")))
    return WeightsByClass(
        given=given,
        classes=tuple(
            ClassWeight(label=float(label), rows=int(number), weight=float(total / number))
            for label, number, total in zip(kinds, rows, sums, strict=True)
        ),
    )


def _of_classes(given: Any, labels: Array) -> Array | None:
    """The weight of each row by its class: 1 where the dict has none, as in Keras."""
    if not isinstance(given, Mapping):
        return None
    known = {
        float(key): float(value)
        for key, value in given.items()
        if isinstance(key, (int, float, np.integer, np.floating))
        and isinstance(value, (int, float, np.integer, np.floating))
    }
    kinds, numbers = np.unique(labels.astype("float64"), return_inverse=True)
    return np.array([known.get(float(kind), 1.0) for kind in kinds])[numbers]
