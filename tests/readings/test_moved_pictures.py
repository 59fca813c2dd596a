from typing import Any

import numpy as np
import pytest

from nbdoctor.readings.moved_pictures import read_moved_pictures

pytestmark = pytest.mark.keras  # Keras takes the batches apart

RNG = np.random.default_rng(1)
PICTURES = RNG.integers(0, 256, (12, 16, 16, 1)).astype("uint8")
MASKS = (PICTURES > 170).astype("uint8")
KNOWN = {"pictures": PICTURES, "masks": MASKS, "ids": np.arange(12)}


def batches(x: Any, y: Any) -> list[Any]:
    return [(x[:5] / 255, y[:5].astype("float32")), (x[5:] / 255, y[5:].astype("float32"))]


def test_flipped_pictures_beside_their_masks() -> None:
    flipped = PICTURES.copy()
    flipped[::2] = flipped[::2, :, ::-1]
    found = read_moved_pictures(batches(flipped, MASKS), KNOWN)
    assert found is not None
    assert (found.pictures, found.moved, found.labels_moved, found.array) == (12, 6, 0, "masks")


@pytest.mark.parametrize("axis", [1, 2])
def test_both_flipped(axis: int) -> None:
    both = batches(np.flip(PICTURES, axis), np.flip(MASKS, axis))
    assert read_moved_pictures(both, KNOWN) is None


def test_pictures_in_their_place() -> None:
    assert read_moved_pictures(batches(PICTURES, MASKS), KNOWN) is None
    brighter = np.clip(PICTURES.astype(int) + 20, 0, 255)
    assert read_moved_pictures(batches(brighter, MASKS), KNOWN) is None


def test_masks_that_are_the_same_both_ways_round_do_not_tell() -> None:
    same = np.maximum(MASKS, MASKS[:, :, ::-1])
    known = {"pictures": PICTURES, "masks": same}
    assert read_moved_pictures(batches(PICTURES[:, :, ::-1], same), known) is None


def test_masks_that_there_are_twice_do_not_tell() -> None:
    masks = np.repeat(MASKS[:6], 2, axis=0)
    known = {"pictures": PICTURES, "masks": masks}
    assert read_moved_pictures(batches(PICTURES[:, :, ::-1], masks), known) is None


def test_other_data() -> None:
    assert read_moved_pictures([(PICTURES, np.arange(12))], KNOWN) is None
    assert read_moved_pictures(batches(PICTURES, MASKS), {"ids": np.arange(12)}) is None
    assert read_moved_pictures([({"a": PICTURES, "b": PICTURES}, MASKS)], KNOWN) is None


def test_simple_masks_that_equal_others_by_chance_when_both_are_flipped() -> None:
    pictures, masks = RNG.normal(0.3, 0.15, (160, 20, 20, 1)), np.zeros((160, 20, 20, 1))
    for picture, mask in zip(pictures, masks, strict=True):
        top, left = RNG.integers(0, 12, 2)
        high, wide = RNG.integers(4, 8, 2)
        picture[top : top + high, left : left + wide] += 0.5
        mask[top : top + high, left : left + wide] = 1
    known = {"pictures": pictures, "masks": masks}
    both = [one[:64].copy() for one in (pictures, masks)]
    for one in both:
        one[::2] = one[::2, ::-1]
        one[::3] = one[::3, :, ::-1]
    assert {one.tobytes() for one in both[1]} & {one.tobytes() for one in masks[64:]}
    assert read_moved_pictures([tuple(both)], known) is None
    found = read_moved_pictures([(both[0], masks[:64])], known)
    assert found is not None
    assert found.moved > 20
