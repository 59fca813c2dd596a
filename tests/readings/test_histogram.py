import numpy as np
import pytest

from nbdoctor.readings.histogram import BINS, histogram, histograms


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
    assert drawn.edges == pytest.approx([drawn.low + width * edge for edge in range(BINS + 1)])


def test_values_beyond_the_bins_of_another_fall_into_the_outermost() -> None:
    like = histogram(np.array([0.0, 1.0]))
    drawn = histogram(np.array([-5.0, 0.5, 9.0, 9.0]), like)
    assert drawn is not None
    assert like is not None
    assert (drawn.low, drawn.high) == (0.0, 1.0)
    assert (drawn.counts[0], drawn.counts[-1], sum(drawn.counts)) == (1, 2, 4)


def test_equal_values_have_one_bin_without_width() -> None:
    drawn = histogram(np.full(7, 3))
    assert drawn is not None
    assert (drawn.low, drawn.high, drawn.counts) == (3, 3, (7,))


@pytest.mark.parametrize(
    "values",
    [np.zeros(0), np.array([np.nan, np.inf]), np.array(["a"]), np.array([1j]), np.array([None])],
)
def test_nothing_to_count_has_no_histogram(values: np.ndarray) -> None:
    assert histogram(values) is None
    assert histograms(values, None) == (None, None)


def test_broken_values_are_not_counted() -> None:
    drawn = histogram(np.array([np.nan, 1.0, -np.inf, 2.0]))
    assert drawn is not None
    assert sum(drawn.counts) == 2


def test_truths_are_counted_as_0_and_1() -> None:
    drawn = histogram(np.array([True, False, True]))
    assert drawn is not None
    assert (drawn.low, drawn.high, drawn.counts[-1]) == (0.0, 1.0, 2)


def heavy(rows: int = 2000) -> np.ndarray:
    """Most values within 1 of 0, a few hundred times as large."""
    draw = np.random.default_rng(1)
    return np.concatenate([draw.normal(size=rows), draw.normal(size=20) * 300])


def test_bins_are_symmetric_logarithmic_where_the_middle_half_would_be_one_bar() -> None:
    drawn = histogram(heavy())
    assert drawn is not None
    first, third = np.percentile(heavy(), [25, 75])
    assert drawn.linear == pytest.approx((third - first) / 2)
    assert sum(drawn.counts) == 2020
    assert max(drawn.counts) < 0.4 * 2020  # even bins: 0.95
    by_hand, _ = np.histogram(heavy(), bins=np.asarray(drawn.edges))
    assert drawn.counts == tuple(by_hand)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.random.default_rng(2).normal(size=5000), id="a bell"),
        pytest.param(np.random.default_rng(2).uniform(size=5000), id="even"),
        pytest.param(np.random.default_rng(2).exponential(size=5000), id="one tail"),
        pytest.param(
            np.maximum(np.random.default_rng(2).normal(size=5000) - 1, 0), id="mostly exact zeros"
        ),
        pytest.param(np.repeat([0.0, 255.0], 50), id="two values"),
        pytest.param(np.zeros(9), id="nothing but zeros"),
    ],
)
def test_bins_are_even_where_they_show_the_shape(values: np.ndarray) -> None:
    drawn = histogram(values)
    assert drawn is not None
    assert drawn.linear == 0


def test_histograms_together_have_the_same_bins_and_lose_no_value() -> None:
    training, validation = np.linspace(0, 1, 200), np.linspace(0, 255, 100)
    one, other, none = histograms(training, validation, None)
    assert one is not None
    assert other is not None
    assert none is None
    assert one.edges == other.edges
    assert (one.low, one.high, one.linear) == (0, 255, pytest.approx(0.25, rel=0.02))
    assert max(one.counts) < 50  # even bins would have all 200 in the first
    by_hand, _ = np.histogram(validation, bins=np.asarray(other.edges))
    assert other.counts == tuple(by_hand)


def test_the_largest_numbers_have_a_histogram() -> None:
    drawn = histogram(np.array([-1.7e308, 0.0, 1.7e308]))
    assert drawn is not None
    assert sum(drawn.counts) == 3
