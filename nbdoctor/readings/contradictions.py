"""Equal rows with different labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.given_away import one_per_row
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_ROWS, MOST_VALUES = 20_000, 40_000_000
FEWEST_ROWS = 60
MOST_CLASSES = 100
COARSE = 0.25
"""Where no column has as many different values as this share of the rows, rows are equal by chance:
a few categories say no more."""

WIDE = 64
FEWEST_VALUES = 16
"""Of 900 tables of packages 25 had many equal rows with different labels, in fewer columns each."""

PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradictions:
    """Rows that are equal in all inputs.

    Attributes
    ----------
    rows : int
        That were compared.
    repeated : int
        Rows that are equal to another one.
    contradicting : int
        Of these, rows whose equals do not all have one label.
    first : tuple of (int, int) or None
        The first two of these with different labels.
    largest : int
        How many of these are one and the same row, the commonest.
    of_frame : bool
        The inputs are tables of pandas, and not arrays.
    """

    rows: int
    repeated: int
    contradicting: int
    first: tuple[int, int] | None = None
    largest: int = 0
    of_frame: bool = False


@reading(
    "equal rows with different labels",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the rows cannot be read, or have no class each"),
    once=True,
)
def contradictions_of_rows(rows: TrainingSample) -> Contradictions | None:
    """Compare rows byte by byte."""
    return read_contradictions(rows)


def read_contradictions(rows: Rows) -> Contradictions | None:
    """Compare rows and their classes; None where rows are equal by chance."""
    if len(rows.targets) != 1 or not rows.whole:
        return None
    labels = one_per_row(np.asarray(next(iter(rows.targets.values()))))
    inputs = [np.asarray(values) for values in rows.whole.values()]
    if labels is None or any(one.dtype.kind not in "biuf" for one in inputs):
        return None
    per_row = sum(max(1, math.prod(one.shape[1:])) for one in inputs)
    total = min(len(labels), *(len(one) for one in inputs))
    most = min(total, MOST_ROWS, MOST_VALUES // per_row)
    kinds = np.unique(labels[:most])
    if most < FEWEST_ROWS or not PAIR <= len(kinds) <= MOST_CLASSES or _is_coarse(inputs, most):
        return None
    places: dict[bytes, list[int]] = {}
    for row in range(most):
        key = b"".join(one[row].tobytes() for one in inputs)
        places.setdefault(key, []).append(row)
    groups = [group for group in places.values() if len(group) > 1]
    apart = [group for group in groups if len(set(labels[group].tolist())) > 1]
    first = None
    if apart:
        one = apart[0][0]
        other = next(row for row in apart[0] if labels[row] != labels[one])
        first = (one, other)
    return Contradictions(
        rows=most,
        repeated=sum(map(len, groups)),
        contradicting=sum(map(len, apart)),
        first=first,
        largest=max(map(len, apart), default=0),
        of_frame=any(rows.columns.values()),
    )


def _is_coarse(inputs: list[Array], most: int) -> bool:
    """Whether rows may be equal by chance: few values of a row, or few different ones."""
    width = sum(math.prod(one.shape[1:]) for one in inputs)
    if width < FEWEST_VALUES or any(one.ndim > PAIR for one in inputs):
        return width < FEWEST_VALUES
    some = min(most, 4 * FEWEST_ROWS)
    table = np.concatenate([one[:some].reshape(some, -1) for one in inputs], axis=1)[:, :WIDE]
    return max(len(np.unique(column)) for column in table.T) < COARSE * some
