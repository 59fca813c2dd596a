import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.turned_copies import TurnedCopies, read_turned

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (200, 20, 20, 3)).astype("uint8")


def rows(x: np.ndarray) -> Rows:
    return Rows(inputs={"x": x}, targets={}, index=np.arange(len(x)), total=len(x), whole={"x": x})


def read(ours: np.ndarray, theirs: np.ndarray) -> TurnedCopies:
    found = read_turned(rows(ours), rows(theirs))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("turned", "way"),
    [
        (PICTURES[:, :, ::-1], "left and right exchanged"),
        (PICTURES[:, ::-1], "top and bottom exchanged"),
        (np.rot90(PICTURES, 1, (1, 2)), "turned to the right"),
        (np.clip(PICTURES[:, :, ::-1] * 0.8 + 30, 0, 255), "left and right exchanged"),
    ],
    ids=["mirrored", "upside down", "turned", "mirrored and lighter"],
)
def test_copies(turned: np.ndarray, way: str) -> None:
    found = read(PICTURES, turned[:60])
    assert (found.rows, found.copies) == (60, 60)
    assert found.ways[way] == 60
    assert found.near < 0.1 < found.usual


def test_pictures_of_their_own() -> None:
    others = RNG.integers(0, 256, (60, 20, 20, 3)).astype("uint8")
    assert read(PICTURES, others).copies == 0


def test_copies_as_they_stand_are_told_elsewhere() -> None:
    both = np.concatenate([PICTURES, PICTURES[:, :, ::-1]])
    assert read(both, PICTURES[:60]).copies == 0


def test_pictures_that_look_the_same_both_ways_round() -> None:
    half = PICTURES[:, :, :10]
    same = np.concatenate([half, half[:, :, ::-1]], axis=2)
    assert read(same[:140], same[140:]).copies == 0


def test_blank_pictures() -> None:
    blank = np.zeros((60, 20, 20, 3))
    assert read(np.concatenate([PICTURES, blank]), blank).copies == 0


def test_tables_are_no_pictures() -> None:
    table = RNG.normal(size=(200, 8))
    assert read_turned(rows(table), rows(table[:60])) is None
