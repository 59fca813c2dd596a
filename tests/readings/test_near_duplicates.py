import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.near_duplicates import NearDuplicates, read_near_duplicates

RNG = np.random.default_rng(0)
BASE = RNG.normal(size=(300, 12))


def rows(x: np.ndarray) -> Rows:
    y = np.zeros(len(x), int)
    return Rows(
        inputs={"x": x}, targets={"y": y}, index=np.arange(len(x)), total=len(x), whole={"x": x}
    )


def read(ours: np.ndarray, theirs: np.ndarray) -> NearDuplicates:
    found = read_near_duplicates(rows(ours), rows(theirs))
    assert found is not None
    return found


def test_copies_with_jitter() -> None:
    many = np.concatenate([BASE + 0.02 * RNG.normal(size=BASE.shape) for _ in range(4)])
    found = read(many, BASE[:100] + 0.02)
    assert found.copies == 100
    assert found.by_chance < 1
    assert found.near < 0.5
    assert found.usual > 1.0


def test_rows_of_their_own_are_no_copies() -> None:
    found = read(BASE, RNG.normal(size=(100, 12)))
    assert (found.copies, found.between, found.windows) == (0, 0, 0)


def test_few_dimensions_look_so_by_chance() -> None:
    turn = RNG.normal(size=(2, 8))
    flat = RNG.normal(size=(500, 2)) @ turn
    found = read(flat[:400], flat[400:])
    assert found.copies <= 3 * found.by_chance
    assert found.between == 0


def test_rows_between_two_others() -> None:
    share = RNG.random((300, 1))
    near = np.array([np.argsort(((BASE - one) ** 2).sum(axis=1))[1] for one in BASE])
    between = BASE + share * (BASE[near] - BASE)
    assert read(BASE, between[:100]).between >= 99


@pytest.mark.parametrize(("cut", "overlapping"), [("random", True), ("in time", False)])
def test_windows(cut: str, overlapping: bool) -> None:
    series = RNG.normal(size=400)
    windows = np.stack([series[i : i + 10] for i in range(390)])[..., None]
    order = RNG.permutation(390) if cut == "random" else np.arange(390)
    found = read(windows[order[:290]], windows[order[290:]])
    assert (found.windows > 50) is overlapping
    assert found.windows > 50 or found.windows <= 3


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(BASE, BASE[:10], id="too few rows"),
        pytest.param(BASE, BASE[:, :5], id="other shapes"),
        pytest.param(BASE.astype(str), BASE.astype(str), id="text"),
    ],
)
def test_nothing_where_they_cannot_be_compared(ours: np.ndarray, theirs: np.ndarray) -> None:
    assert read_near_duplicates(rows(ours), rows(theirs)) is None


def test_coarse_values_are_not_judged() -> None:
    coarse = RNG.integers(0, 3, (300, 6)).astype(float)
    assert read(coarse, coarse[:60]).copies == 0
