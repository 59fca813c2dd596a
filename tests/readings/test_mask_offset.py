import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.mask_offset import MaskOffset, mask_offset_of_batches, read_mask_offset

RNG = np.random.default_rng(2)


def draw(size: int = 24) -> tuple[np.ndarray, np.ndarray]:
    yy, xx = np.mgrid[0:size, 0:size]
    masks = []
    for _ in range(60):
        top, left = RNG.integers(4, size // 2, 2)
        # Neither way round the same: an L.
        box = (yy >= top) & (yy < top + 8) & (xx >= left) & (xx < left + 3)
        foot = (yy >= top + 5) & (yy < top + 8) & (xx >= left) & (xx < left + 8)
        masks.append(box | foot)
    mask = np.array(masks).astype("float32")
    return mask + RNG.normal(0, 0.1, mask.shape), mask[..., None]


def read(x: np.ndarray, y: np.ndarray) -> MaskOffset | None:
    whole = {"x": x}
    return read_mask_offset(
        Rows(inputs=whole, targets={"y": y}, index=np.arange(len(x)), total=len(x), whole=whole)
    )


def test_masks_in_their_place() -> None:
    found = read(*draw())
    assert found is not None
    assert (found.down, found.right, found.mirrored) == (0, 0, "")
    assert found.best == found.as_given > 0.5


@pytest.mark.parametrize("step", [(2, 0), (0, -3), (4, 4)])
def test_masks_beside_it(step: tuple[int, int]) -> None:
    x, y = draw()
    found = read(x, np.roll(y, step, axis=(1, 2)))
    assert found is not None
    assert (found.down, found.right) == step
    assert found.as_given < 0.75 * found.best
    assert found.errors > 5


@pytest.mark.parametrize(("axis", "words"), [(2, "left and right"), (1, "top and bottom")])
def test_masks_the_other_way_round(axis: int, words: str) -> None:
    x, y = draw()
    found = read(x, np.flip(y, axis))
    assert found is not None
    assert found.mirrored == words


def test_large_pictures_are_thinned() -> None:
    x, y = (np.repeat(np.repeat(one, 6, 1), 6, 2) for one in draw())
    found = read(x, np.roll(y, 18, axis=1))
    assert found is not None
    assert found.down == 18


def test_targets_that_are_no_masks() -> None:
    x, y = draw()
    assert read(x, y[:, :, :12]) is None
    assert read(x, x[..., None]) is None
    assert read(x, np.zeros_like(y)) is None


def test_pictures_that_are_flipped_at_random() -> None:
    x, y = draw()
    flipped = np.arange(len(x)) % 3 == 0
    x[flipped] = x[flipped][:, :, ::-1]
    found = read(x, y)
    assert found is not None
    assert found.turned is not None
    assert found.turned.mirrored == "left and right"
    assert (found.turned.turned, found.turned.clear) == (flipped.sum(), len(x))
    assert found.turned.agreement == pytest.approx(found.turned.straight_agreement, abs=0.1)
    straight = read(*draw())
    assert straight is not None
    assert straight.turned is None


def test_masks_of_other_pictures_tell_of_none() -> None:
    x, y = draw()
    found = read(x, np.roll(y, 7, axis=0))
    assert found is not None
    turned = found.turned
    assert turned is None or turned.clear < 2 * turned.by_chance


def test_batches_are_compared_as_they_pass() -> None:
    x, y = draw()
    index = np.arange(0, len(x), 2)  # inputs are a part of the rows, targets are all
    rows = Rows(inputs={"x": x[index]}, targets={"y": y}, index=index, total=None, batches=4)
    found = mask_offset_of_batches(rows)
    assert found is not None
    assert found.best == found.as_given > 0.5
    assert mask_offset_of_batches(Rows(**{**vars(rows), "batches": 0})) is None
