from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from nbdoctor.report import Trial
from nbdoctor.view import trying
from tests.view import patients

HELPS = patients.HELPS


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        pytest.param(
            replace(HELPS, remaining=()),
            "Tried on a copy: accuracy 0.10 → 0.87 in 100 steps (3 of 3 seeds, 512 rows held "
            "back). It clears 2 of 2 findings.",
            id="helps",
        ),
        pytest.param(
            patients.IN_VAIN,
            "Tried on a copy, and it did not help: accuracy 0.10 → 0.12 in 100 steps (2 of 3 "
            "seeds, 512 rows held back); the seeds disagree.",
            id="no effect",
        ),
        pytest.param(
            replace(HELPS, outcome="worse", held_out=False, rows=4, cleared=(), remaining=()),
            "Tried on a copy, and it made things worse: accuracy 0.10 → 0.87 in 100 steps (3 of 3 "
            "seeds, the 4 rows trained on).",
            id="worse",
        ),
        pytest.param(
            replace(HELPS, before=None, as_it_is=(), cleared=(), remaining=()),
            "Tried on a copy: as it is, the cell raises; now it trains, with accuracy 0.87 after "
            "100 steps (3 of 3 seeds, 512 rows held back).",
            id="raises as it is",
        ),
        pytest.param(
            Trial(reason="there is no time"), "Not tried: there is no time.", id="untried"
        ),
        pytest.param(Trial(), "", id="nothing to say"),
        pytest.param(
            Trial(outcome="helps", score="accuracy, then mae", before=0.02, after=0.41),
            "Computed again from the same predictions: `accuracy` 0.02, `mae` 0.41.",
            id="another metric",
        ),
        pytest.param(
            Trial(outcome="helps", score="accuracy", before=0.02, after=0.91),
            "Computed again from the same predictions: `accuracy` 0.02 → 0.91.",
            id="the same metric",
        ),
        pytest.param(
            Trial(outcome="helps", reason="`accuracy` is not reported any more"),
            "Computed again from the same predictions: `accuracy` is not reported any more.",
            id="a metric less",
        ),
        pytest.param(
            Trial(outcome="no effect", reason="the loss is not a finite number", steps=100),
            "Tried on a copy, and it did not help: the loss is not a finite number after 100 "
            "steps.",
            id="no score",
        ),
    ],
)
def test_the_outcome_is_a_sentence(trial: Trial, said: str) -> None:
    assert trying.says(trial) == said


def test_what_helps_most_leads() -> None:
    lead = "What helps most: “Use ReLU in the hidden layers”, below `vanishing-gradient`."
    assert trying.leads(patients.sick()) == lead


def test_it_is_said_when_nothing_helps() -> None:
    only = patients.sick().findings[2:]
    report = replace(patients.sick(), findings=only, fix=None)
    assert trying.leads(report) == (
        "One fix was tried on a copy, and it did not help: “Add a Normalization layer”."
    )
    assert trying.leads(patients.healthy()) == ""


def test_the_curves_have_their_numbers_in_words() -> None:
    chart = trying.chart(HELPS, "trial/a")
    assert chart is not None
    drawn = ET.fromstring(chart.svg)  # noqa: S314  (our own picture)
    lines = [one for one in drawn.iter() if one.tag.endswith("polyline")]
    assert [len((line.get("points") or "").split()) for line in lines] == [6, 6]
    assert "As it is: 0.10, 0.10" in chart.description
    assert "with the fix 0.87" in chart.svg


@pytest.mark.parametrize(
    "trial", [Trial(), Trial(outcome="helps", score="mae", after=1.0), replace(HELPS, treated=())]
)
def test_without_training_there_are_no_curves(trial: Trial) -> None:
    assert trying.chart(trial, "trial/a") is None


def test_names_of_curves_that_end_together_stand_apart() -> None:
    close = replace(HELPS, as_it_is=HELPS.treated)
    chart = trying.chart(close, "trial/a")
    assert chart is not None
    heights = [
        float(one.get("y") or 0)
        for one in ET.fromstring(chart.svg).iter()  # noqa: S314  (our own picture)
        if one.tag.endswith("text") and one.get("x") == str(trying.WIDTH - trying.RIGHT + 6)
    ]
    assert abs(heights[0] - heights[1]) >= trying.LINE
