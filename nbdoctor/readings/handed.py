"""What a cell hands to a trained model, beside what the model was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows
from nbdoctor.capture.summary import InputSummary, Summary, described, summary_of_rows
from nbdoctor.capture.uses import Use, Uses
from nbdoctor.cell.namespace import data
from nbdoctor.readings.given import Namespace, Remembered
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

FAR = 6.0
"""Standard deviations of the training rows from their mean. In half of all columns at once no row
of the same kind is so far away."""

NARROW = 0.02
"""Spread of what is handed over, in spreads of the training rows, below which it was scaled once
more: at least 8 rows are needed for it."""

ENOUGH = 8
NEAR = 3.0

FEW = 0.05
"""Share of the training rows that may have by chance what each row has that was normalised by
itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Inputs of one `predict` or `evaluate` that are unlike the training inputs.

    Attributes
    ----------
    by : str
        "predict" or "evaluate".
    line : int or None
    rows : int
    low, high : float
        What was handed over.
    trained_low, trained_high : float
        What the model was trained on.
    distance : float
        Of the middle column from its mean in training, in standard deviations.
    like : str
        A variable of the user's that has the values of training before they were scaled, and like
        which the inputs look; "" where none was found.
    by_row : str
        What holds of each row that is handed over by itself, and not of those of training: "a mean
        of 0"; "" where nothing does.
    """

    by: str
    line: int | None
    rows: int
    low: float
    high: float
    trained_low: float
    trained_high: float
    distance: float
    like: str = ""
    by_row: str = ""


@reading(
    "what the model is handed",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the cell hands no rows in memory to the trained model"),
    once=True,
)
def handed_over(
    call: FitCall, rows: Rows | None, uses: Uses, namespace: Namespace
) -> HandedOver | None:
    """Compare inputs of `predict` and `evaluate` with the training rows."""
    if rows is None or call.model is None:
        return None
    known = summary_of_rows(rows)
    of_model = [one for one in uses.passes if one.model is not None and one.model() is call.model]
    return first_unlike(of_model, known, namespace)


@reading("what the model is handed", when=Moment.CELL_STOPPED, once=True)
def handed_later(uses: Uses, known: Remembered, namespace: Namespace) -> HandedOver | None:
    """The same in a cell that trains nothing, for models that were trained in earlier cells."""
    for use in uses.passes:
        model = use.model() if use.model is not None else None
        summary = None if model is None else known.of(model)
        found = None if summary is None else first_unlike([use], summary, namespace)
        if found is not None:
            return found
    return None


def first_unlike(uses: list[Use], known: Summary, namespace: Any) -> HandedOver | None:
    """The first pass whose inputs are unlike those of training; None where there is none."""
    for use in uses:
        for one in use.summary or ():
            trained = next((other for other in known if other.name == one.name), None)
            if trained is None or trained.shape != one.shape:
                continue
            distance = distance_of(one, trained)
            narrow = _is_narrow(one, trained)
            by_row = normalised_alone(one, trained)
            if distance > FAR or narrow or by_row:
                return HandedOver(
                    by=use.by,
                    line=use.line,
                    rows=one.rows,
                    low=one.minimum,
                    high=one.maximum,
                    trained_low=trained.minimum,
                    trained_high=trained.maximum,
                    distance=distance,
                    like=_looks_like(one, trained, namespace),
                    by_row=by_row,
                )
    return None


def distance_of(one: InputSummary, trained: InputSummary) -> float:
    """Of the middle column from its mean in training, in standard deviations of training."""
    pairs = list(_pairs(one, trained))
    far = [abs(mean - was) / spread for mean, was, _, spread in pairs if spread > 0]
    return float(np.median(far)) if far else 0.0


def _is_narrow(one: InputSummary, trained: InputSummary) -> bool:
    if one.rows < ENOUGH:
        return False
    shares = [now / spread for _, _, now, spread in _pairs(one, trained) if spread > 0]
    return bool(shares) and 0 < float(np.median(shares)) < NARROW


def normalised_alone(one: InputSummary, trained: InputSummary) -> str:
    """What all rows handed over have, each by itself, and hardly a row of training; "" for nothing.

    The last that holds says most.
    """
    found = [
        name
        for name, share in one.by_row.items()
        if share == 1 and name in trained.by_row and trained.by_row[name] <= FEW
        and (one.rows >= ENOUGH or name.startswith("a mean"))
    ]  # fmt: skip
    return found[-1] if found else ""


def _pairs(one: InputSummary, trained: InputSummary) -> Iterator[tuple[float, float, float, float]]:
    """Mean handed over and in training, spread handed over and in training, of each column."""
    if one.means and len(one.means) == len(trained.means):
        yield from zip(one.means, trained.means, one.stds, trained.stds, strict=True)
    else:
        yield one.mean, trained.mean, one.std, trained.std


def _looks_like(one: InputSummary, trained: InputSummary, namespace: Any) -> str:
    """A variable like which the inputs look, and that is not like the training rows."""
    for name, value in data(namespace):
        if (
            name.startswith("_")
            or not isinstance(value, np.ndarray)
            or value.dtype.kind not in "fiu"
        ):
            continue
        if value.shape[1:] != one.shape or len(value) < ENOUGH or not value.size:
            continue
        other = described(one.name, value)
        if distance_of(one, other) < NEAR and distance_of(other, trained) > NEAR:
            return name
    return ""
