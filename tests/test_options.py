from argparse import Namespace

import pytest

from nbdoctor.notebook.options import options


def given(**changes: object) -> Namespace:
    plain = {"only": "", "ignore": "", "set": "", "batches": 8, "budget": 10.0, "data_budget": 5.0}
    named = ("dry_run", "no_trials", "experiment", "no_experiment", "include_samples")
    flags = dict.fromkeys(named, False)
    return Namespace(**(plain | flags | changes))


def test_words_become_options() -> None:
    made = options(
        given(
            only="dead-units, constant-inputs",
            ignore="unscaled-inputs",
            set="unscaled-inputs.times=3,unscaled-inputs.largest=1e2",
            batches=2,
            budget=1.5,
            data_budget=20.0,
            dry_run=True,
            no_trials=True,
            include_samples=True,
        )
    )
    assert made.choice.only == ("dead-units", "constant-inputs")
    assert made.choice.ignore == ("unscaled-inputs",)
    assert made.choice.settings == {
        ("unscaled-inputs", "times"): 3.0,
        ("unscaled-inputs", "largest"): 100.0,
    }
    assert (made.batches, made.budget, made.dry_run, made.trials) == (2, 1.5, True, False)
    assert made.data_budget == 20.0
    assert made.samples
    assert options(given()).trials
    assert options(given()).experiment == "where needed"
    assert options(given(experiment=True)).experiment == "always"
    assert options(given(no_experiment=True)).experiment == "never"


def test_a_budget_that_is_not_set_grows_with_the_training() -> None:
    assert (options(given(budget=None)).budget, options(given(budget=None)).grows) == (10.0, True)
    assert not options(given(budget=10.0)).grows


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"only": "dead-unit"}, "Did you mean `dead-units`"),
        ({"ignore": "qqqq"}, "There is no rule `qqqq`. The cell was not run"),
        ({"set": "dead-unit.share=1"}, "Did you mean `dead-units`"),
        ({"set": "unscaled-inputs.time=1"}, "no threshold `time`.*times"),
        ({"set": "known-crash.a=1"}, "it has: none"),
        ({"set": "unscaled-inputs.times=many"}, "needs a number"),
        ({"batches": 0}, "must be above 0"),
        ({"budget": 0.0}, "must be above 0"),
        ({"budget": float("nan")}, "must be above 0"),
        ({"data_budget": 0.0}, "must be above 0"),
        ({"experiment": True, "no_experiment": True}, "exclude each other"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        options(given(**changes))
