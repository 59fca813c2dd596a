"""A metric of the log that is the mean over batches of what adds up over all rows only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.look.batches import row_count
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import has_call, is_same_in_training
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import TimeLeft, ValidationSample
from nbdoctor.readings.history import History
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[np.floating[Any]]

SECONDS = 1.0
MOST_ROWS = 20_000
FEWEST_BATCHES = 3
TINY = 1e-7
"""What Keras and most own metrics add to a divisor."""

SAME = 2e-3
"""By so much a number that is computed in single precision and by another order of sums differs."""

PAIR = 2
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAverage:
    """One name of the log.

    Attributes
    ----------
    name : str
        In the log ("val_f1").
    formula : str
        What it is the mean of, in words ("the F1 score").
    logged : float
        Of the last epoch.
    averaged, whole : float
        The mean over the batches, and the same of all rows at once.
    batches, rows : int
    """

    name: str
    formula: str
    logged: float
    averaged: float
    whole: float
    batches: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAverages:
    """The metrics of the validation that are such means, of those that were compared.

    Attributes
    ----------
    found : tuple of BatchAverage
    compared : tuple of str
    """

    found: tuple[BatchAverage, ...]
    compared: tuple[str, ...]


@reading(
    "metrics of batches",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("there is no validation metric of rows in memory"),
    once=True,
)
def averages_over_batches(  # noqa: PLR0913, PLR0917
    call: FitCall,
    look: Look,
    fit: Fit,
    history: History,
    rows: ValidationSample,
    time: TimeLeft | None,
) -> BatchAverages | None:
    """Compare the log of the last epoch with the predictions of the trained model."""
    values = {
        name: given[-1]
        for name, given in history.values.items()
        if name.startswith("val_") and not name.endswith("loss")
    }
    size = call.arguments.get("validation_batch_size") or fit.batch_size
    one = len(rows.targets) == 1 and bool(rows.whole) and look.trained
    same = look.is_pure or (look.run is not None and is_same_in_training(look.model))
    if not (values and one and size and same and has_call(look.model)):
        return None
    if time is not None:
        time.must_be_left()
    (target,) = rows.targets.values()
    every = np.arange(len(target))
    if rows.total != len(every) or len(every) > MOST_ROWS or len(every) < FEWEST_BATCHES * size:
        return None
    at_once = row_count(look.batches[0])  # a step on copies takes batches of one size
    order = np.resize(every, -(-len(every) // at_once) * at_once)
    try:
        found = predictions_of(look, dict(rows.whole), dict(rows.targets), order, SECONDS)
    except RowsDoNotFitError:
        return None
    if found is None or len(found[1]) < len(every) or len(found[0]) != 1:
        return None
    predicted = np.asarray(found[0][0])[: len(every)]
    compared = compare(values, np.asarray(target), predicted, int(size))
    return BatchAverages(found=tuple(compared), compared=tuple(values))


def compare(
    values: dict[str, float], labels: npt.NDArray[Any], predicted: Array, size: int
) -> Iterator[BatchAverage]:
    """Names of the log whose value is the mean over batches of a formula, and not that of all rows.

    Parameters
    ----------
    values : dict of str to float
        Of the log.
    labels, predicted : array
        Shape (rows, ...), in the order of the validation.
    size : int
        Rows of a batch.
    """
    starts = range(0, len(labels), size)
    formulas = list(_formulas(labels, predicted))
    of_rows = list(_sums_over_rows(labels, predicted))
    for name, logged in values.items():
        if any(abs(one - logged) <= SAME for one in of_rows):
            continue  # accuracy; of batches of one row it is also an average of other formulas
        for words, formula in formulas:
            each = [formula(slice(at, at + size)) for at in starts]
            averaged, whole = float(np.mean(each)), formula(slice(None))
            if abs(averaged - logged) <= SAME < abs(whole - logged):
                yield BatchAverage(
                    name=name, formula=words, logged=logged, averaged=averaged, whole=whole,
                    batches=len(each), rows=len(labels),
                )  # fmt: skip
                break


def _sums_over_rows(labels: npt.NDArray[Any], predicted: Array) -> Iterator[float]:
    """What is the same over batches and over all rows: accuracies and mean errors."""
    if labels.dtype.kind not in "biuf" or predicted.dtype.kind != "f":
        return
    rows = len(labels)
    flat, made = labels.reshape(rows, -1).astype(float), predicted.reshape(rows, -1)
    if made.shape[1] > 1:
        classes = flat[:, 0] if flat.shape[1] == 1 else flat.argmax(axis=1)
        yield float((made.argmax(axis=1) == classes).mean())
    if flat.shape == made.shape:
        yield float(((made > HALF) == flat).mean())
        yield float(np.abs(made - flat).mean())
        yield float(((made - flat) ** 2).mean())


Formula = Callable[[slice], float]


def _formulas(labels: npt.NDArray[Any], predicted: Array) -> Iterator[tuple[str, Formula]]:
    """Formulas that are not sums over rows, for labels and predictions of this kind."""
    if labels.dtype.kind not in "biuf" or predicted.dtype.kind != "f":
        return
    rows = len(labels)
    flat, made = labels.reshape(rows, -1).astype(float), predicted.reshape(rows, -1).astype(float)
    classes = made.shape[1] > 1
    if classes and flat.shape[1] == 1:
        ids = flat[:, 0].astype(int)
        if (flat[:, 0] != ids).any() or ids.min() < 0 or ids.max() >= made.shape[1]:
            return
        flat = np.eye(made.shape[1])[ids]
    if flat.shape != made.shape:
        return
    if ((flat == 0) | (flat == 1)).all():
        if classes and (flat.sum(axis=1) == 1).all():
            hits = np.eye(made.shape[1])[made.argmax(axis=1)]
            yield from _of_hits(flat, hits, "the macro ", axis=0)
        yield from _of_hits(flat, (made > HALF).astype(float), "the ", axis=None)
    else:
        yield "the coefficient of determination", lambda part: _determined(flat[part], made[part])
        yield "the root mean squared error", lambda part: _root(flat[part], made[part])


def _of_hits(
    labels: Array, hits: Array, the: str, axis: int | None
) -> Iterator[tuple[str, Formula]]:
    def counts(part: slice) -> tuple[Any, Any, Any]:
        both = (labels[part] * hits[part]).sum(axis=axis)
        return both, hits[part].sum(axis=axis), labels[part].sum(axis=axis)

    def precision(part: slice) -> Any:
        both, said, _ = counts(part)
        return both / (said + TINY)

    def recall(part: slice) -> Any:
        both, _, true = counts(part)
        return both / (true + TINY)

    def f1(part: slice) -> Any:
        one, other = precision(part), recall(part)
        return 2 * one * other / (one + other + TINY)

    def overlap(part: slice) -> Any:
        both, said, true = counts(part)
        return both / (said + true - both + TINY)

    for words, formula in (
        ("F1 score", f1), ("precision", precision), ("recall", recall),
        ("intersection over union", overlap),
    ):  # fmt: skip
        yield the + words, lambda part, of=formula: float(np.mean(of(part)))  # type: ignore[misc]


def _determined(labels: Array, predicted: Array) -> float:
    residual = float(((labels - predicted) ** 2).sum())
    total = float(((labels - labels.mean(axis=0)) ** 2).sum())
    return 1 - residual / (total + TINY)


def _root(labels: Array, predicted: Array) -> float:
    return float(np.sqrt(((labels - predicted) ** 2).mean()))
