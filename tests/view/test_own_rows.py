from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import ipywidgets
import pytest

from nbdoctor.readings.samples import FIRST, SampleRow, SampleRows, Samples
from nbdoctor.report import Report
from nbdoctor.view import own_rows
from nbdoctor.view.gauges import charts
from nbdoctor.view.panel import Panel
from nbdoctor.view.tabs.samples import NOT_STORED
from nbdoctor.view.wire import bundle
from tests.view import patients

TABLE = SampleRows(
    input="x",
    part=FIRST,
    form="columns",
    rows=(SampleRow(number=3, labels="7", values=(0.123456789, 2.0)),),
    columns=("age", "height"),
)
LINES = SampleRows(
    input="z",
    part=FIRST,
    form="lines",
    rows=(SampleRow(number=3, labels="7", values=(0.1, 0.2, 0.9)),),
)


def with_rows_aside() -> Report:
    return replace(patients.sick(), aside=Samples(rows=(TABLE, LINES)))


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel(patients.sick())
    report = with_rows_aside()
    made.update(report, charts(report)[0])
    yield made
    made.close()


def inputs(panel: Panel) -> tuple[str, list[ipywidgets.Button]]:
    """The tab of the inputs: its text, and its buttons."""
    body, *buttons = panel._inputs.children
    return body.value, list(buttons)


def test_rows_are_shown_when_the_button_is_pressed_and_not_before(panel: Panel) -> None:
    said, (button,) = inputs(panel)
    assert "0.123" not in said
    assert button.description == own_rows.SHOW
    button.click()
    said, buttons = inputs(panel)
    assert buttons == []
    assert "0.123" in said
    assert "height" in said
    assert f"1 row of {FIRST}: z" in said
    assert "are shown here only, and not stored with the notebook" in said


def test_they_stay_when_the_report_goes_on(panel: Panel) -> None:
    _, (button,) = inputs(panel)
    button.click()
    report = with_rows_aside()
    panel.update(replace(report, headline="Another"), charts(report)[0])
    said, buttons = inputs(panel)
    assert "0.123" in said
    assert buttons == []


def test_there_is_no_button_without_rows_nor_while_the_cell_runs() -> None:
    for report in (patients.sick(), replace(with_rows_aside(), stage="training")):
        made = Panel(report)
        assert inputs(made)[1] == []
        made.close()


def test_nothing_of_them_is_stored() -> None:
    report = with_rows_aside()
    stored = json.dumps(bundle(report, charts(report)[0], "abc"))
    assert stored == json.dumps(bundle(patients.sick(), charts(patients.sick())[0], "abc"))
    assert "Samples" not in report.to_json()
    assert "0.123456789" not in report.to_json() + report.to_html() + report.to_markdown()


def test_rows_that_are_stored_do_not_say_that_they_are_not() -> None:
    stored = replace(
        patients.sick(), readings={**patients.sick().readings, "Samples": Samples(rows=(TABLE,))}
    )
    assert not own_rows.can_show(stored)
    html = stored.to_html()
    assert "0.123" in html
    assert NOT_STORED.split(".")[0] not in html
