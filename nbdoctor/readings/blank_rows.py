"""Rows of nothing: pictures of one value, texts without a word."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_ROWS, MOST_VALUES = 4000, 8_000_000
FEWEST_VALUES = 16
"""Values of a row: fewer may be equal by chance."""

PICTURE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankInput:
    """One input whose rows are pictures or ids.

    Attributes
    ----------
    name : str
    ids : bool
        A blank row holds padding alone; else it is one value throughout.
    rows, blank : int
        That were looked at, and of these the blank ones.
    first : int
        The first blank row.
    """

    name: str
    ids: bool
    rows: int
    blank: int
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankRows:
    """Inputs with pictures or ids."""

    inputs: tuple[BlankInput, ...]


@reading(
    "rows of nothing",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no input holds pictures or ids that can be read"),
    once=True,
)
def blank_rows(rows: TrainingSample, layers: Layers | None) -> BlankRows | None:
    """Count rows of one value, in pictures, and of padding alone, in ids."""
    ids = bool(layers is not None and layers.embeds_inputs)
    found = [read_blank(name, np.asarray(values), ids=ids) for name, values in rows.whole.items()]
    known = tuple(one for one in found if one is not None)
    return BlankRows(inputs=known) if known else None


def read_blank(name: str, values: Array, *, ids: bool) -> BlankInput | None:
    """Count blank rows; None for tables, and for rows of few values."""
    per_row = math.prod(values.shape[1:])
    picture = values.ndim > PICTURE or (values.ndim == PICTURE and not ids)
    kind = ids and values.ndim == PICTURE - 1 and values.dtype.kind in "iuf"
    if not (picture or kind) or values.dtype.kind not in "biuf" or per_row < FEWEST_VALUES:
        return None
    index = evenly_spread(len(values), min(MOST_ROWS, max(1, MOST_VALUES // per_row)))
    flat = values[index].reshape(len(index), -1)
    blank = (flat == 0).all(axis=1) if kind else (flat == flat[:, :1]).all(axis=1)
    return BlankInput(
        name=name,
        ids=bool(kind),
        rows=len(index),
        blank=int(blank.sum()),
        first=int(index[blank.argmax()]) if blank.any() else 0,
    )
