from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from nbdoctor.report import Trial
from nbdoctor.view import curves, trying
from tests.view import patients

HELPS = patients.HELPS


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        pytest.param(
            replace(HELPS, remaining=()),
            "Tried on a copy: accuracy 0.10 → 0.87 (+0.77, between +0.70 and +0.83) after 100 "
            "steps (3 of 3 seeds agree, on 512 held-out rows). It resolves both findings.",
            id="helps",
        ),
        pytest.param(
            patients.IN_VAIN,
            "Tried on a copy, and it did not help: accuracy 0.10 → 0.12 (+0.01, between -0.04 and "
            "+0.07) after 100 steps (2 of 3 seeds agree, on 512 held-out rows).",
            id="no effect",
        ),
        pytest.param(
            patients.UNDECIDED,
            "Tried on a copy, with an undecided result: accuracy 0.72 → 0.78 (+0.06, between "
            "-0.03 and +0.15) after 100 steps over 3 seeds (on 512 held-out rows).",
            id="undecided",
        ),
        pytest.param(
            replace(patients.IN_VAIN, after=0.104, low=-0.001, high=0.001),
            "Tried on a copy, and it did not help: accuracy 0.10 → 0.10 (0.00, between 0.00 and "
            "0.00) after 100 steps (2 of 3 seeds agree, on 512 held-out rows).",
            id="nothing",
        ),
        pytest.param(
            replace(HELPS, outcome="worse", held_out=False, rows=4, cleared=(), remaining=()),
            "Tried on a copy, and it made things worse: accuracy 0.10 → 0.87 (+0.77, between "
            "+0.70 and +0.83) after 100 steps (3 of 3 seeds agree, on the 4 rows that were trained "
            "on).",
            id="worse",
        ),
        pytest.param(
            replace(HELPS, before=None, as_it_is=(), cleared=(), remaining=()),
            "Tried on a copy: without the fix the cell stops with an error; with it the model "
            "trains, and its accuracy is 0.87 after 100 steps (3 of 3 seeds agree, on 512 "
            "held-out rows).",
            id="raises as it is",
        ),
        pytest.param(
            Trial(reason="there is no time"), "Not tried: there is no time.", id="untried"
        ),
        pytest.param(
            Trial(
                reason="line 7 calls `tools['run']`, and nbdoctor can't tell what that does",
                runs_lines="lines 3 to 9",
            ),
            "Line 7 calls `tools['run']`, and nbdoctor can't tell what that does, so the fix was "
            "not tried.",
            id="not proved",
        ),
        pytest.param(
            replace(HELPS, remaining=(), by_objects=True),
            "Tried on a copy of the model (your lines were not run again): accuracy 0.10 → 0.87 "
            "(+0.77, between +0.70 and +0.83) after 100 steps (3 of 3 seeds agree, on 512 "
            "held-out rows). It resolves both findings.",
            id="on a copy of the live model",
        ),
        pytest.param(
            replace(patients.IN_VAIN, by_objects=True, anew=True),
            "Tried on a copy of the model with new initial weights (your lines were not run "
            "again), and it did not help: accuracy 0.10 → 0.12 (+0.01, between -0.04 and +0.07) "
            "after 100 steps (2 of 3 seeds agree, on 512 held-out rows).",
            id="on a copy of a trained model",
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
            Trial(outcome="no effect", reason="the loss is NaN or infinite", steps=100),
            "Tried on a copy, and it did not help: the loss is NaN or infinite after 100 steps.",
            id="no score",
        ),
    ],
)
def test_the_outcome_is_a_sentence(trial: Trial, said: str) -> None:
    assert trying.says(trial) == said


def test_what_helps_most_leads() -> None:
    lead = "What helps most: “Use ReLU in the hidden layers” (under `vanishing-gradient`)."
    assert trying.leads(patients.sick()) == lead


def test_it_is_said_when_nothing_helps() -> None:
    only = patients.sick().findings[2:]
    report = replace(patients.sick(), findings=only, fix=None)
    assert trying.leads(report) == (
        "One fix was tried on a copy, and it did not help: “Add a Normalization layer”."
    )
    assert trying.leads(patients.healthy()) == ""


def test_what_is_undecided_is_not_called_in_vain() -> None:
    (of,) = patients.sick().findings[2:]
    open_one = replace(of.treatments[0], trial=patients.UNDECIDED)
    both = replace(of, treatments=(open_one, replace(of.treatments[0], title="Scale `x_train`")))
    report = replace(patients.sick(), findings=(both,), fix=None)
    assert trying.leads(report) == (
        "One fix was tried on a copy, and it did not help: “Scale `x_train`”. 1 fix may help, "
        "but trials on copies could not decide it: “Add a Normalization layer”."
    )


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
        if one.tag.endswith("text")
        and one.get("x") == str(curves.WIDTH - curves.RIGHT + 6 + curves.SWATCH + 4)
    ]
    assert abs(heights[0] - heights[1]) >= curves.LINE
