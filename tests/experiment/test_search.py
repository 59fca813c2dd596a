"""The search for the smallest set of parts, on made-up scores: no model is trained."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from nbdoctor.experiment.parts import ARCHITECTURE, BY_NAME, LENGTH, PARTS, by_prior, in_effect
from nbdoctor.experiment.scores import OutOfTimeError, Stop
from nbdoctor.experiment.search import Known, Verdict, searched

Cured = Callable[[frozenset[str]], float]
SOME = frozenset({"optimizer", "inputs", "init", "regularisation", LENGTH, ARCHITECTURE})


class Trainings:
    """Trains by a table: the score of a set, and what was asked for."""

    def __init__(self, cured: Cured, noise: float = 0.0, most: int = 1000) -> None:
        self.cured, self.noise, self.most = cured, noise, most
        self.asked: list[tuple[frozenset[str], int]] = []

    def __call__(self, replaced: frozenset[str], seed: int, stop: Stop) -> float:
        del stop
        if len(self.asked) == self.most:
            raise OutOfTimeError
        self.asked.append((replaced, seed))
        key = [seed, *sorted(map(ord, "".join(sorted(replaced))))]
        return self.cured(replaced) + self.noise * float(np.random.default_rng(key).normal())

    def verdict(self, **known: object) -> Verdict:
        return searched(self, Known(**{"present": SOME, **known}))  # type: ignore[arg-type]


def needs(*parts: str, alone: float = 0.0) -> Cured:
    """A program that learns when all of these are replaced."""

    def cured(replaced: frozenset[str]) -> float:
        share = len(set(parts) & replaced) / max(1, len(parts))
        return 0.95 if share == 1 else 0.02 + alone * share

    return cured


def test_a_part_alone() -> None:
    trainings = Trainings(needs("optimizer"))
    verdict = trainings.verdict()
    assert verdict.outcome == "part"
    assert verdict.blamed == ("optimizer",)
    assert (verdict.control, verdict.reference, verdict.reached) == pytest.approx(
        (0.02, 0.95, 0.95)
    )
    assert (
        len(trainings.asked) == 2 + 2 + 1 + 2 + 1
    )  # control, reference, inputs, optimizer, and that to its end


def test_two_parts_together_and_what_each_does_without_the_other() -> None:
    verdict = Trainings(needs("optimizer", "init", alone=0.6)).verdict()
    assert verdict.outcome == "together"
    assert verdict.blamed == ("optimizer", "init")
    assert verdict.without == pytest.approx({"optimizer": 0.32, "init": 0.32})


def test_a_length_that_no_training_here_can_judge_is_not_blamed() -> None:
    cured = needs("optimizer", LENGTH, alone=1.2)
    assert Trainings(cured).verdict().blamed == ("optimizer", LENGTH)
    cut = Trainings(cured)
    assert cut.verdict(unjudged=lambda: frozenset({LENGTH})).blamed == ("optimizer",)
    assert not any(LENGTH in replaced for replaced, _ in cut.asked)


def test_a_record_that_no_reference_can_beat_costs_no_training() -> None:
    trainings = Trainings(needs("optimizer"))
    verdict = trainings.verdict(recorded=0.9)
    assert verdict.outcome == "nothing wrong"
    assert not trainings.asked


def test_a_control_that_no_reference_can_beat_costs_one_training() -> None:
    trainings = Trainings(lambda _: 0.95)
    assert trainings.verdict(recorded=0.5).outcome == "nothing wrong"
    assert len(trainings.asked) == 1


def test_a_reference_that_is_no_better() -> None:
    assert Trainings(lambda _: 0.6).verdict().outcome == "nothing wrong"
    assert Trainings(lambda _: 0.05).verdict().outcome == "no signal"
    assert Trainings(lambda _: 0.05).verdict(ceiling=0.5).outcome == "nothing wrong"


def test_a_gap_that_one_seed_denies_is_none() -> None:
    lucky = {0: 0.6, 1: 0.05}

    def train(replaced: frozenset[str], seed: int, stop: Stop) -> float:
        del stop
        return lucky[seed] if replaced else 0.0

    assert searched(train, Known(present=SOME)).outcome == "nothing wrong"


def test_few_rows_need_a_wider_gap() -> None:
    trainings = Trainings(lambda replaced: 0.3 if replaced else 0.0)
    assert trainings.verdict(gap=0.5).outcome == "no signal"
    assert trainings.verdict(gap=0.15).outcome == "part"


def test_an_inner_part_is_blamed_before_the_whole_of_the_layers() -> None:
    verdict = Trainings(needs("init")).verdict()
    assert verdict.blamed == ("init",)


def test_layers_are_blamed_where_nothing_inside_of_them_is_enough() -> None:
    trainings = Trainings(lambda replaced: 0.9 if ARCHITECTURE in replaced else 0.1)
    assert trainings.verdict().blamed == (ARCHITECTURE,)


@pytest.mark.parametrize(
    ("patience", "blamed"),
    [
        pytest.param(0.9, LENGTH, id="the user's own layers learn it, only more slowly"),
        pytest.param(0.3, ARCHITECTURE, id="they never do"),
    ],
)
def test_layers_are_not_blamed_for_being_slow(patience: float, blamed: str) -> None:
    waited: list[bool] = []

    def cured(replaced: frozenset[str]) -> float:
        if ARCHITECTURE in replaced:
            return 0.9
        return patience if LENGTH in replaced and waited else 0.1

    verdict = Trainings(cured).verdict(lengthen=lambda: waited.append(True))
    assert verdict.blamed == (blamed,)


def test_a_score_below_a_constant_is_none() -> None:
    """With -1 in the control half a cure closed the gap."""

    def cured(replaced: frozenset[str]) -> float:
        return {0: -1.0, 1: 0.5, 2: 0.95}[len({"inputs", "optimizer"} & replaced)]

    assert Trainings(cured).verdict().blamed == ("inputs", "optimizer")


def test_a_loop_is_blamed_where_the_step_of_fit_is_enough() -> None:
    trainings = Trainings(needs("loop"))
    verdict = trainings.verdict(always=frozenset({"loop"}), recorded=0.1)
    assert verdict.blamed == ("loop",)
    assert verdict.control == 0.1
    assert all("loop" in replaced for replaced, _ in trainings.asked)


def test_a_loop_is_left_out_where_it_alone_moves_nothing() -> None:
    verdict = Trainings(needs("optimizer")).verdict(always=frozenset({"loop"}), recorded=0.1)
    assert verdict.blamed == ("optimizer",)


def test_a_loop_and_another_part() -> None:
    trainings = Trainings(needs("loop", "optimizer", alone=1.0))
    verdict = trainings.verdict(always=frozenset({"loop"}), recorded=0.0)
    assert set(verdict.blamed) == {"loop", "optimizer"}
    assert verdict.without["loop"] == 0.0


def test_of_two_parts_that_stood_aside_none_is_blamed() -> None:
    aside = frozenset({"loop", ARCHITECTURE})
    verdict = Trainings(needs("loop")).verdict(always=aside, recorded=0.1)
    assert verdict.outcome == "unclear"
    assert verdict.reference == pytest.approx(0.95)


def test_a_part_too_many_is_left_out_again() -> None:
    """One seed of a needed-looking part was unlucky: with all seeds it is not needed."""

    def train(replaced: frozenset[str], seed: int, stop: Stop) -> float:
        del stop
        if not {"optimizer", "inputs"} <= replaced:
            return 0.05
        unlucky = seed == 0 and "init" not in replaced and "regularisation" in replaced
        return 0.5 if unlucky else 0.95

    assert set(searched(train, Known(present=SOME)).blamed) == {"optimizer", "inputs"}


def test_the_time_runs_out() -> None:
    for most in range(7):  # the last one only ends the training that is told
        trainings = Trainings(needs("optimizer"), most=most)
        assert trainings.verdict().outcome == "out of time"
        assert len(trainings.asked) == most


def test_a_training_stops_where_it_tells_enough() -> None:
    told: dict[str, list[bool]] = {}
    curves: dict[str, Sequence[float]] = {
        "won at a quarter": [0.9],
        "lost at a quarter": [0.0],
        "lost at half": [0.0, 0.1],
        "open at half": [0.0, 0.4],
    }

    def train(replaced: frozenset[str], seed: int, stop: Stop) -> float:
        del seed
        for name, curve in curves.items():
            told.setdefault(name, []).append(stop(curve))
        return needs("optimizer")(replaced)

    searched(train, Known(present=SOME))
    references, trials, told_at_last = 4, 3, 1
    assert (
        told["won at a quarter"] == [False] * references + [True] * trials + [False] * told_at_last
    )
    assert told["lost at half"] == [False] * references + [True] * trials + [False] * told_at_last
    assert not any(told["lost at a quarter"] + told["open at half"])


def test_plain_layers_have_no_inner_parts_but_the_last_layer() -> None:
    assert in_effect(frozenset({"optimizer"})) == {"optimizer"}
    assert {"init", "layers", "masks"} <= in_effect(frozenset({ARCHITECTURE}))
    assert "head" not in in_effect(frozenset({ARCHITECTURE}))


def test_outer_parts_are_tried_last() -> None:
    assert by_prior(SOME)[-2:] == [LENGTH, ARCHITECTURE]
    assert by_prior(SOME)[0] == "inputs"


def drawn(deal: np.random.Generator, faults: int) -> tuple[Cured, frozenset[str], set[str]]:
    """A made-up program: a few parts are unusual, some of these at fault."""
    names = [one.name for one in PARTS if one.name not in {ARCHITECTURE, LENGTH, "loop"}]
    present = [*deal.choice(names, deal.integers(2, 7), replace=False), LENGTH, ARCHITECTURE]
    weights = np.array([BY_NAME[name].prior for name in present])
    wrong = set(deal.choice(present, faults, replace=False, p=weights / weights.sum()))
    cures = {part: {part} for part in wrong}
    for part in wrong & {"optimizer", "inputs"}:
        cures[part] |= {LENGTH} if deal.random() < 0.3 else set()
    for part in wrong & {"inputs", "init", "activations"}:
        cures[part] |= {"optimizer"} if deal.random() < 0.15 else set()
    partly = deal.uniform(0.0, 0.4)

    def cured(replaced: frozenset[str]) -> float:
        share = sum(bool(cures[part] & replaced) for part in wrong) / len(wrong)
        return 0.95 if share == 1 else 0.95 * partly * share

    return cured, frozenset(map(str, present)), set(map(str, wrong))


@pytest.mark.parametrize(
    ("faults", "right", "needless", "most"), [(1, 0.99, 0.0, 10.0), (2, 0.99, 0.01, 19.0)]
)
def test_who_is_blamed_in_drawn_programs(
    faults: int, right: float, needless: float, most: float
) -> None:
    deal = np.random.default_rng(faults)
    cures, too_many, runs = [], [], []
    for _ in range(150):
        cured, present, _ = drawn(deal, faults)
        trainings = Trainings(cured, noise=0.05)
        blamed = frozenset(trainings.verdict(present=present).blamed)
        cures.append(cured(in_effect(blamed)) > 0.9)
        too_many.append(any(cured(in_effect(blamed - {part})) > 0.9 for part in blamed))
        runs.append(len(trainings.asked))
    assert np.mean(cures) >= right
    assert np.mean(too_many) <= needless
    assert np.mean(runs) <= most
