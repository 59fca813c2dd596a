"""The live view of several fits: one widget with a selector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import ipywidgets
import pytest
from ipywidgets.widgets import widget

from nbdoctor.trials.offers import Offer
from nbdoctor.view.cell_panel import CellPanel
from tests.view import patients

MOST_MODELS = 120
"""Of three fits."""


@pytest.fixture
def panel() -> Iterator[CellPanel]:
    reports = patients.folds()
    made = CellPanel(reports[0])
    made.update_all(reports.merged, reports, [{}] * 3)
    yield made
    made.close()


def selector(panel: CellPanel) -> tuple[Any, Any]:
    """What selects, and what is selected."""
    _, inside, _ = panel.widget.children
    select, stack = inside.children
    return select, stack


def test_one_fit_is_shown_as_it_always_was() -> None:
    made = CellPanel(patients.sick())
    (only,) = made.widget.children
    assert any(isinstance(one, ipywidgets.Tab) for one in only.children)
    made.close()


def test_a_selector_goes_through_all_fits(panel: CellPanel) -> None:
    header, _, footer = panel.widget.children
    assert "in folds 1 and 2" in header.value
    assert "No training was touched" in footer.value
    select, stack = selector(panel)
    assert select.options == (
        "All fits",
        *(f"Fold {number} of 5, line 4, model “model”" for number in (1, 2, 3)),
    )
    assert len(stack.children) == 4
    assert (select.index, stack.selected_index) == (0, 0)
    found, *_ = stack.children[0].children
    assert "not examined" in found.value
    assert "29,841" in stack.children[2].children[1].children[0].value


def test_the_page_itself_selects_while_the_kernel_is_busy(panel: CellPanel) -> None:
    select, stack = selector(panel)
    assert panel._chooser is not None
    link = panel._chooser._link
    assert (link.source, link.target) == ((select, "index"), (stack, "selected_index"))


def test_a_further_fit_leaves_the_choice_as_it_is() -> None:
    first, second, third = patients.folds()
    made = CellPanel(first)
    made.update_all(patients.folds().merged, [first, second], [{}] * 2)
    select, stack = selector(made)
    select.index = 2
    made.update_all(patients.folds().merged, [first, second, third], [{}] * 3)
    assert (select.index, len(select.options), len(stack.children)) == (2, 4, 4)
    made.close()


def test_fixes_are_offered_under_the_numbers_of_all_fits(panel: CellPanel) -> None:
    _, stack = selector(panel)
    found, *_ = stack.children[0].children
    assert 'data-nbd-place="0:0"' in found.value
    second = stack.children[2].children[1].children[0].value
    assert 'data-nbd-place="0:0"' in second


def test_what_is_offered_for_a_fit_is_offered_under_all_of_them(panel: CellPanel) -> None:
    pressed: list[int] = []
    panel.offer_more(2, Offer(lambda: pressed.append(2)))
    panel.offer_more(3, Offer(lambda: pressed.append(3)))
    _, stack = selector(panel)
    _, said, button = stack.children[0].children
    assert "Fixes of fold 2" in said.value
    assert button in stack.children[2].children
    button.click()
    assert pressed == [2]
    assert "Fixes of fold 3" not in said.value or len(stack.children[0].children) == 3


def test_the_same_again_sends_nothing(panel: CellPanel) -> None:
    changes: list[Any] = []
    for model in panel._models():
        model.observe(changes.append)
    reports = patients.folds()
    panel.update_all(reports.merged, reports, [{}] * 3)
    assert changes == []


def test_all_healthy_fits_are_folded_behind_one_line() -> None:
    reports = [replace(patients.healthy(), number=n) for n in (1, 2)]
    made = CellPanel(reports[0])
    whole = replace(patients.folds().merged, verdict="healthy", findings=())
    made.update_all(whole, reports, [{}] * 2)
    assert isinstance(made.widget.children[1], ipywidgets.Accordion)
    made.close()


def test_close_leaves_no_model() -> None:
    before = len(widget._instances)
    reports = patients.folds()
    made = CellPanel(reports[0])
    made.update_all(reports.merged, reports, [{}] * 3)
    made.offer_more(1, Offer(lambda: None))
    assert len(widget._instances) - before <= MOST_MODELS
    made.close()
    assert len(widget._instances) == before
