from dataclasses import replace

import pytest

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.missing import not_measured
from nbdoctor.report import Fix, Treatment, Trial
from nbdoctor.session.experimenting import (
    LEFT_OUT,
    NO_TIME,
    NOT_PROVED,
    Wanted,
    When,
    decided,
    reaches,
)
from nbdoctor.session.options import Options
from nbdoctor.session.programs import steps_made

GAP = Attained(kind="classes", score=0.4, ceiling=0.95, rows=400, counted=400.0, held_out=True)
HELPS = Trial(outcome="helps", before=0.7, after=0.97, constant=0.5, steps=100)


def fix(trial: Trial) -> Fix:
    return Fix(rules=("a",), treatment=Treatment(title="", text="", effect="model", trial=trial))


@pytest.mark.parametrize(
    ("attained", "when"),
    [
        pytest.param(GAP, "at once", id="clearly worse than simple models"),
        pytest.param(replace(GAP, score=0.85), "not at all", id="it has learned"),
        pytest.param(replace(GAP, ceiling=None, score=0.9), "not at all", id="no ceiling"),
        pytest.param(replace(GAP, score=0.6, ceiling=0.65), "not at all", id="near the ceiling"),
        pytest.param(replace(GAP, score=0.05, ceiling=0.2), "at once", id="on pictures"),
        pytest.param(replace(GAP, score=0.05, ceiling=None), "at once", id="a constant"),
        pytest.param(replace(GAP, score=0.4, ceiling=0.3), "by button", id="a low ceiling"),
        pytest.param(
            replace(GAP, score=0.83, ceiling=0.95, held_out=False), "by button",
            id="worse on rows that it knows",
        ),
    ],
)  # fmt: skip
def test_the_score_decides(attained: Attained, when: When) -> None:
    decision = decided("where needed", attained, {})
    assert decision.when == when
    assert decision.why == {"at once": NO_TIME, "by button": NOT_PROVED}.get(when, decision.why)
    assert decision.why.kind == ("no time" if when == "at once" else "does not apply")


def test_without_a_score_nothing_is_begun_and_the_reason_is_that_of_the_score() -> None:
    why = not_measured("the model has no labels")
    assert decided("where needed", None, {Attained: why}).why == why


def test_options_come_first() -> None:
    learned = replace(GAP, score=0.99)
    assert decided("always", learned, {}).when == "at once"
    assert decided("always", None, {}).when == "at once"
    assert (decided("never", GAP, {}).when, decided("never", GAP, {}).why) == (
        "not at all",
        LEFT_OUT,
    )


@pytest.mark.parametrize(
    ("wanted", "trials", "becomes"),
    [
        ("where needed", True, "where needed"),
        ("where needed", False, "never"),
        ("always", False, "always"),
        ("never", True, "never"),
    ],
)
def test_where_no_copies_are_trained_it_has_to_be_asked_for(
    wanted: Wanted, trials: bool, becomes: Wanted
) -> None:
    assert Options(trials=trials, experiment=wanted).wanted_experiment == becomes


@pytest.mark.parametrize(
    ("trial", "enough"),
    [
        pytest.param(HELPS, True, id="0.94 of 1, as simple models"),
        pytest.param(replace(HELPS, after=0.8), False, id="0.6 of 1"),
        pytest.param(replace(HELPS, outcome="undecided"), False, id="not decided"),
        pytest.param(replace(HELPS, constant=None), False, id="a number that is only reported"),
    ],
)
def test_a_fix_that_does_as_well_as_simple_models_is_enough(trial: Trial, enough: bool) -> None:
    assert reaches(trial, GAP) is enough
    when = decided("where needed", GAP, {}, fix(trial)).when
    assert when == ("not at all" if enough else "at once")


def test_without_simple_models_a_fix_has_to_learn() -> None:
    alone = replace(GAP, score=0.0, ceiling=0.1)
    assert not reaches(replace(HELPS, after=0.8), alone)
    assert reaches(HELPS, alone)


@pytest.mark.parametrize(
    ("readings", "steps"),
    [
        pytest.param([History(values={}, epochs=2, passes=(19, 11))], 30, id="counted"),
        pytest.param(
            [History(values={}, epochs=2), Fit(data_kind="arrays", epochs=5, steps_per_epoch=19)],
            38,
            id="stopped early",
        ),
        pytest.param([Fit(data_kind="arrays", epochs=5, steps_per_epoch=19)], 95, id="asked for"),
        pytest.param([Fit(data_kind="generator", epochs=5)], None, id="not known"),
    ],
)
def test_copies_make_as_many_steps_as_the_cell(readings: list[object], steps: int | None) -> None:
    taken = Readings()
    for one in readings:
        taken.add(one)
    assert steps_made(taken) == steps
