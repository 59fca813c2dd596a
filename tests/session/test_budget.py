import pytest

from nbdoctor.session.budget import ON_REQUEST, WHOLE, seconds_for, seconds_of_experiment


@pytest.mark.parametrize(
    ("asked", "trained", "grows", "seconds"),
    [
        pytest.param(WHOLE, 5.0, True, WHOLE, id="a short training"),
        pytest.param(WHOLE, 300.0, True, 30.0, id="a tenth of a long one"),
        pytest.param(WHOLE, 36_000.0, True, ON_REQUEST, id="not without end"),
        pytest.param(2.0, 300.0, False, 2.0, id="what the user has set"),
    ],
)
def test_the_budget_grows_with_the_training(
    asked: float, trained: float, grows: bool, seconds: float
) -> None:
    assert seconds_for(asked, trained, grows=grows) == seconds


def test_a_search_is_some_trainings_of_the_steps_that_the_cell_makes() -> None:
    assert seconds_of_experiment(0.005, 200) == pytest.approx(8 * (1.0 + 1.0))
    assert seconds_of_experiment(0.005, 100_000) == pytest.approx(8 * (1.0 + 4.0))
    assert seconds_of_experiment(None, None) == pytest.approx(8.0)
    assert seconds_of_experiment(10.0, 800) == ON_REQUEST
