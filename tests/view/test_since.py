"""What a change of the cell did, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbdoctor.readings.history import History
from nbdoctor.report import LastRun, Report, Stage
from nbdoctor.view.blocks import Chart, Items, Table
from nbdoctor.view.document import document
from nbdoctor.view.html import as_fragment
from nbdoctor.view.since import blocks, line

BEFORE = LastRun(
    rules=("dead-units", "unscaled-inputs", "large-steps"),
    figures={"loss": 2.3, "accuracy": 0.41},
    score=0.1,
    curve=((1, 2.5), (2, 2.3)),
    epochs=2,
)


def report(accuracy: float | None = 0.95, last_run: LastRun | None = BEFORE) -> Report:
    values = {"loss": (1.0, 0.4, 0.1)}
    if accuracy is not None:
        values["accuracy"] = (0.5, 0.7, accuracy)
    history = History(values=values, epochs=3)
    return Report(
        headline="No problem found by 50 checks",
        verdict="healthy",
        readings={"History": history},
        last_run=last_run,
    )


def test_the_header_says_what_the_change_did() -> None:
    said = "Since the last run: 3 findings gone, `accuracy` 0.41 → 0.95"
    assert line(report()) == said
    assert said in document(report(), {}).summary
    assert "Since the last run: 3 findings gone" in str(report())
    assert "Since the last run: 3 findings gone" in report().to_markdown()
    assert "Since the last run: 3 findings gone" in as_fragment(document(report(), {}), live=False)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        pytest.param(report(last_run=None), "", id="the first run"),
        pytest.param(
            report(accuracy=None),
            "Since the last run: 3 findings gone, loss 2.30 → 0.1",
            id="no other figure",
        ),
        pytest.param(
            report(last_run=replace(BEFORE, rules=(), is_same_cell=False)),
            "Since the run of a cell like this one: `accuracy` 0.41 → 0.95",
            id="another cell, perhaps",
        ),
    ],
)
def test_only_what_both_runs_have_is_compared(now: Report, said: str) -> None:
    assert line(now) == said


@pytest.mark.parametrize("stage", ["looking", "training"])
def test_nothing_is_compared_before_the_run_has_ended(stage: Stage) -> None:
    now = replace(report(), stage=stage)
    assert line(now) == ""
    assert not list(blocks(now))


def test_the_findings_and_the_losses_of_both_stand_below_the_cards() -> None:
    found = list(blocks(report()))
    (items,) = (one for one in found if isinstance(one, Items))
    assert items.items == ("gone: `dead-units`, `unscaled-inputs` and `large-steps`",)
    (chart,) = (one for one in found if isinstance(one, Chart))
    assert chart.description == "this run: 1 to 0.1; last run: 2.5 to 2.3."
    assert "3 epochs" in chart.svg
    (table,) = (one for one in found if isinstance(one, Table))
    assert ("`accuracy`", "0.41", "0.95") in table.rows
