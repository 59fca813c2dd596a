"""Pictures of batches that lie elsewhere than in memory, while their masks do not.

A generator or a `PyDataset` is not drawn from a second time. What it makes of a picture is seen by
the picture itself, where that is in memory: a mask that is exactly one of those tells which.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.strangers import Stranger
from nbdoctor.cell.namespace import data
from nbdoctor.readings.given import Batches, Namespace
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.redrawn import RandomChanges, is_moved, matches
from nbdoctor.readings.source import Source

Array = npt.NDArray[Any]

MOST_VALUES = 40_000_000
"""Of all masks in memory: about 0.1 s, while training waits."""

MOST_PICTURES = 64
"""Of the batches, that are looked for."""

FOUND = 0.75
"""Share of the masks of the batches that lie in memory, from which on they stayed where they were.
Where masks are moved with their pictures, some still equal one in memory: their own, where the draw
moves nothing, or by chance that of another picture."""

RANK, PICTURES = 3, 4


@reading("the pictures of the batches", when=Moment.BATCHES)
def moved_pictures(
    call: FitCall, passed: Batches, namespace: Namespace, source: Source | None
) -> RandomChanges | None:
    """Look for the masks of the batches among those in memory, and compare their pictures."""
    x = call.arguments.get("x")
    arrays: dict[str, Any] = dict(x.arrays) if type(x) is Stranger else {}
    reached = set(source.reaches_fit) if source is not None else set()
    arrays |= {name: value for name, value in data(namespace) if name in reached}
    known = {name: value for name, value in arrays.items() if type(value) is np.ndarray}
    return read_moved_pictures(passed.batches, known)


def read_moved_pictures(batches: Sequence[Any], known: Mapping[str, Array]) -> RandomChanges | None:
    """The same of batches and arrays.

    Parameters
    ----------
    batches : sequence
        Pairs of pictures, shape (rows, height, width, channels), and masks, shape (rows, height,
        width) with or without channels.
    known : mapping of str to array
        What they may be made from.

    Returns
    -------
    RandomChanges or None
        None where no mask is found again that would show whether it was moved.
    """
    pairs = list(_pairs(batches))[:MOST_PICTURES]
    if not pairs:
        return None
    for name, masks in known.items():
        if not _may_hold(masks, pairs[0][1]):
            continue
        found = _found_again(pairs, masks)
        for other in known.values():
            if len(other) == len(masks) and _may_hold(other, pairs[0][0]):
                moved = [is_moved(_picture(other[at]), picture) for picture, at in found]
                if any(moved):
                    return RandomChanges(
                        pictures=len(found), moved=sum(moved), labels_moved=0, array=name
                    )
    return None


def _pairs(batches: Sequence[Any]) -> Iterator[tuple[Array, Array]]:
    """Pictures and masks, as far as the batches hold nothing but these."""
    import keras

    for batch in batches:
        parts = keras.utils.unpack_x_y_sample_weight(batch)[:2]
        leaves = [keras.tree.flatten(part) for part in parts]
        if [len(part) for part in leaves] != [1, 1] or any(part[0] is None for part in leaves):
            return
        x, y = (np.asarray(part[0]) for part in leaves)
        x = x[..., None] if x.ndim == RANK else x
        if x.dtype.kind not in "biuf" or y.dtype.kind not in "biuf" or x.ndim != PICTURES:
            return
        if not matches(x, y, batched=True):
            return
        yield from zip(x.astype(np.float64), y, strict=False)


def _may_hold(array: Array, one: Array) -> bool:
    """Whether an array may hold pictures or masks of this height and width."""
    return (
        array.ndim in (RANK, PICTURES)
        and array.dtype.kind in "biuf"
        and array.shape[1:3] == one.shape[:2]
        and array.size <= MOST_VALUES
    )


def _found_again(pairs: Sequence[tuple[Array, Array]], masks: Array) -> list[tuple[Array, int]]:
    """Pictures, and where their mask is in memory, if nearly all masks are there as they stand.

    A mask tells where it is there once, and would be none of them if it were mirrored or rotated.
    """
    keys = [_key(mask) for mask in masks]
    often, places = Counter(keys), {key: at for at, key in enumerate(keys)}
    found, told = [], 0
    for picture, mask in pairs:
        key = _key(mask)
        turned = {_key(one) for one in _turned(mask)}
        if often[key] > 1 or key in turned or not turned.isdisjoint(places):
            continue
        told += 1
        if key in places:
            found.append((picture, places[key]))
    return found if len(found) >= FOUND * told else []


def _key(mask: Array) -> bytes:
    """The same for masks of the same classes at the same places, whatever their type and scale."""
    flat = mask.reshape(*mask.shape[:2], -1)
    low, high = float(flat.min()), float(flat.max())
    scaled = (flat - low) / (high - low) if high > low else np.zeros(flat.shape)
    return hashlib.blake2b(np.round(scaled, 4).astype(np.float32).tobytes()).digest()


def _turned(mask: Array) -> Iterator[Array]:
    """A mask mirrored and rotated in each way that leaves its shape."""
    for quarters in range(4):
        turned = np.rot90(mask, quarters)
        if turned.shape == mask.shape:
            yield turned[:, ::-1]
            if quarters:
                yield turned


def _picture(values: Array) -> Array:
    picture: Array = values.astype(np.float64)
    return picture if picture.ndim == RANK else picture[..., None]
