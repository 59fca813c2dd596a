import numpy as np
import pytest

from nbdoctor.treat.comparison import Comparison, curve, outcome

ROWS = 200


def rows(*shares: float) -> np.ndarray:
    """One row of hits per seed, so many of them 1."""
    return np.stack([(np.arange(ROWS) < share * ROWS).astype(float) for share in shares])


@pytest.mark.parametrize(
    ("before", "after", "word", "why"),
    [
        pytest.param((0.3, 0.3), (0.9, 0.88), "helps", "", id="a large gain of every seed"),
        pytest.param((0.9, 0.88), (0.3, 0.3), "worse", "", id="a large loss of every seed"),
        pytest.param(
            (0.3, 0.3),
            (0.9, 0.6),
            "no effect",
            "the difference is within what chance makes",
            id="two seeds that differ as much as they gain",
        ),
        pytest.param((0.5, 0.5), (0.5, 0.5), "no effect", "", id="nothing changes"),
        pytest.param((0.5, 0.5), (0.51, 0.51), "no effect", "", id="too little to matter"),
        pytest.param(
            (0.5, 0.5, 0.5),
            (0.9, 0.4, 0.9),
            "no effect",
            "the seeds disagree",
            id="one seed goes the other way",
        ),
        pytest.param(
            (0.3, 0.3, 0.3),
            (0.32, 0.6, 0.31),
            "no effect",
            "the difference is within what chance makes",
            id="one seed makes all of the gain",
        ),
        pytest.param(
            (0.1,) * 5, (0.2, 0.9, 0.9, 0.16, 0.17), "helps", "", id="five seeds gain unevenly"
        ),
        pytest.param(
            (0.1,) * 5,
            (0.2, 0.99, 0.99, 0.13, 0.13),
            "no effect",
            "the difference is within what chance makes",
            id="some of five gain hardly anything",
        ),
        pytest.param(
            (0.1, 0.1),
            (0.34, 0.34),
            "no effect",
            "neither copy beats a constant prediction",
            id="better than as it is, and no better than one answer for all",
        ),
    ],
)
def test_the_outcome(
    before: tuple[float, ...], after: tuple[float, ...], word: str, why: str
) -> None:
    found = outcome(Comparison(rows(*before), rows(*after)), constant=0.34)
    assert found == (word, why)


def test_rows_that_change_in_both_directions_prove_nothing() -> None:
    deal = np.random.default_rng(0)
    before = deal.integers(0, 2, (2, 30)).astype(float)
    after = deal.integers(0, 2, (2, 30)).astype(float)
    assert outcome(Comparison(before, after), constant=0.0)[0] == "no effect"


@pytest.mark.parametrize(
    ("before", "after", "plain"),
    [
        ((0.3,), (0.9,), False),
        ((0.3, 0.3), (0.9, 0.9), True),
        ((0.5, 0.5), (0.5, 0.5), True),
        ((0.3, 0.3), (0.36, 0.34), False),
        ((0.5, 0.5), (0.9, 0.4), False),
        ((0.5, 0.5, 0.5), (0.9, 0.4, 0.9), True),
    ],
)
def test_a_third_seed_is_spared_where_two_are_plain(
    before: tuple[float, ...], after: tuple[float, ...], plain: bool
) -> None:
    assert Comparison(rows(*before), rows(*after)).is_plain() is plain


def test_two_states_of_one_training_are_compared_seed_by_seed() -> None:
    before, after = rows(0.3, 0.5, 0.7), rows(0.41, 0.6, 0.81)
    assert outcome(Comparison(before, after), constant=0.0)[0] == "no effect"
    assert outcome(Comparison(before, after, of_one_training=True), constant=0.0)[0] == "helps"


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        pytest.param(
            (0.67, 0.76, 0.98, 0.43, 0.96),
            (0.96, 0.94, 0.995, 0.96, 0.995),
            "helps",
            id="every seed is left with less than half of its error",
        ),
        pytest.param(
            (0.67, 0.76, 0.98, 0.43),
            (0.96, 0.94, 0.995, 0.96),
            "no effect",
            id="four seeds are too few for that",
        ),
        pytest.param(
            (0.67, 0.76, 0.97, 0.43, 0.96),
            (0.96, 0.94, 0.98, 0.96, 0.995),
            "no effect",
            id="one of five gains hardly anything of what it lacks",
        ),
        pytest.param((0.98,) * 5, (0.995,) * 5, "no effect", id="there is little to gain"),
    ],
)
def test_training_on_takes_away_a_share_of_the_error(
    before: tuple[float, ...], after: tuple[float, ...], word: str
) -> None:
    of = Comparison(rows(*before), rows(*after), of_one_training=True)
    assert outcome(of, constant=0.0)[0] == word
    apart = Comparison(rows(*before), rows(*after))
    assert outcome(apart, constant=0.0)[0] == "no effect"


def test_training_on_that_changes_nothing_seldom_helps() -> None:
    deal, helps, trials = np.random.default_rng(0), 0, 400
    for _ in range(trials):
        level = deal.uniform(0.5, 0.99, (5, 1, 1))
        states = (deal.random((5, 2, 60)) < level).astype(float)
        for number in range(2, 6):
            of = Comparison(states[:number, 0], states[:number, 1], of_one_training=True)
            if of.is_plain():
                break
        helps += outcome(of, constant=0.0)[0] == "helps"
    assert helps <= trials / 100


def test_chance_alone_seldom_helps() -> None:
    deal, helps, trials = np.random.default_rng(0), 0, 400
    for _ in range(trials):
        seeds = deal.normal(0.6, 0.08, (2, 5, 1))
        scores = (deal.random((2, 5, 300)) < seeds).astype(float)
        for number in range(2, 6):
            of = Comparison(scores[0, :number], scores[1, :number])
            if of.is_plain():
                break
        helps += outcome(of, constant=0.0)[0] == "helps"
    assert helps <= trials / 50


def test_rows_may_be_dropped() -> None:
    fewer = rows(0.9, 0.88)[:, ::2]
    assert outcome(Comparison(rows(0.3, 0.3), fewer), constant=0.34) == ("helps", "")
    assert outcome(Comparison(rows(0.5, 0.5), rows(0.5, 0.5)[:, ::2]), constant=0.0)[0] == (
        "no effect"
    )


def test_a_curve_is_the_mean_of_the_seeds() -> None:
    assert curve([[0.0, 1.0], [1.0, 0.5]]) == (0.5, 0.75)
