import numpy as np
import pytest

from nbdoctor.readings.histogram import BINS, histogram


def test_every_finite_value_is_counted_in_its_bin() -> None:
    values = np.random.default_rng(0).normal(size=(40, 5))
    drawn = histogram(values)
    assert drawn is not None
    width = (drawn.high - drawn.low) / BINS
    by_hand = [0] * BINS
    for value in values.ravel():
        by_hand[min(int((value - values.min()) / width), BINS - 1)] += 1
    assert drawn.counts == tuple(by_hand)
    assert (drawn.low, drawn.high) == (values.min(), values.max())


def test_values_beyond_the_bins_of_another_fall_into_the_outermost() -> None:
    like = histogram(np.array([0.0, 1.0]))
    drawn = histogram(np.array([-5.0, 0.5, 9.0, 9.0]), like)
    assert drawn is not None
    assert like is not None
    assert (drawn.low, drawn.high) == (0.0, 1.0)
    assert (drawn.counts[0], drawn.counts[-1], sum(drawn.counts)) == (1, 2, 4)


def test_one_value_gets_bins_around_it() -> None:
    drawn = histogram(np.full(7, 3))
    assert drawn is not None
    assert (drawn.low, drawn.high, sum(drawn.counts)) == (2.5, 3.5, 7)


@pytest.mark.parametrize(
    "values",
    [np.zeros(0), np.array([np.nan, np.inf]), np.array(["a"]), np.array([1j]), np.array([None])],
)
def test_nothing_to_count_has_no_histogram(values: np.ndarray) -> None:
    assert histogram(values) is None


def test_broken_values_are_not_counted() -> None:
    drawn = histogram(np.array([np.nan, 1.0, -np.inf, 2.0]))
    assert drawn is not None
    assert sum(drawn.counts) == 2


def test_truths_are_counted_as_0_and_1() -> None:
    drawn = histogram(np.array([True, False, True]))
    assert drawn is not None
    assert (drawn.low, drawn.high, drawn.counts[-1]) == (0.0, 1.0, 2)
