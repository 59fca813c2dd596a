"""Whether masks lie where the edges of their pictures are: tried shifted, and mirrored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.data import Rows
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]
Step = tuple[int, int]

MOST_PICTURES, FEWEST_PICTURES = 120, 24
MOST_SIDE = 64
"""Pixels of a side; larger pictures are thinned, and steps counted in what is left."""

REACH = 6
"""Pixels in each direction that masks are moved: 169 places, some 0.1 s."""

CLEAR = 0.15
"""Difference in agreement by which a picture tells which way round its mask is. Few differ so much
from the mask of another picture; how many do is counted."""

MOST_CLASSES = 64
MIRRORS = ("", "left and right", "top and bottom")
PICTURE, CHANNELS = 4, 16
PAIR, RANK = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """Which way round single pictures agree with their masks.

    Attributes
    ----------
    mirrored : str
        "left and right" or "top and bottom": the mirroring that most prefer.
    clear : int
        Pictures that agree clearly better one way round than the other.
    turned : int
        Of these, those that agree better with their mask mirrored.
    by_chance : int
        What `clear` is with the mask of another picture each.
    agreement, straight_agreement : float
        Mean agreement of these mirrored, and of the other clear ones as they stand.
    """

    mirrored: str
    clear: int
    turned: int
    by_chance: int
    agreement: float
    straight_agreement: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskOffset:
    """Where the edges of masks agree best with those of the pictures.

    Agreement is the covariance of both edges over all pixels, as a share of its greatest possible.

    Attributes
    ----------
    pictures : int
        On which the place was judged; others chose it.
    down, right : int
        Pixels by which the masks lie below, and to the right of, where they agree best.
    mirrored : str
        "left and right" or "top and bottom" where they agree best the other way round, else "".
    as_given, best : float
        Agreement as the masks stand, and there.
    errors : float
        Standard errors by which the second is above the first.
    turned : Turned or None
        Pictures that agree better with their mask mirrored; None where none does.
    """

    pictures: int
    down: int
    right: int
    mirrored: str
    as_given: float
    best: float
    errors: float
    turned: Turned | None = None


@reading(
    "the place of the masks",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the targets are no masks of pictures in memory"),
    once=True,
)
def mask_offset_of_rows(rows: TrainingSample) -> MaskOffset | None:
    """Compare the edges of masks and pictures."""
    return read_mask_offset(rows)


@reading("the place of the masks", when=Moment.BATCHES)
def mask_offset_of_batches(rows: Rows) -> MaskOffset | None:
    """The same of batches as they pass, which a generator makes once: of several together."""
    if not rows.batches or (rows.batches == 1 and len(rows.index) < MOST_PICTURES):
        return None
    targets = {name: values[rows.index] for name, values in rows.targets.items()}
    return read_mask_offset(replace(rows, whole=rows.inputs, targets=targets))


def read_mask_offset(rows: Rows) -> MaskOffset | None:
    """Compare the edges of one input of pictures and one target of masks of the same size."""
    if len(rows.whole) != 1 or len(rows.targets) != 1:
        return None
    pictures, masks = (np.asarray(next(iter(some.values()))) for some in (rows.whole, rows.targets))
    if not _are_masks(pictures, masks):
        return None
    index = evenly_spread(len(pictures), MOST_PICTURES)
    thin = -(-max(pictures.shape[1:3]) // MOST_SIDE)
    few = pictures[index][:, ::thin, ::thin].astype(np.float32)
    kinds = _classes(masks[index][:, ::thin, ::thin])
    if len(few) < FEWEST_PICTURES or min(few.shape[1:3]) <= 2 * REACH or kinds is None:
        return None
    found = _compared(_edges(few), _borders(kinds), kinds)
    turned = _turned(_edges(few), kinds)
    return replace(found, down=found.down * thin, right=found.right * thin, turned=turned)


def _are_masks(pictures: Array, masks: Array) -> bool:
    numbers = pictures.dtype.kind in "biuf" and masks.dtype.kind in "biuf"
    return (
        numbers
        and pictures.ndim in (RANK, PICTURE)
        and masks.ndim in (RANK, PICTURE)
        and pictures.shape[:3] == masks.shape[:3]
        and (pictures.ndim == RANK or pictures.shape[-1] <= CHANNELS)
    )


def _classes(masks: Array) -> Array | None:
    """One class per pixel; None where values are no classes."""
    if masks.ndim == PICTURE:
        masks = masks[..., 0] if masks.shape[-1] == 1 else masks.argmax(axis=-1)
    values = np.unique(masks)
    return masks if PAIR <= len(values) <= MOST_CLASSES else None


def _edges(pictures: Array) -> Array:
    """How much each pixel differs from those to its right and below, of a mean of 0."""
    values = pictures if pictures.ndim == PICTURE else pictures[..., None]
    right = np.abs(values[:, :-1, 1:] - values[:, :-1, :-1]).sum(axis=-1)
    down = np.abs(values[:, 1:, :-1] - values[:, :-1, :-1]).sum(axis=-1)
    return _centred(right + down)


def _borders(kinds: Array) -> Array:
    right, down = kinds[:, :-1, 1:], kinds[:, 1:, :-1]
    here = kinds[:, :-1, :-1]
    return _centred((right != here).astype(np.float32) + (down != here))


def _centred(values: Array) -> Array:
    """Of each picture a mean of 0 and a spread of 1; 0 throughout where there is none."""
    flat = values.astype(np.float32)
    centre, spread = flat.mean(axis=(1, 2), keepdims=True), flat.std(axis=(1, 2), keepdims=True)
    made: Array = (flat - centre) / np.where(spread > 0, spread, np.inf)
    return made


def _compared(edges: Array, borders: Array, kinds: Array) -> MaskOffset:
    """The best place by every other picture, and by the rest how much better it is."""
    chosen, judged = np.arange(len(edges)) % PAIR == 0, np.arange(len(edges)) % PAIR == 1
    ways = {
        "": borders,
        MIRRORS[1]: _borders(kinds[:, :, ::-1]),
        MIRRORS[2]: _borders(kinds[:, ::-1]),
    }
    found = {
        (way, step): values
        for way, turned in ways.items()
        for step, values in _agreements(edges, turned)
        if not way or max(map(abs, step)) <= 1
    }
    best = max(found, key=lambda one: float(found[one][chosen].mean()))
    gain = (found[best] - found["", (0, 0)])[judged]
    way, (down, right) = best
    return MaskOffset(
        pictures=len(gain),
        down=down,
        right=right,
        mirrored=way,
        as_given=float(found["", (0, 0)][judged].mean()),
        best=float(found[best][judged].mean()),
        errors=float(gain.mean() / max(float(gain.std()) / len(gain) ** 0.5, 1e-12)),
    )


def _turned(edges: Array, kinds: Array) -> Turned | None:
    """How many pictures agree better with their mask mirrored, of those that tell."""
    straight, strange = (_agreement(edges, _borders(one)) for one in (kinds, np.roll(kinds, 1, 0)))
    found = []
    for way, mirror in ((MIRRORS[1], np.s_[:, :, ::-1]), (MIRRORS[2], np.s_[:, ::-1])):
        other = _agreement(edges, _borders(kinds[mirror]))
        by_chance = _agreement(edges, _borders(np.roll(kinds, 1, 0)[mirror])) - strange
        clear = np.abs(other - straight) >= CLEAR
        turned, kept = clear & (other > straight), clear & (other < straight)
        if turned.any() and kept.any():
            one = Turned(
                mirrored=way,
                clear=int(clear.sum()),
                turned=int(turned.sum()),
                by_chance=int((np.abs(by_chance) >= CLEAR).sum()),
                agreement=float(other[turned].mean()),
                straight_agreement=float(straight[kept].mean()),
            )
            found.append(one)
    return max(found, key=lambda one: one.turned, default=None)


def _agreement(edges: Array, borders: Array) -> Array:
    found: Array = np.einsum("ijk,ijk->i", edges, borders) / edges[0].size
    return found


def _agreements(edges: Array, borders: Array) -> Iterator[tuple[Step, Array]]:
    """Of each step of the masks up and to the left, the agreement of each picture."""
    high, wide = edges.shape[1:]
    steps = range(-REACH, REACH + 1)
    for down in steps:
        for right in steps:
            ours = edges[
                :, max(0, -down) : high - max(0, down), max(0, -right) : wide - max(0, right)
            ]
            theirs = borders[
                :, max(0, down) : high - max(0, -down), max(0, right) : wide - max(0, -right)
            ]
            yield (down, right), np.einsum("ijk,ijk->i", ours, theirs) / ours[0].size
