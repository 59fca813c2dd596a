"""Some rows themselves, as the model sees them: part of a report only where the user has asked."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows, rows_of_batches
from nbdoctor.capture.sample import Part, Sample
from nbdoctor.look.look import Look
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.scoring import judging_part

Array = npt.NDArray[Any]
Form = Literal["pictures", "columns", "ids", "lines"]

FIRST, HELD_OUT, WORST = "the first training batch", "validation", "the largest loss"

MOST_ROWS = 6
"""Of each part: as many thumbnails as stand beside each other."""

LARGEST_SIDE = 40
"""Pixels of a thumbnail: 18 of them in colour are 115 kB at most, as text in a notebook."""

MOST_NUMBERS = 16
"""Values of a row that are written; more of them are a line."""

MOST_IDS = 40
MOST_POINTS = 100
SMALLEST_PICTURE = 8
COLOURS = {1, 3}
PAIR, THREE = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """A row of one input.

    Attributes
    ----------
    number : int or None
        In the user's data; None where it has no number there.
    labels : str
        What is to be predicted for it.
    values : tuple of float
        Numbers, ids, or the points of a line; () for a picture.
    pixels : str
        A picture as bytes of 0 to 255 in base64, rows of pixels from the top; "" for all else.
    """

    number: int | None
    labels: str
    values: tuple[float, ...] = ()
    pixels: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRows:
    """Rows of one input of the model, out of one part of the data.

    Attributes
    ----------
    input, part : str
        Name of the input; `FIRST`, `HELD_OUT` or `WORST`.
    form : str
        "pictures", "columns" (of a table), "ids" or "lines" (sequences).
    rows : tuple of SampleRow
    columns : tuple of str
        Names of the values, where they have any.
    left_out : int
        Values of a row that are not among these.
    shape : tuple of int
        Height, width and channels of a thumbnail; () for all else.
    low, high : float
        What is black and what is white, the same in all parts: the range of the first batch.
    """

    input: str
    part: str
    form: Form
    rows: tuple[SampleRow, ...]
    columns: tuple[str, ...] = ()
    left_out: int = 0
    shape: tuple[int, ...] = ()
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Rows of the user's data: stored with `--include-samples` only, shown when asked for.

    Attributes
    ----------
    rows : tuple of SampleRows
    """

    rows: tuple[SampleRows, ...]

    def of(self, *parts: str) -> tuple[SampleRows, ...]:
        """Those of some parts of the data."""
        return tuple(one for one in self.rows if one.part in parts)


@reading(
    "the sample rows",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("rows are taken when the cell has ended"),
)
def samples_of_cell(
    look: Look,
    rows: Rows | None,
    sample: Sample | None,
    attained: Attained | None,
    layers: Layers | None,
) -> Samples | None:
    """Some rows of the first batch, of the validation, and those with the largest loss."""
    if not look.batches:
        return None
    batch = rows_of_batches(look.model, [look.batches[0]], None, keep=True)
    given = (*batch.whole.values(), *batch.targets.values())
    if len({len(one) if np.ndim(one) else 0 for one in given}) != 1:
        return None  # an element that is no batch, say: its first axis are no rows
    parts = {FIRST: Part(inputs=batch.whole, targets=batch.targets)}
    if sample is not None and sample.held_out is not None:
        parts[HELD_OUT] = sample.held_out
    worst = _worst(judging_part(sample), attained) if sample is not None else None
    if worst is not None:
        parts[WORST] = worst
    return read_samples(
        parts,
        ids=bool(layers is not None and layers.embeds_inputs),
        columns=rows.columns if rows is not None else {},
    )


def read_samples(
    parts: Mapping[str, Part], *, ids: bool = False, columns: Mapping[str, tuple[str, ...]]
) -> Samples | None:
    """Take some rows of each part; None where no input holds numbers.

    Parameters
    ----------
    parts : mapping of str to Part
        The first of them says what is black and what is white.
    ids : bool
        Inputs of whole numbers are ids, as of words.
    columns : mapping of str to tuple of str
        Names of columns, by input.
    """
    found = []
    for name, first in next(iter(parts.values())).inputs.items():
        some = np.asarray(first)[:MOST_ROWS]
        if some.dtype.kind not in "biuf" or not some.size:
            continue
        finite = some[np.isfinite(some)]
        ends = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        for part, rows in parts.items():
            if name in rows.inputs and np.asarray(rows.inputs[name]).shape[1:] == some.shape[1:]:
                found.append(_of_input(name, part, rows, ends, columns.get(name, ()), ids=ids))
    return Samples(rows=tuple(found)) if found else None


def form_of(values: Array, *, ids: bool = False) -> Form:
    """How rows of this shape are shown."""
    shape = values.shape[1:]
    if len(shape) == PAIR and min(shape) >= SMALLEST_PICTURE and not ids:
        return "pictures"
    if len(shape) == THREE and shape[-1] in COLOURS and min(shape[:2]) >= SMALLEST_PICTURE:
        return "pictures"
    if ids and len(shape) <= 1:
        return "ids"
    return "columns" if len(shape) <= 1 and int(np.prod(shape)) <= MOST_NUMBERS else "lines"


def _of_input(  # noqa: PLR0913
    name: str,
    part: str,
    rows: Part,
    ends: tuple[float, float],
    columns: tuple[str, ...],
    *,
    ids: bool,
) -> SampleRows:
    values = np.asarray(rows.inputs[name])[:MOST_ROWS]
    form = form_of(values, ids=ids)
    labels = list(_labels(rows, len(values)))
    numbers = [None] * len(values) if rows.index is None else rows.index[: len(values)].tolist()
    pictures = _thumbnails(values, *ends) if form == "pictures" else None
    shown, left_out = _numbers(values, form) if pictures is None else (None, 0)
    return SampleRows(
        input=name,
        part=part,
        form=form,
        rows=tuple(
            SampleRow(
                number=numbers[at],
                labels=labels[at],
                values=() if shown is None else tuple(float(one) for one in shown[at]),
                pixels="" if pictures is None else _encoded(pictures[at]),
            )
            for at in range(len(values))
        ),
        columns=columns if form == "columns" else (),
        left_out=left_out,
        shape=() if pictures is None else pictures.shape[1:],
        low=ends[0],
        high=ends[1],
    )


def _thumbnails(values: Array, low: float, high: float) -> Array:
    """Pictures of at most `LARGEST_SIDE` pixels as bytes, shape (rows, height, width, channels)."""
    pictures = values[..., None] if values.ndim == THREE else values
    steps = [max(1, -(-side // LARGEST_SIDE)) for side in pictures.shape[1:3]]
    small = pictures[:, :: steps[0], :: steps[1]].astype("float64")
    width = (high - low) or 1.0
    made: Array = (np.clip(np.nan_to_num((small - low) / width), 0, 1) * 255).round().astype("u1")
    return made


def _encoded(picture: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(picture).tobytes()).decode()


def _numbers(values: Array, form: Form) -> tuple[Array, int]:
    """What is shown of each row, shape (rows, numbers), and how many numbers are left out."""
    if form == "lines" and values.ndim > PAIR:
        values = values.reshape(len(values), values.shape[1], -1)[..., 0]  # the first feature
    flat = values.reshape(len(values), -1)
    if form == "lines":
        return flat[:, :: max(1, -(-flat.shape[1] // MOST_POINTS))], 0
    most = MOST_IDS if form == "ids" else MOST_NUMBERS
    return flat[:, :most], max(0, flat.shape[1] - most)


def _labels(rows: Part, many: int) -> Iterator[str]:
    """The labels of each row in words."""
    several = len(rows.targets) > 1
    for at in range(many):
        said = [
            f"{name} {_label(np.asarray(values)[at])}"
            if several
            else _label(np.asarray(values)[at])
            for name, values in rows.targets.items()
        ]
        yield ", ".join(said)


def _label(value: Array) -> str:
    flat = np.asarray(value).ravel()
    if flat.dtype.kind not in "biuf":
        return str(flat[0]) if flat.size == 1 else ""
    if flat.size == 1:
        return f"{float(flat[0]):.4g}"
    if np.isin(flat, (0, 1)).all() and flat.sum() == 1 and np.ndim(value) == 1:
        return str(int(flat.argmax()))
    if flat.size <= MOST_ROWS:
        return ", ".join(f"{float(one):.4g}" for one in flat)
    return f"{flat.size:,} values"


def _worst(part: Part, attained: Attained | None) -> Part | None:
    """The rows with the largest loss, of the first output that names any."""
    answers = attained.answers if attained is not None else ()
    rows = next((one.worst for one in answers if one.worst), ())
    if part.index is None or not rows:
        return None
    at = [np.flatnonzero(part.index == one.row)[:1] for one in rows]
    return part.of(np.concatenate(at))
