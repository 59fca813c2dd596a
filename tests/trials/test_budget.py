"""How the time that is left is shared out."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.trials.budget import FEWEST_STEPS, FEWEST_TO_RUN, Budget
from nbdoctor.trials.refusal import TooLongError
from nbdoctor.trials.training import MOST_STEPS, STEPS


def arm(*, runs: int, seconds: float, made: float = 0.0) -> Any:
    return SimpleNamespace(
        runs=[None] * runs, steps=100, step_seconds=seconds, run_seconds=0.0, seconds=made
    )


@pytest.mark.parametrize(
    ("seed", "seconds", "insists", "ends"),
    [
        pytest.param(2, 0.01, False, False, id="there is time"),
        pytest.param(2, 1.5, False, True, id="there is none"),
        pytest.param(3, 0.05, False, False, id="too few to leave it at that"),
        pytest.param(3, 0.2, False, True, id="one more would leave no time for others"),
        pytest.param(3, 0.2, True, False, id="one more, and nobody waits"),
        pytest.param(5, 0.001, False, False, id="more seeds are soon trained"),
        pytest.param(5, 0.05, False, True, id="others wait for their turn"),
        pytest.param(5, 0.05, True, False, id="nobody does"),
        pytest.param(6, 0.05, False, False, id="it has gone on already"),
        pytest.param(5, 1.5, True, True, id="the time is over"),
    ],
)
def test_when_a_trial_ends_undecided(seed: int, seconds: float, insists: bool, ends: bool) -> None:
    budget = Budget(time.perf_counter() + 100)
    waiting = arm(runs=seed, seconds=seconds)
    assert budget.ends_before(seed, waiting, insists=insists) is ends
    done = [arm(runs=12, seconds=seconds)] * 2
    assert not budget.ends_before(seed, *done, insists=insists)


@pytest.mark.parametrize(
    ("seconds", "planned", "steps"),
    [
        pytest.param(1e-6, 10, STEPS, id="the cell plans few"),
        pytest.param(1e-6, 700, 700, id="as many as the cell plans"),
        pytest.param(1e-6, 10**6, MOST_STEPS, id="no more than show all that they can"),
        pytest.param(0.02, 700, 249, id="as many as leave time for others"),
        pytest.param(0.08, 700, STEPS, id="no fewer than show much"),
        pytest.param(0.2, 700, 62, id="100 would leave no time for others"),
        pytest.param(0.6, 700, FEWEST_STEPS, id="the fewest that show anything"),
    ],
)
def test_how_many_steps_are_trained(seconds: float, planned: int, steps: int) -> None:
    budget = Budget(time.perf_counter() + 100)
    assert budget.steps(arm(runs=0, seconds=seconds), planned) == pytest.approx(steps, abs=1)


def test_what_does_not_fit_says_how_long_it_would_take() -> None:
    budget = Budget(time.perf_counter() + 10)
    with pytest.raises(TooLongError, match=r"at least 160 s, and 10\.0 s of `--budget` were left"):
        budget.steps(arm(runs=0, seconds=1.0), 100)
    with pytest.raises(TooLongError, match="at least 12 s"):
        budget.require(12.0)
    budget.require(9.0)


def test_the_estimate_counts_what_making_and_tracing_a_copy_has_taken() -> None:
    budget = Budget(time.perf_counter() + 10)
    assert budget.steps(arm(runs=0, seconds=0.001, made=4.0), 100) >= STEPS
    with pytest.raises(TooLongError, match="at least 13 s"):
        budget.steps(arm(runs=0, seconds=0.001, made=12.0), 100)


def test_a_slow_cell_that_raised_is_proved_by_few_steps() -> None:
    budget = Budget(time.perf_counter() + 100)
    assert budget.steps_for_proof(arm(runs=0, seconds=0.001)) == STEPS
    assert budget.steps_for_proof(arm(runs=0, seconds=5.0)) == FEWEST_TO_RUN
