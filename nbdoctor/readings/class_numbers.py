"""Whether whole numbers that a model learns as amounts are the numbers of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.sample import Sample
from nbdoctor.readings.features import features_of
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.losses import DIFFERENCES
from nbdoctor.readings.missing import Missing, NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.simple_models import LINEAR, NEAR, nearest, out_of_fold, ridge

Array = npt.NDArray[Any]

FEWEST_CLASSES, MOST_CLASSES = 3, 20
"""Two classes are in order whatever they are; more values than these are counted or measured."""

FEWEST_OF_CLASS = 10
"""Rows of each class: with fewer their share of right answers is a matter of luck."""

MOST_ROWS, FOLDS, SEED = 1500, 5, 0x5EED
MODELS = {LINEAR: ridge, NEAR: nearest}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNumbers:
    """How often simple models are right that name a class, and that estimate an amount.

    All shares are balanced: the mean over the classes of the share of their rows that are right, on
    rows that the models have not seen. An amount is rounded to the nearest number that occurs.

    Attributes
    ----------
    output : str
        Name of the output, as in `Output.name`.
    rows, classes : int
    named, estimated : mapping of str to float
        By the kind of the model: a linear one, nearest neighbours.
    """

    output: str
    rows: int
    classes: int
    named: Mapping[str, float]
    estimated: Mapping[str, float]

    @property
    def gains(self) -> dict[str, float]:
        """By how much each kind of model is right more often when it names a class."""
        return {kind: share - self.estimated[kind] for kind, share in self.named.items()}


@reading(
    "the order of the classes",
    when=Moment.TRAINING | Moment.CELL_ENDED,
    missing=Missing(
        kind="too early", reason="the simple models follow when training ends or pauses"
    ),
    once=True,
)
def class_numbers(
    sample: Sample | None, labels: Labels | None, head: Head | None
) -> ClassNumbers | None:
    """Compare both ways of answering on the rows of the training."""
    judged = [
        target
        for target in (labels.targets if labels is not None and head is not None else ())
        if head is not None and is_amount_of_few(target, head.of(target))
    ]
    if len(judged) != 1 or sample is None:
        raise NotTakenError(does_not_apply("no unit learns a few whole numbers as amounts"))
    truth = sample.train.targets.get(judged[0].name)
    x = features_of(list(sample.train.inputs.values()))
    if x is None or truth is None:
        raise NotTakenError(does_not_apply("the inputs are not rows of numbers"))
    found = compared(x, np.asarray(truth).ravel())
    if found is None:
        raise NotTakenError(does_not_apply("some of the numbers occur too rarely"))
    named, estimated, rows = found
    return ClassNumbers(
        output=judged[0].name,
        rows=rows,
        classes=judged[0].distinct,
        named=named,
        estimated=estimated,
    )


def is_amount_of_few(target: Target, output: Output | None) -> bool:
    """Whether one unit learns a few whole numbers from 0 or 1 on by a loss of differences."""
    return (
        output is not None
        and output.loss in DIFFERENCES
        and output.width in {None, 1}
        and target.encoding == "ids"
        and FEWEST_CLASSES <= target.distinct <= MOST_CLASSES
        and target.minimum in {0, 1}
        and target.maximum - target.minimum + 1 == target.distinct
    )


def compared(x: Array, truth: Array) -> tuple[dict[str, float], dict[str, float], int] | None:
    """Balanced shares of right answers: classes named, amounts estimated; and the rows.

    Parameters
    ----------
    x : array
        Shape (rows, columns), standardised.
    truth : array
        Shape (rows,), whole numbers.

    Returns
    -------
    (dict, dict, int) or None
        None where a class has too few rows.
    """
    if len(x) != len(truth):
        return None
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(len(x))[:MOST_ROWS]
    x, (values, classes) = x[chosen], np.unique(truth[chosen], return_inverse=True)
    if len(values) < FEWEST_CLASSES or np.bincount(classes).min() < FEWEST_OF_CLASS:
        return None
    columns, amounts = np.eye(len(values))[classes], values[classes].astype(float)[:, None]
    folds = rng.permutation(len(x)) % FOLDS
    named, estimated = {}, {}
    for kind, model in MODELS.items():
        shares = out_of_fold(model, x, columns, folds)[0]
        guessed = out_of_fold(model, x, amounts, folds)[0]
        named[kind] = shares.argmax(axis=1)
        estimated[kind] = np.abs(guessed - values[None, :]).argmin(axis=1)
    return _shares(classes, named), _shares(classes, estimated), len(x)


def _shares(truth: Array, answers: Mapping[str, Array]) -> dict[str, float]:
    kinds = np.unique(truth)
    return {
        model: float(np.mean([(said[truth == one] == one).mean() for one in kinds]))
        for model, said in answers.items()
    }
