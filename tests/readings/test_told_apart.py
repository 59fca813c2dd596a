import numpy as np
import pytest

from nbdoctor.capture.sample import Part
from nbdoctor.readings.told_apart import ToldApart, read_told_apart

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 4, 600)


def read(place: np.ndarray, y: np.ndarray = Y, noise: float = 0.5) -> ToldApart | None:
    x = 3 * np.eye(4)[place] + noise * RNG.normal(size=(len(place), 4))
    return read_told_apart(Part(inputs={"x": x}, targets={"y": y}))


def test_two_classes_with_the_same_inputs() -> None:
    found = read(np.where(Y == 3, 1, Y))
    assert found is not None
    pair = found.pairs[0]
    assert (pair.one, pair.other) == (1.0, 3.0)
    assert pair.apart <= pair.by_chance
    assert pair.from_others > 0.95
    assert found.pairs[1].apart > 0.9


@pytest.mark.parametrize("noise", [0.5, 1.5, 3.0])
def test_classes_that_overlap_are_told_apart_all_the_same(noise: float) -> None:
    found = read(Y, noise=noise)
    assert found is not None
    assert found.pairs[0].apart > found.pairs[0].by_chance


def test_two_classes_or_numbers_are_not_compared() -> None:
    assert read(Y, (Y > 1).astype(int)) is None
    assert read(Y, RNG.normal(size=600)) is None
