from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
from ipywidgets.widgets import widget

from nbdoctor.report import NotRun, Timing, Treatment
from nbdoctor.trials.offers import Offer
from nbdoctor.view.gauges import charts
from nbdoctor.view.panel import FOLDED, Panel
from tests.view import patients

ROOT = Path(__file__).parents[2]

MOST_MODELS = 60


def models() -> int:
    """Widget models that are alive in this process."""
    return len(widget._instances)


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel(patients.sick())
    yield made
    made.close()


def sent(panel: Panel) -> list[Any]:
    """What changes from now on."""
    changes: list[Any] = []
    for model in panel._models():
        model.observe(changes.append)
    return changes


def test_a_panel_is_few_models_and_close_leaves_none() -> None:
    before = models()
    panel = Panel(patients.healthy())
    panel.update(patients.sick(), charts(patients.sick())[0])
    assert 10 < models() - before <= MOST_MODELS
    panel.close()
    assert models() == before


def test_there_is_a_tab_for_each_section(panel: Panel) -> None:
    header, tabs, footer = panel.widget.children
    assert tabs.titles[:2] == ("Findings 3", "Inputs")
    assert len(tabs.children) == 10
    assert "The first layers of this model do not learn" in header.value
    assert "checksum 1a2b3c" in footer.value


def test_a_healthy_model_folds_its_tabs_behind_one_line(panel: Panel) -> None:
    panel.update(patients.healthy(), {})
    fold = panel.widget.children[1]
    assert isinstance(fold, ipywidgets.Accordion)
    assert fold.titles == (FOLDED,)
    assert fold.selected_index is None
    panel.update(patients.sick(), {})
    assert isinstance(panel.widget.children[1], ipywidgets.Tab)


def test_the_same_report_again_sends_nothing(panel: Panel) -> None:
    changes = sent(panel)
    panel.update(patients.sick(), {})
    assert changes == []


def test_only_what_changed_is_sent(panel: Panel) -> None:
    changes = sent(panel)
    panel.update(replace(patients.sick(), notes=("One note.",)), {})
    assert [change["name"] for change in changes] == ["value"]
    assert "One note." in changes[0]["new"]


def test_charts_arrive_inline(panel: Panel) -> None:
    assert "<svg" not in panel._bodies["Gradients"].value
    panel.update(patients.sick(), charts(patients.sick())[0])
    assert "<svg" in panel._bodies["Gradients"].value


def test_choosing_a_layer_draws_it(panel: Panel) -> None:
    assert "Choose a layer" in panel._detail.value
    panel._layers.value = "dense_3"
    assert "<svg" in panel._detail.value
    assert (
        "One step of <code>Adam</code> changes <code>dense_3/kernel</code>" in panel._detail.value
    )


def test_a_chosen_layer_stays_chosen_when_the_report_grows(panel: Panel) -> None:
    panel._layers.value = "dense_3"
    panel.update(replace(patients.sick(), notes=("More.",)), {})
    assert panel._layers.value == "dense_3"


def test_a_layer_that_cannot_be_drawn_is_a_line(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        message = "no ink"
        raise RuntimeError(message)

    monkeypatch.setattr("nbdoctor.view.gauges.layer_detail", fail)
    panel._layers.value = "dense_3"
    assert "could not be drawn: RuntimeError: no ink" in panel._detail.value


def test_a_panel_of_names_that_are_html_shows_them_as_text() -> None:
    panel = Panel(patients.hostile())
    said = "".join(model.value for model in panel._models() if isinstance(model, ipywidgets.HTML))
    panel.close()
    assert "<script" not in said


def test_opening_a_panel_does_not_load_matplotlib() -> None:
    code = (
        "import sys; from tests.view import patients; from nbdoctor.view.panel import Panel; "
        "Panel(patients.sick()); sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_layers_cannot_be_chosen_before_the_kernel_can_answer(panel: Panel) -> None:
    assert not panel._layers.disabled
    for stage in ("training", "trying"):
        panel.update(replace(patients.sick(), stage=stage), {})
        assert panel._layers.disabled
        assert "once the cell has finished" in panel._detail.value


def test_where_the_button_stood_is_told_how_far_trials_are_and_what_came_of_them(
    panel: Panel,
) -> None:
    said: list[str] = []

    def run() -> None:
        panel.update(replace(patients.sick(), stage="trying"), {})
        said.append(panel.widget.children[-2].value)
        panel.update(patients.sick(), {})

    panel.offer_more(Offer(run))
    panel.widget.children[-2].click()
    assert "2 of 2 tried so far. To stop, interrupt the kernel" in said[0]
    assert 'class="nbd-stop"' in said[0]
    assert "Done. What helps most: “" in panel.widget.children[-2].value


def test_a_report_that_nobody_asked_for_more_tells_nothing_there(panel: Panel) -> None:
    assert len(panel.widget.children) == 3


def test_what_was_not_tried_is_tried_by_a_button_that_goes_away(panel: Panel) -> None:
    pressed: list[int] = []
    before = models()
    panel.offer_more(Offer(lambda: pressed.append(len(panel.widget.children))))
    button = panel.widget.children[-2]
    assert isinstance(button, ipywidgets.Button)
    assert button.description == "Continue trying fixes"
    assert panel._bodies["Inputs"].value  # the rest is as it was
    button.click()
    assert pressed == [3]
    assert models() == before


def test_the_button_of_the_first_trials_does_not_speak_of_others() -> None:
    finding, *_ = patients.sick().findings
    cure = replace(finding.treatments[0], trial=None)

    def name(*cures: Treatment) -> str:
        report = replace(patients.sick(), findings=(replace(finding, treatments=cures),))
        made = Panel(report)
        made.offer_more(Offer(lambda: None))
        description = made.widget.children[-2].description
        made.close()
        return str(description)

    assert name(cure) == "Try this fix"
    assert (
        name(cure, replace(cure, title="Another"), replace(cure, pair=True)) == "Try these 2 fixes"
    )
    assert name(cure, finding.treatments[0]) == "Continue trying fixes"


def test_lines_that_a_button_runs_again_are_named_on_it(panel: Panel) -> None:
    pressed: list[str] = []
    before = models()
    panel.offer_more(Offer(lambda: pressed.append("time")))
    panel.offer_more(Offer(lambda: pressed.append("lines"), "lines 12 to 20"))
    other, button = panel.widget.children[-3:-1]
    assert other.description == "Continue trying fixes"
    assert button.description == "Try anyway: runs lines 12 to 20 again"
    button.click()
    assert pressed == ["lines"]
    assert models() == before


def test_the_cause_is_found_by_a_button_that_says_how_long_it_takes(panel: Panel) -> None:
    panel.offer_more(Offer(lambda: None, finds_cause=True, seconds=24.0))
    button = panel.widget.children[-2]
    assert button.description == "Find the cause by experiment"
    assert "trains them (about 24 s), for two minutes at most" in button.tooltip


def test_what_there_was_no_time_for_has_a_button_that_says_how_much_it_is() -> None:
    late = tuple(NotRun(rule=f"rule-{one}", reason="", kind="no time") for one in range(3))
    made = Panel(replace(patients.healthy(), not_run=late))
    said: list[str] = []

    def run() -> None:
        made.update(replace(made._report, stage="looking longer", timing=Timing(left=110.2)), {})
        said.append(made.widget.children[-2].value)

    made.offer_more(Offer(run, looks_longer=True))
    button = made.widget.children[-2]
    assert button.description == "Look longer"
    assert "what there was no time for (3 checks)" in button.tooltip
    button.click()
    assert (
        "Looking longer at what there was no time for: 3 checks, 1 min 50 s left at most."
        in said[0]
    )
    made.close()


def test_a_button_that_nobody_pressed_is_closed_with_its_panel() -> None:
    before = models()
    made = Panel(patients.sick())
    made.offer_more(Offer(lambda: None))
    made.close()
    assert models() == before
