"""The rows that judge the model, beside those that train it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Array, Rows
from nbdoctor.readings.given import ValidationRows
from nbdoctor.readings.label_values import MOST_CLASSES
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Classes of the validation rows of one output, against those of the training rows.

    Attributes
    ----------
    target : str
        As in `Target.name`.
    split : str
        "tail" (`validation_split` takes the last rows before any shuffle) or "given".
    share : float
        The `validation_split` given, 0.0 for "given".
    rows : int
        Validation rows.
    training_rows : int
        Training rows.
    complete : bool
        All rows of both were looked at.
    classes, training_classes : tuple of float
        Class values, at most 1000; empty for continuous targets.
    counts : tuple of (float, int)
        Validation rows of the classes that `Target.counts` lists, in that order.
    unseen : tuple of (float, int)
        Classes that only the validation rows hold, with their rows.
    unseen_rows : int
        Validation rows of such classes, or places of them.
    values : int
        Labels that were counted: one for each validation row, or for each pixel or token of one.
    """

    target: str
    split: str
    rows: int
    training_rows: int
    share: float = 0.0
    complete: bool = True
    classes: tuple[float, ...] = ()
    training_classes: tuple[float, ...] = ()
    counts: tuple[tuple[float, int], ...] = ()
    unseen: tuple[tuple[float, int], ...] = ()
    unseen_rows: int = 0
    values: int = 0

    @property
    def counted(self) -> int:
        """Labels that `counts` and `unseen_rows` are a part of."""
        return self.values or self.rows

    @property
    def are_places(self) -> bool:
        """Whether a row has a label at each of several places (pixels, tokens)."""
        return self.counted > self.rows


def read_validation(
    target: Target,
    training: Rows,
    validation: Rows,
    share: float,
) -> Validation:
    """Compare the classes of the validation rows with those of the training rows.

    Parameters
    ----------
    target : Target
        The training labels of one output.
    training, validation : Rows
    share : float
        `validation_split`, 0.0 when the rows were given.
    """
    ours, theirs = training.targets[target.name], validation.targets[target.name]
    seen = {float(value) for value in np.unique(_classes(ours, target))}
    classes = _classes(theirs, target)
    distinct, counts = np.unique(classes, return_counts=True)
    unseen = [
        (float(value), int(count))
        for value, count in zip(distinct, counts, strict=True)
        if value not in seen
    ]
    return Validation(
        target=target.name,
        split="tail" if share else "given",
        share=share,
        rows=len(theirs),
        training_rows=len(ours),
        complete=training.complete and validation.complete,
        classes=tuple(float(value) for value in distinct[:MOST_CLASSES]),
        training_classes=tuple(sorted(seen))[:MOST_CLASSES],
        counts=_of_listed(target, distinct, counts),
        unseen=tuple(unseen),
        unseen_rows=sum(count for _, count in unseen),
        values=len(classes),
    )


def _of_listed(target: Target, distinct: Array, counts: Array) -> tuple[tuple[float, int], ...]:
    """How often the classes occur that are listed for training; empty where there are none."""
    found = dict(zip(map(float, distinct), map(int, counts), strict=True))
    return tuple((value, found.get(value, 0)) for value, _ in target.counts) if found else ()


@reading(
    "the validation labels",
    when=Moment.FIT_CALLED,
    missing=does_not_apply("there is no validation data in memory"),
)
def validation_of_fit(
    labels: Labels, rows: Rows, validation: ValidationRows, call: FitCall
) -> Validation | None:
    """Compare the labels of the first output."""
    target = labels.targets[0]
    theirs = validation.targets.get(target.name)
    if theirs is None or _axes(theirs) != _axes(rows.targets[target.name]):
        return None  # `validation_form` tells of these
    share = float(call.arguments.get("validation_split") or 0.0)
    return read_validation(target, rows, validation, share)


def _axes(values: Array) -> tuple[int, ...]:
    """Shape of a label, without axes of size 1, which Keras takes off."""
    return tuple(size for size in values.shape[1:] if size > 1)


def _classes(values: Array, target: Target) -> Array:
    if target.encoding not in ("ids", "one-hot"):
        return np.zeros(0)
    return values.argmax(axis=-1).ravel() if target.encoding == "one-hot" else values.ravel()
