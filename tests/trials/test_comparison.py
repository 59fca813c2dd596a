import itertools
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from nbdoctor.trials.comparison import (
    LEAST,
    LOOKS,
    MOST_SEEDS,
    OF_EFFECT,
    OF_NOTHING,
    USUAL_SEEDS,
    Comparison,
    bounds,
    curve,
    outcome,
)

ROWS = 200

Levels = Callable[[np.random.Generator, int], np.ndarray]


def rows(*shares: float) -> np.ndarray:
    """One row of hits per seed, so many of them 1."""
    return np.stack([(np.arange(ROWS) < share * ROWS).astype(float) for share in shares])


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        pytest.param((0.3,) * 3, (0.9, 0.88, 0.9), "helps", id="a large gain of every seed"),
        pytest.param((0.9, 0.88, 0.9), (0.3,) * 3, "worse", id="a large loss of every seed"),
        pytest.param((0.3, 0.3), (0.9, 0.88), "helps", id="two that agree, where time is over"),
        pytest.param((0.3, 0.3), (0.9, 0.6), "undecided", id="two that do not agree so well"),
        pytest.param((0.3,), (0.9,), "undecided", id="one seed"),
        pytest.param((0.5, 0.5), (0.5, 0.5), "no effect", id="nothing changes"),
        pytest.param((0.5,) * 3, (0.51, 0.505, 0.515), "no effect", id="too little to matter"),
        pytest.param((0.5,) * 3, (0.9, 0.4, 0.9), "undecided", id="one of three loses"),
        pytest.param((0.3,) * 3, (0.32, 0.6, 0.31), "undecided", id="one makes all of the gain"),
        pytest.param((0.1,) * 5, (0.9,) * 4 + (0.1,), "helps", id="four of five gain much"),
        pytest.param((0.6,) * 5, (0.9,) * 4 + (0.55,), "helps", id="four gain, one loses a bit"),
        pytest.param((0.6,) * 5, (0.9,) * 4 + (0.3,), "undecided", id="four gain, one loses much"),
        pytest.param(
            (0.1,) * 5, (0.2, 0.9, 0.9, 0.16, 0.17), "undecided", id="five seeds gain unevenly"
        ),
        pytest.param(
            (0.1,) * 12,
            (0.2, 0.9, 0.9, 0.16, 0.17, 0.9, 0.2, 0.15, 0.9, 0.9, 0.2, 0.9),
            "helps",
            id="so do twelve",
        ),
        pytest.param((0.6, 0.7) * 6, (0.7, 0.6) * 6, "no effect", id="up and down, in the mean 0"),
    ],
)
def test_the_outcome(before: tuple[float, ...], after: tuple[float, ...], word: str) -> None:
    assert outcome(Comparison(rows(*before), rows(*after)), constant=0.34) == (word, "")


def test_who_does_not_beat_a_constant_has_learned_nothing() -> None:
    of = Comparison(rows(*(0.1,) * 5), rows(*(0.34,) * 5))
    assert outcome(of, constant=0.34) == (
        "no effect",
        "neither copy is better than a constant prediction",
    )
    assert outcome(of, constant=0.1) == ("helps", "")


CONTROLS = (0.81, 0.54, 0.78, 0.76, 0.55, 0.51, 0.81, 0.69, 0.79, 0.59, 0.71, 0.46, 0.49, 0.71)
CURED = (0.96, 0.92, 0.96, 0.98, 0.94, 0.99, 0.95, 0.96, 0.95, 0.99, 0.96, 0.95, 0.98, 0.94)
"""The cell of test_course.py that reads logits as probabilities, and the same with a softmax:
scores of copies from seeds 0 to 13."""


def test_which_seeds_a_processor_happens_to_get_does_not_turn_a_cure_away() -> None:
    found = []
    deal = np.random.default_rng(0)
    for _ in range(300):
        chosen = deal.permutation(len(CONTROLS))[:MOST_SEEDS]
        before, after = (rows(*(levels[at] for at in chosen)) for levels in (CONTROLS, CURED))
        found.append(judged(before, after))
    assert {word for word, _ in found} == {"helps"}
    assert np.mean([seeds <= 5 for _, seeds in found]) > 0.8


def test_from_072_to_095_over_five_seeds_is_an_effect() -> None:
    chosen = [at for at in itertools.combinations(range(len(CONTROLS)), 5) if is_from_072(at)]
    assert len(chosen) > 50
    for at in chosen:
        before, after = (rows(*np.asarray(levels)[list(at)]) for levels in (CONTROLS, CURED))
        assert outcome(Comparison(before, after), constant=0.4)[0] == "helps", at


def is_from_072(at: tuple[int, ...]) -> bool:
    before, after = (np.asarray(levels)[list(at)].mean() for levels in (CONTROLS, CURED))
    return bool(abs(before - 0.72) < 0.01 and abs(after - 0.95) < 0.015)


def judged(before: np.ndarray, after: np.ndarray) -> tuple[str, int]:
    """The outcome, and after how many seeds: as trials stop."""
    number = 2
    for number in range(2, len(before) + 1):
        of = Comparison(before[:number], after[:number])
        if of.is_decided():
            break
    return outcome(of, constant=0.0)[0], number


@pytest.mark.parametrize(
    ("before", "after", "decided"),
    [
        ((0.3,), (0.9,), False),
        ((0.3, 0.3), (0.9, 0.9), False),
        ((0.3, 0.3, 0.3), (0.9, 0.9, 0.9), True),
        ((0.3, 0.3, 0.3, 0.3), (0.9, 0.9, 0.9, 0.9), False),
        ((0.5, 0.5), (0.5, 0.5), True),
        ((0.5, 0.5, 0.5), (0.9, 0.4, 0.9), False),
    ],
    ids=["one", "two", "three", "no look after four", "nothing changes", "they disagree"],
)
def test_when_further_seeds_are_spared(
    before: tuple[float, ...], after: tuple[float, ...], decided: bool
) -> None:
    assert Comparison(rows(*before), rows(*after)).is_decided() is decided


def test_the_quantiles_are_those_of_student() -> None:
    for seeds in range(2, MOST_SEEDS + 1):
        errs = 0.0025 if seeds <= 3 else 0.01 if seeds <= 5 else 0.005
        with_usual, alone = stats.t.ppf(1 - errs, [seeds - 1 + USUAL_SEEDS, seeds - 1])
        assert OF_EFFECT[seeds] == pytest.approx(with_usual, abs=0.006)
        assert OF_NOTHING[seeds] == pytest.approx(alone, rel=0.004)
    assert set(LOOKS) <= set(OF_EFFECT)


@pytest.mark.parametrize("seeds", [3, 5, 12])
def test_the_interval_holds_the_effect(seeds: int) -> None:
    deal, held, trials = np.random.default_rng(seeds), 0, 400
    for _ in range(trials):
        before = hits(deal, deal.normal(0.5, 0.1, seeds))
        after = hits(deal, deal.normal(0.6, 0.1, seeds))
        low, high = Comparison(before, after).interval
        held += low <= 0.1 <= high
    assert held >= 0.96 * trials


def test_the_interval_that_is_told_fits_the_outcome() -> None:
    nothing = Comparison(rows(*(0.5,) * 3), rows(0.51, 0.5, 0.49))
    low, high = bounds(nothing, "no effect")
    assert -0.1 < low < 0 < high < 0.1
    helps = Comparison(rows(*(0.3,) * 3), rows(0.9, 0.88, 0.9))
    low, high = bounds(helps, "helps")
    assert 0 < low < 0.593 < high
    unsure = Comparison(rows(*(0.3,) * 3), rows(0.32, 0.6, 0.31))
    low, high = bounds(unsure, "undecided")
    assert low < 0 < high


def hits(deal: np.random.Generator, levels: np.ndarray, number: int = ROWS) -> np.ndarray:
    """Rows that copies of these scores get right: some are hard for all copies alike."""
    hard, own = deal.random(number), deal.random((len(levels), number))
    parts = np.where(deal.random((len(levels), number)) < 0.5, hard, own)
    return (parts < levels[:, None]).astype(float)


def normal(mean: float, spread: float) -> Levels:
    return lambda deal, seeds: np.clip(deal.normal(mean, spread, seeds), 0.02, 0.995)


def lucky(share: float) -> Levels:
    """Some seeds learn, and the others get stuck."""
    return lambda deal, seeds: (
        np.where(deal.random(seeds) < share, 0.9, 0.1) + deal.normal(0, 0.02, seeds)
    )


def share_of(word: str, before: Levels, after: Levels, trials: int) -> float:
    """How often trials with these scores come out so."""
    deal, found = np.random.default_rng(1), []
    for _ in range(trials):
        pair = (hits(deal, levels(deal, MOST_SEEDS)) for levels in (before, after))
        found.append(judged(*pair)[0])
    return float(np.mean([one == word for one in found]))


@pytest.mark.parametrize(
    ("levels", "most"),
    [
        pytest.param(normal(0.9, 0.01), 0.01, id="healthy models"),
        pytest.param(normal(0.8, 0.035), 0.01, id="healthy models that vary"),
        pytest.param(normal(0.6, 0.08), 0.02, id="sick models that vary"),
        pytest.param(normal(0.6, 0.16), 0.04, id="sick models that vary as none of tests/zoo"),
        pytest.param(lucky(0.5), 0.05, id="half of the seeds are stuck, the worst case"),
        pytest.param(lucky(0.9), 0.03, id="few seeds are stuck"),
    ],
)
def test_chance_alone_seldom_helps_or_harms(levels: Levels, most: float) -> None:
    assert share_of("helps", levels, levels, 600) <= most
    assert share_of("worse", levels, levels, 600) <= most


def test_the_same_copy_again_never_helps() -> None:
    deal = np.random.default_rng(2)
    for _ in range(200):
        same = hits(deal, deal.uniform(0.1, 0.99, 3))
        assert judged(same, same) == ("no effect", 2)


def test_another_rounding_never_helps() -> None:
    deal = np.random.default_rng(3)
    for _ in range(200):
        before = hits(deal, deal.uniform(0.1, 0.99, MOST_SEEDS))
        flipped = deal.random(before.shape) < 0.01
        assert judged(before, np.where(flipped, 1 - before, before))[0] == "no effect"


@pytest.mark.parametrize(
    ("before", "after", "least"),
    [
        pytest.param(normal(0.1, 0.03), normal(0.8, 0.03), 0.99, id="nothing was learned before"),
        pytest.param(normal(0.7, 0.16), normal(0.95, 0.02), 0.99, id="a cure of luck"),
        pytest.param(normal(0.42, 0.15), normal(0.8, 0.03), 0.99, id="a cure of much luck"),
        pytest.param(normal(0.81, 0.06), normal(0.9, 0.02), 0.6, id="a tenth"),
        pytest.param(lucky(0.1), lucky(0.9), 0.97, id="most seeds are not stuck any more"),
    ],
)
def test_effects_are_found(before: Levels, after: Levels, least: float) -> None:
    assert share_of("helps", before, after, 200) >= least
    assert share_of("worse", after, before, 200) >= least


@pytest.mark.parametrize(
    ("levels", "least"),
    [(normal(0.1, 0.01), 0.97), (normal(0.9, 0.01), 0.97), (normal(0.8, 0.02), 0.7)],
    ids=["nothing is learned", "all learn alike", "they vary"],
)
def test_that_nothing_changes_is_found(levels: Levels, least: float) -> None:
    assert share_of("no effect", levels, levels, 200) >= least


def test_a_small_gain_has_to_be_worth_it() -> None:
    of = Comparison(rows(*(0.5,) * 12), rows(*(0.5 + LEAST / 2,) * 12))
    assert of.own_interval[0] > -LEAST
    assert outcome(of, constant=0.0)[0] == "no effect"


def test_an_r2_far_below_a_constant_does_not_hide_a_cure() -> None:
    before = np.broadcast_to(np.array([[-0.5], [-8.7], [-1.9], [-6.0], [-0.7]]), (5, ROWS))
    of = Comparison(before, np.broadcast_to(np.array([[0.8]]), (5, ROWS)))
    assert outcome(of, constant=0.0)[0] == "helps"
    assert of.scores[0] == pytest.approx(-0.84)


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
            "undecided",
            id="four seeds are too few for that",
        ),
        pytest.param(
            (0.67, 0.76, 0.97, 0.43, 0.96),
            (0.96, 0.94, 0.98, 0.96, 0.995),
            "undecided",
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
    assert outcome(apart, constant=0.0)[0] != "helps"


def test_three_seeds_that_all_gain_are_no_proof_that_there_is_nothing() -> None:
    before, after = rows(0.96, 0.97, 0.97), rows(0.99, 0.995, 1.0)
    assert not Comparison(before, after, of_one_training=True).is_decided()
    assert outcome(Comparison(before, after), constant=0.0)[0] == "no effect"


def test_training_on_that_changes_nothing_seldom_helps() -> None:
    deal, helps, trials = np.random.default_rng(0), 0, 400
    for _ in range(trials):
        level = deal.uniform(0.5, 0.99, (MOST_SEEDS, 1, 1))
        states = (deal.random((MOST_SEEDS, 2, 60)) < level).astype(float)
        for number in range(2, MOST_SEEDS + 1):
            of = Comparison(states[:number, 0], states[:number, 1], of_one_training=True)
            if of.is_decided():
                break
        helps += outcome(of, constant=0.0)[0] == "helps"
    assert helps <= trials / 100


def test_where_all_rows_train_the_question_is_how_well_these_are_learned() -> None:
    before, after = rows(*(0.5,) * 3)[:, ::20], rows(*(0.9,) * 3)[:, ::20]
    assert outcome(Comparison(before, after), constant=0.34)[0] == "undecided"
    assert outcome(Comparison(before, after, of_all_rows=True), constant=0.34)[0] == "helps"


def test_rows_may_be_dropped() -> None:
    fewer = rows(0.9, 0.88, 0.9)[:, ::2]
    assert outcome(Comparison(rows(0.3, 0.3, 0.3), fewer), constant=0.34) == ("helps", "")
    same = Comparison(rows(*(0.5,) * 5), rows(*(0.5,) * 5)[:, ::2])
    assert outcome(same, constant=0.0)[0] == "undecided"  # other rows, another score


def test_a_curve_is_the_mean_of_the_seeds() -> None:
    assert curve([[0.0, 1.0], [1.0, 0.5]]) == (0.5, 0.75)
