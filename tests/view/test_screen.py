"""What is shown when, and what happens when a part of the showing fails."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ipywidgets.widgets import widget

from nbdoctor.report import FitSummary, Report, Timing
from nbdoctor.view import gauges
from nbdoctor.view.packing import unpacked
from nbdoctor.view.screen import Screen, Terminal, close_panels
from nbdoctor.view.wire import MIME, WIDGET_MIME
from tests.view import patients
from tests.view.patients import healthy, sick

LOOKED = Timing(first_finding=0.01, look=0.2)


class Page:
    """Stands in for the front end: keeps what is published."""

    def __init__(self) -> None:
        self.sent: list[tuple[Mapping[str, Any], str, bool]] = []

    def __call__(self, data: Mapping[str, Any], display_id: str, replaces: bool) -> None:
        self.sent.append((data, display_id, replaces))

    def words(self) -> str:
        return str(unpacked(self.sent[-1][0][MIME])["document"])


def test_one_output_is_shown_and_then_replaced() -> None:
    page = Page()
    screen = Screen(page, live=True)
    screen.show(replace(sick(), stage="looking", timing=Timing()), draw=False)
    screen.show(replace(sick(), stage="training", timing=LOOKED), draw=False)
    screen.show(replace(sick(), timing=LOOKED), draw=True)
    assert [replaces for _, _, replaces in page.sent] == [False, True, True]
    assert len({display_id for _, display_id, _ in page.sent}) == 1
    assert len({data[WIDGET_MIME]["model_id"] for data, _, _ in page.sent}) == 1
    assert set(page.sent[-1][0]) == {MIME, WIDGET_MIME, "text/html", "text/plain"}
    assert "<svg" in page.words()


def test_several_fits_are_shown_in_one_output() -> None:
    page = Page()
    first, second, third = patients.folds()
    fits: list[FitSummary] = [patients.FOLDS[0]]
    screen = Screen(page, live=True, fits=lambda: fits)
    screen.show(replace(first, stage="looking", timing=Timing()), draw=False)
    screen.show(replace(first, timing=LOOKED), draw=True)
    assert "fits" not in page.sent[-1][0][MIME]
    fits += patients.FOLDS[1:]
    screen.show(replace(second, stage="training", timing=LOOKED), draw=False)
    assert page.sent[-1][0][MIME]["report"]["stage"] == "training"
    screen.show(replace(second, timing=LOOKED), draw=True)
    screen.show(replace(third, timing=LOOKED), draw=True)
    assert len({display_id for _, display_id, _ in page.sent}) == 1
    assert [replaces for _, _, replaces in page.sent] == [False, *[True] * 4]
    data = page.sent[-1][0]
    assert len({one[WIDGET_MIME]["model_id"] for one, _, _ in page.sent}) == 1
    stored = unpacked(data[MIME])
    assert [one["title"] for one in stored["fits"]] == [
        f"Fold {number} of 5, line 4, model `model`" for number in (1, 2, 3)
    ]
    cards = [one for one in unpacked(stored)["document"]["sections"][0]["blocks"] if "fits" in one]
    assert [one["fits"] for one in cards] == ["folds 1 and 2", "folds 1 and 2"]
    assert data["text/html"].count('class="nbd-section nbd-fit"') == 3


def test_a_fit_of_several_may_find_more_as_it_goes_on() -> None:
    page = Page()
    first, second, _ = patients.folds()
    screen = Screen(page, live=True, fits=lambda: patients.FOLDS[:2])
    screen.show(replace(first, timing=LOOKED), draw=False)
    screen.show(replace(second, findings=(), timing=LOOKED), draw=False)
    screen.show(replace(second, timing=LOOKED), draw=False)
    screen.show(replace(second, stage="experimenting", timing=LOOKED), draw=False)
    assert screen.panel is not None
    said = [model.value for model in screen.panel._models() if hasattr(model, "value")]
    assert any("Now looking for the cause" in str(one) for one in said)
    screen.show(replace(second, timing=LOOKED), draw=False)
    said = [model.value for model in screen.panel._models() if hasattr(model, "value")]
    assert not any("Now looking for the cause" in str(one) for one in said)
    assert all(fit["report"]["findings"] for fit in page.sent[-1][0][MIME]["fits"])


def test_a_gauge_that_fails_is_one_line_and_the_rest_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> str:
        message = "planted"
        raise RuntimeError(message)

    name = next(iter(gauges.GAUGES))
    monkeypatch.setitem(gauges.GAUGES, name, broken)
    page = Page()
    screen = Screen(page, live=True)
    screen.show(replace(sick(), timing=LOOKED), draw=True)
    screen.show(replace(sick(), timing=LOOKED), draw=False)
    assert page.words().count("planted") == 1
    assert "<svg" in page.words()


def test_without_widgets_the_report_is_shown_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        message = "no widgets here"
        raise RuntimeError(message)

    monkeypatch.setattr("nbdoctor.view.panel.Panel.__init__", broken)
    page = Page()
    screen = Screen(page, live=True)
    screen.show(replace(healthy(), timing=LOOKED), draw=False)
    assert WIDGET_MIME not in page.sent[-1][0]
    assert page.words().count("no widgets here") == 1


@pytest.mark.parametrize("cell_id", ["a1b2", None], ids=["with a cell id", "without one"])
def test_running_a_cell_again_leaves_no_widget_of_its_last_run(cell_id: str | None) -> None:
    report = replace(sick(), cell_id=cell_id, source="%%diagnose\nmodel.fit(x, y)")
    close_panels(cell_id, report.source)
    before = len(widget._instances)
    counts = []
    for _ in range(3):
        close_panels(cell_id, report.source)
        Screen(Page(), live=True).show(report, draw=True)
        counts.append(len(widget._instances) - before)
    close_panels(cell_id, report.source)
    assert counts[0] == counts[1] == counts[2] <= 60
    assert len(widget._instances) == before


def test_a_terminal_is_told_before_training_and_again_only_with_news() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    report: Report = sick()
    terminal.show(replace(report, stage="looking", timing=Timing()), draw=False)
    assert out.getvalue() == ""
    terminal.show(replace(report, stage="looking", timing=LOOKED), draw=False)
    terminal.show(replace(report, timing=LOOKED), draw=True)
    assert out.getvalue().count(report.headline) == 1
    terminal.show(replace(report, findings=report.findings[:1], timing=LOOKED), draw=True)
    assert out.getvalue().count(report.headline) == 2
    assert max(map(len, out.getvalue().splitlines())) <= 90


def test_a_terminal_is_told_once_what_came_of_the_fixes() -> None:
    out = io.StringIO()
    terminal = Terminal(out)
    untried = tuple(
        replace(one, treatments=tuple(replace(cure, trial=None) for cure in one.treatments))
        for one in sick().findings
    )
    before = replace(sick(), findings=untried, fix=None, timing=LOOKED)
    terminal.show(before, draw=False)
    assert "Tried on a copy" not in out.getvalue()
    terminal.show(replace(sick(), stage="trying", timing=LOOKED), draw=False)
    assert "Tried on a copy" not in out.getvalue()
    for _ in range(2):
        terminal.show(replace(sick(), timing=LOOKED), draw=False)
    assert out.getvalue().count("Tried on a copy") == 1
    assert out.getvalue().count("What helps most") == 1


def test_a_report_that_was_cleared_is_shown_anew_once() -> None:
    page = Page()
    screen = Screen(page, live=True)
    looked = replace(sick(), stage="training", timing=LOOKED)
    screen.show(looked, draw=False)
    screen.show_again()
    assert len(page.sent) == 1  # it is still there
    screen.cleared()
    screen.show_again()
    screen.show_again()
    assert [replaces for _, _, replaces in page.sent] == [False, False]
    screen.cleared()
    screen.show(replace(sick(), timing=LOOKED), draw=True)
    assert page.sent[-1][2] is False
    assert len({data[WIDGET_MIME]["model_id"] for data, _, _ in page.sent}) == 1


def test_half_characters_are_shown_as_what_can_be_sent() -> None:
    page = Page()
    screen = Screen(page, live=True)
    report = replace(sick(), headline="\ud800 is halved", model="\udfff")
    screen.show(report, draw=True)
    screen.show(report, draw=False)
    sent = [{**data, MIME: unpacked(data[MIME])} for data, *_ in page.sent]
    text = json.dumps([sent, page.sent], ensure_ascii=False)
    assert text.encode()
    assert "\ufffd is halved" in text
    assert screen.panel is not None
    for one in screen.panel._models():
        assert json.dumps(one.get_state(), ensure_ascii=False, default=str).encode()
