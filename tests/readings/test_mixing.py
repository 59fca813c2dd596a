import numpy as np
import pytest

from nbdoctor.readings.labels import Target
from nbdoctor.readings.mixing import Mixing, batches_in_order, read_mixing

IDS = Target(name="y", encoding="ids")
X = np.random.default_rng(0).random((32, 4))


def mixing(labels: np.ndarray, size: int = 32, target: Target = IDS) -> Mixing | None:
    return read_mixing(X, batches_in_order(labels, size), target)


def test_sorted_labels_have_no_entropy_in_a_batch() -> None:
    found = mixing(np.repeat(np.arange(4), 64))
    assert found is not None
    assert (found.batches, found.rows, found.classes) == (8, 32, 4)
    assert found.entropy == pytest.approx(0.0)
    assert found.dealt == pytest.approx(np.log(4), abs=0.1)
    assert found.p == pytest.approx(1 / 201)


@pytest.mark.parametrize("share", [0.5, 0.03])
def test_shuffled_labels_are_like_those_dealt_at_random(share: float) -> None:
    found = mixing((np.random.default_rng(1).random(512) < share).astype(int))
    assert found is not None
    assert found.p > 0.01
    assert found.entropy == pytest.approx(found.dealt, rel=0.2)


def test_the_entropy_is_that_of_the_shares() -> None:
    found = mixing(np.tile([0, 0, 0, 1], 32), 8)
    assert found is not None
    assert found.entropy == pytest.approx(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25)))
    assert found.p == 1.0, "every deal is less even"


def test_one_hot_rows_and_columns_are_classes_too() -> None:
    labels = np.repeat(np.arange(4), 32)
    one_hot = Target(name="y", encoding="one-hot")
    assert mixing(np.eye(4)[labels], 32, one_hot) == mixing(labels) == mixing(labels[:, None])


@pytest.mark.parametrize(
    ("labels", "size", "target"),
    [
        pytest.param(np.arange(512), 32, Target(name="y", encoding="continuous"), id="numbers"),
        pytest.param(np.arange(96) % 3, 32, IDS, id="three batches"),
        pytest.param(np.arange(96) % 3, 4, IDS, id="batches of four rows"),
        pytest.param(np.zeros((512, 7), int), 32, IDS, id="a class per step"),
    ],
)
def test_nothing_where_it_cannot_tell(labels: np.ndarray, size: int, target: Target) -> None:
    assert mixing(labels, size, target) is None


def test_windows_over_a_time_series_are_seen() -> None:
    series = np.random.default_rng(0).random(64)
    windows = np.stack([series[at : at + 8] for at in range(32)])
    labels = batches_in_order(np.repeat(np.arange(4), 64), 32)
    for first, overlapping in ((windows, True), (X, False), (np.ones((32, 8)), False)):
        found = read_mixing(first, labels, IDS)
        assert found is not None
        assert found.overlapping is overlapping


def test_batches_are_spread_over_large_data() -> None:
    parts = batches_in_order(np.arange(32 * 1000), 32)
    assert len(parts) == 64
    assert (parts[0][0], parts[-1][-1]) == (0, 32 * 1000 - 1)
