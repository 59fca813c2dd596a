"""Validation pictures that are training pictures mirrored, turned, or lighter and darker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import few_rows
from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TimeLeft, TrainingSample, ValidationSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]

MOST_TRAINING, MOST_VALIDATION = 4000, 300
FEWEST_ROWS = 30
MOST_SIDE, SMALLEST_SIDE = 16, 6
"""Pixels of a side that are compared; larger pictures are thinned, evenly from both edges."""

MOST_COLUMNS, MOST_VALUES = 64, 40_000_000
TIMES = 3.0
"""A copy is so many times nearer than the nearest picture that is compared as it stands. A picture
that looks the same both ways round has no copy for that."""

AS_IT_STANDS = 0.02
"""Nearer than this a picture is a copy as it stands, which is told elsewhere."""

PLAIN = 0.02
"""Spread of a picture, as a share of the usual one, below which it shows nothing."""

MIRRORED: Mapping[str, Callable[[Array], Array]] = {
    "left and right exchanged": lambda x: x[:, :, ::-1],
    "top and bottom exchanged": lambda x: x[:, ::-1],
    "turned by half": lambda x: x[:, ::-1, ::-1],
}
TURNED: Mapping[str, Callable[[Array], Array]] = {
    "turned to the left": lambda x: np.rot90(x, 1, (1, 2)),
    "turned to the right": lambda x: np.rot90(x, -1, (1, 2)),
}
SEED = 0x7C0
PICTURE, CHANNELS = 4, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedCopies:
    """Validation pictures beside training pictures, with light and contrast of each taken out.

    Attributes
    ----------
    rows, training_rows : int
        That were compared.
    copies : int
        Validation pictures with a training picture much nearer in another way round, or in another
        light, than any as it stands.
    ways : mapping of str to int
        How many of these are a copy in each way.
    near, usual : float
        Median distance to the copy, and to the nearest picture as it stands; pictures have a spread
        of 1.
    """

    rows: int
    training_rows: int
    copies: int
    ways: Mapping[str, int]
    near: float = 0.0
    usual: float = 0.0


@reading(
    "turned copies",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("there are no validation pictures that can be read"),
    once=True,
)
def turned_copies(
    rows: TrainingSample, validation: ValidationSample, time_left: TimeLeft | None
) -> TurnedCopies | None:
    """Compare validation pictures with training pictures in all ways round."""
    if time_left is not None:
        time_left.must_be_left()
    return read_turned(rows, validation)


def read_turned(training: Rows, validation: Rows) -> TurnedCopies | None:
    """Compare the pictures of a model with one input; None where there are none."""
    if len(training.whole) != 1 or len(validation.whole) != 1:
        return None
    ours, theirs = (np.asarray(next(iter(part.whole.values()))) for part in (training, validation))
    shape = ours.shape[1:]
    pictures = shape == theirs.shape[1:] and ours.dtype.kind in "biuf"
    if not pictures or ours.ndim not in (PICTURE - 1, PICTURE) or min(shape[:2]) < SMALLEST_SIDE:
        return None
    if (ours.ndim == PICTURE and shape[-1] > CHANNELS) or min(len(ours), len(theirs)) < FEWEST_ROWS:
        return None
    ours, theirs = few_rows(ours, MOST_TRAINING), few_rows(theirs, MOST_VALIDATION)
    if ours.size + theirs.size > MOST_VALUES:
        return None
    ours, theirs = _thinned(ours), _thinned(theirs)
    ways = {**MIRRORED, **(TURNED if ours.shape[1] == ours.shape[2] else {})}
    width = int(np.prod(ours.shape[1:]))
    turn = None
    if width > MOST_COLUMNS:
        rng = np.random.default_rng(SEED)
        turn = rng.normal(size=(width, MOST_COLUMNS)).astype(np.float32) / MOST_COLUMNS**0.5
    known, _ = _prepared(ours, turn)
    asked, shows = _prepared(theirs, turn)
    usual = _nearest(asked, known)
    found = {way: _nearest(_prepared(of(theirs), turn)[0], known) for way, of in ways.items()}
    best = np.min(list(found.values()), axis=0)
    copies = shows & (usual > AS_IT_STANDS) & (best * TIMES <= usual)
    return TurnedCopies(
        rows=len(theirs),
        training_rows=len(ours),
        copies=int(copies.sum()),
        ways={way: int((copies & (one == best)).sum()) for way, one in found.items()},
        near=float(np.median(best[copies])) if copies.any() else 0.0,
        usual=float(np.median(usual[copies])) if copies.any() else 0.0,
    )


def _thinned(pictures: Array) -> Array:
    """Pixels in rows and columns that lie as far from one edge as from the other."""
    high, wide = (
        np.round(np.linspace(0, side - 1, min(side, MOST_SIDE))).astype(int)
        for side in pictures.shape[1:3]
    )
    return pictures[:, high][:, :, wide]


def _prepared(pictures: Array, turn: Array | None) -> tuple[Array, Array]:
    """Each picture with a mean of 0 and a spread of 1, and whether it shows anything."""
    flat = np.nan_to_num(pictures.reshape(len(pictures), -1).astype(np.float32))
    flat = flat - flat.mean(axis=1, keepdims=True)
    spread = flat.std(axis=1, keepdims=True)
    shows = spread[:, 0] > PLAIN * max(float(np.median(spread)), 1e-12)
    flat /= np.where(spread > 0, spread, 1.0) * flat.shape[1] ** 0.5
    return (flat if turn is None else flat @ turn), shows


def _nearest(asked: Array, known: Array) -> Array:
    """Distance of each row to the nearest one known."""
    square = (asked**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2 * asked @ known.T
    at = square.argmin(axis=1)
    found: Array = np.sqrt(((asked - known[at]) ** 2).sum(axis=1))
    return found
