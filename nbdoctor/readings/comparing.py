"""Compare predictions with the labels of a task, and tell only counts and errors of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.readings.answers import MOST_WORST, Answers, Density, OfNumbers, WorstRow
from nbdoctor.readings.comparing_classes import answers_in_bits, answers_in_classes
from nbdoctor.readings.histogram import histogram
from nbdoctor.readings.score import as_shaped, explained
from nbdoctor.readings.task import NotScorableError, Task

Array = npt.NDArray[Any]

FEW_COLUMNS = 4
"""Columns of numbers that are told one by one; more are taken together."""

CELLS = 20
"""Cells along an axis: a square of 10 pixels each in a picture that is as high as others."""

EDGE = 0.5
"""Percent of the values at each end that may lie beyond the axes: a single outlier would else leave
all others in one cell."""

NO_NUMBERS = "it is not known which numbers these rows have in your data"


def answers_of(output: str, task: Task, predicted: Array, numbers: Array | None) -> Answers:
    """Compare what one output predicts with its labels.

    Parameters
    ----------
    output : str
    task : Task
        Of these rows.
    predicted : array
        Shape (rows, ...).
    numbers : array of int or None
        Number of each row in the user's data, None where it has none.
    """
    finite = np.asarray(np.isfinite(predicted.reshape(len(predicted), -1)).all(axis=1))
    if not finite.all():
        bad = int((~finite).sum())
        why = f"the predictions of {bad:,} of {len(finite):,} rows hold NaN or infinity"
        return Answers(output=output, why_not=why)
    try:
        match task.kind:
            case "distances":
                why = "it puts out how far two inputs are apart, and where to cut is not known"
                return Answers(output=output, why_not=why)
            case "classes":
                found, losses = answers_in_classes(output, task, predicted)
            case "bits":
                found, losses = answers_in_bits(output, task, predicted)
            case "numbers" | "rebuilding":
                found, losses = _answers_in_numbers(output, task, predicted)
    except NotScorableError as why_not:
        return Answers(output=output, why_not=str(why_not))
    return _with_worst(found, losses, numbers)


def _with_worst(found: Answers, losses: list[WorstRow], numbers: Array | None) -> Answers:
    """Name the rows of the largest losses, which are numbered within the comparison so far."""
    if not losses:
        return found
    if numbers is None:
        return replace(found, why_no_rows=NO_NUMBERS)
    return replace(found, worst=tuple(replace(one, row=int(numbers[one.row])) for one in losses))


def _answers_in_numbers(
    output: str, task: Task, predicted: Array
) -> tuple[Answers, list[WorstRow]]:
    truth = task.truth.reshape(len(task.truth), -1).astype("float64")
    given = as_shaped(task.truth, predicted).reshape(truth.shape).astype("float64")
    columns = truth.shape[1]
    if columns <= FEW_COLUMNS:
        names = [""] if columns == 1 else [f"column {at}" for at in range(columns)]
        parts = [(name, truth[:, [at]], given[:, [at]]) for at, name in enumerate(names)]
    else:
        parts = [(f"all {columns:,} values of a row", truth, given)]
    errors = np.sqrt(((given - truth) ** 2).mean(axis=1))
    found = Answers(
        output=output,
        kind=task.kind,
        answers=truth.size if columns > FEW_COLUMNS else len(truth),
        places=columns if columns > FEW_COLUMNS else 1,
        numbers=tuple(_of_numbers(name, a, b) for name, a, b in parts),
    )
    return found, [WorstRow(row=int(at), loss=float(errors[at])) for at in largest(errors)]


def _of_numbers(name: str, truth: Array, given: Array) -> OfNumbers:
    error = given - truth
    return OfNumbers(
        name=name,
        explained=explained(truth, given),
        error=float(np.abs(error).mean()),
        spread=float(truth.std()),
        bias=float(error.mean()),
        residuals=histogram(error),
        density=density(truth.ravel(), given.ravel()),
    )


def density(truth: Array, given: Array) -> Density:
    """Count where predictions lie against the truth, on axes of the same length."""
    ends = np.percentile(np.stack([truth, given]), [EDGE, 100 - EDGE], axis=1)
    low, high = float(ends[0].min()), float(ends[1].max())
    if high <= low:
        low, high = low - 0.5, high + 0.5
    at_given, at_truth = (
        np.clip((one - low) / (high - low) * CELLS, 0, CELLS - 1).astype(int)
        for one in (given, truth)
    )
    counts = np.bincount(at_given * CELLS + at_truth, minlength=CELLS**2).reshape(CELLS, CELLS)
    return Density(
        low=low, high=high, counts=tuple(tuple(int(one) for one in row) for row in counts)
    )


def largest(losses: Array) -> Array:
    """Where the largest losses are, the largest first; the earlier of equal ones."""
    found: Array = np.argsort(-losses, kind="stable")[:MOST_WORST]
    return found
