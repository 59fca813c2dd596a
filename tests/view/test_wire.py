from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import nbformat
import pytest

from nbdoctor.report import FitSummary, NotRun, PassedCheck, Report
from nbdoctor.report.several import Reports
from nbdoctor.rules import catalogue
from nbdoctor.view import several
from nbdoctor.view.gauges import charts
from nbdoctor.view.packing import PACKED, unpacked
from nbdoctor.view.shortening import LEFT_OUT
from nbdoctor.view.wire import (
    LARGEST_READINGS,
    MIME,
    WIDGET_MIME,
    at_most_in_file,
    bundle,
    bytes_in_file,
    payload,
)
from tests.view import golden, patients
from tests.view.random_pictures import random_pictures

LARGEST = 150_000
"""Bytes by which a report may make a notebook grow."""

FURTHER = 75_000
"""... and each further fit of its cell."""


@pytest.mark.parametrize(("name", "text"), golden.files())
def test_the_golden_file_is_what_would_be_written(name: str, text: str) -> None:
    """When this fails for a good reason: python -m tests.view.golden."""
    assert (golden.FOLDER / name).read_text(encoding="utf-8") == text


def test_a_bundle_ranks_from_the_live_panel_to_plain_text() -> None:
    data = bundle(patients.healthy(), {}, "abc")
    assert list(data) == [WIDGET_MIME, MIME, "text/html", "text/plain"]
    assert data[WIDGET_MIME]["model_id"] == "abc"


def test_without_a_panel_there_is_no_widget_in_the_bundle() -> None:
    assert WIDGET_MIME not in bundle(patients.healthy(), {}, None)


@pytest.mark.parametrize(
    "patient", [patients.sick, patients.healthy, random_pictures, patients.vast]
)
def test_a_report_does_not_bloat_the_notebook(patient: Callable[[], Report]) -> None:
    report = patient()
    data = bundle(report, charts(report)[0], "abc")
    written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
    empty = len(nbformat.writes(written).encode())
    written.cells[0].outputs = [nbformat.v4.new_output("display_data", data)]
    assert len(nbformat.writes(written).encode()) - empty < LARGEST
    json.dumps(data, allow_nan=False)


def test_several_fits_do_not_bloat_the_notebook() -> None:
    def grown(*patients_of_cell: Report) -> int:
        fits = [FitSummary(number=n, line=4) for n in range(1, len(patients_of_cell) + 1)]
        numbered = [replace(one, number=n) for n, one in enumerate(patients_of_cell, start=1)]
        reports = Reports(numbered, fits)
        parts = several.parts(reports, reports.merged, [charts(one)[0] for one in reports])
        data = bundle(reports.merged, {}, "abc", parts)
        written = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()])
        empty = len(nbformat.writes(written).encode())
        written.cells[0].outputs = [nbformat.v4.new_output("display_data", data)]
        return len(nbformat.writes(written).encode()) - empty

    assert grown(patients.sick(), patients.sick()) < LARGEST + FURTHER
    assert grown(patients.vast(), patients.sick(), random_pictures()) < LARGEST + 2 * FURTHER


def test_what_all_fits_share_is_stored_once() -> None:
    reports = patients.folds()
    data = payload(reports.merged, {}, several.parts(reports, reports.merged))
    cards = [
        block
        for fit in data["fits"]
        for block in fit["document"]["sections"][0]["blocks"]
        if block["kind"] == "finding"
    ]
    assert [(card["number"], card["page"]) for card in cards] == [(0, ""), (1, "")] * 2
    cures = [cure for card in cards for cure in card["treatments"]]
    assert {(cure["text"], cure["diff"], cure["chart"]) for cure in cures} == {("", "", None)}
    assert [bool(card["treatments"][0]["trial"]) for card in cards] == [True, True, False, True]
    assert "29,841" in cards[2]["says"]
    assert json.dumps(data).count("What it means") == 2  # one page for each rule that has one
    assert all(one["report"]["readings"] == {} for one in data["fits"])


def test_checks_that_do_not_apply_to_any_fit_stand_with_the_first() -> None:
    reports = patients.folds()
    data = bundle(reports.merged, {}, None, several.parts(reports, reports.merged))[MIME]
    checks = [fit["document"]["sections"][-1]["blocks"] for fit in data["fits"]]
    assert [len(one["rows"]) for one in checks[0] if one["kind"] == "table"] == [3]
    for blocks in checks[1:]:
        said = [block.get("text", "") for block in blocks]
        assert "Does not apply: 3" in said
        assert "3 of them, with the same reason, stand with fold 1." in said


def test_readings_that_take_too_much_room_are_left_out() -> None:
    assert payload(random_pictures(), {})["report"]["readings"]
    sick = patients.sick()
    assert len(json.dumps(sick.as_dict()["readings"])) > LARGEST_READINGS
    assert payload(sick, {})["report"]["readings"] == {}


def test_every_card_leads_to_the_patches_of_its_finding() -> None:
    report = patients.sick()
    blocks = payload(report, {})["document"]["sections"][0]["blocks"]
    cards = [block for block in blocks if block["kind"] == "finding"]
    stored = payload(report, {})["report"]["findings"]
    for card in (*cards, *cards[0]["consequences"]):
        finding = stored[card["number"]]
        assert card["rule"] == finding["rule"]
        assert [one["diff"] for one in card["treatments"]] == [
            one["diff"] for one in finding["treatments"]
        ]
        assert all("patched" not in treatment for treatment in card["treatments"])
    assert "relu" in stored[0]["treatments"][0]["patched"]


def test_a_cell_can_be_copied_from_the_html_while_there_is_room() -> None:
    report = patients.sick()
    assert 'hidden="relu", depth=8)\nmodel.compile' in unescape(
        bundle(report, {}, None)["text/html"]
    )
    long = replace(report.findings[0].treatments[0], patched="x = 1\n" * 20_000)
    changed = replace(report.findings[0], treatments=(long,))
    data = bundle(replace(report, findings=(changed, *report.findings[1:])), {}, None)
    assert len(data["text/html"]) < len(long.patched or "")
    assert data[MIME]["report"]["findings"][0]["treatments"][0]["patched"] == long.patched


def test_the_manual_pages_stay_for_jupyterlab_where_the_html_has_no_room_for_them() -> None:
    report = replace(asked_everything(), notes=("A long note. " * 700,))
    data = bundle(report, charts(report)[0], "abc")
    blocks = unpacked(data[MIME])["document"]["sections"][0]["blocks"]
    assert all(block["page"] for block in blocks if block["kind"] == "finding")
    assert "What it means" not in data["text/html"]
    assert data["text/html"].count("<img") > 4
    small = bundle(patients.sick(), {}, "abc")["text/html"]
    assert "What it means" in small
    assert LEFT_OUT not in small


def test_a_row_of_a_table_is_one_line_of_the_file() -> None:
    of = payload(patients.sick(), {})["document"]
    section = next(one for one in of["sections"] if one["title"] == "Gradients")
    table = next(one for one in section["blocks"] if one["kind"] == "table")
    assert table["rows"][0].split("\t")[0] == "`dense_0`"
    assert {len(row.split("\t")) for row in table["rows"]} == {len(table["header"])}


def first_card(message: dict[str, Any]) -> Any:
    blocks = message["document"]["sections"][0]["blocks"]
    return next(block for block in blocks if block["kind"] == "finding")


def test_what_is_left_at_last_is_a_report_without_pictures_for_other_viewers() -> None:
    report = patients.sick()
    vast = replace(report, notes=("A long note. " * 5000,))
    data = bundle(vast, charts(vast)[0], "abc")
    assert "<img" not in data["text/html"]
    assert LEFT_OUT in data["text/html"]
    assert any(
        block["kind"] == "chart"
        for section in unpacked(data[MIME])["document"]["sections"]
        for block in section["blocks"]
    )


def test_many_findings_keep_their_words_and_lose_their_manual_pages() -> None:
    report = patients.sick()
    many = replace(report, findings=report.findings * 8)
    data = bundle(many, charts(many)[0], "abc")
    card = first_card(unpacked(data[MIME]))
    assert card["says"]
    assert card["page"] == ""
    assert card["consequences"][0]["page"] == ""
    assert first_card(payload(report, {}))["page"]


def asked_everything() -> Report:
    """A sick model that all rules were asked of, as in a notebook of 2026: 58 held, 103 did not."""
    names = [rule.name for rule in catalogue()]
    held = tuple(
        PassedCheck(rule=name, says="every value of the examined rows is in the range of the loss")
        for name in names[:58]
    )
    not_run = tuple(
        NotRun(rule=name, reason="the training step is Keras's own", kind="does not apply")
        for name in names[58:161]
    )
    return replace(patients.sick(), held=held, not_run=not_run)


def test_a_report_of_all_checks_keeps_its_pictures_for_other_viewers() -> None:
    report = asked_everything()
    drawn = charts(report)[0]
    data = bundle(report, drawn, "abc")
    assert bytes_in_file(data) < LARGEST
    assert data["text/html"].count("<img") >= len(drawn) > 4
    assert LEFT_OUT not in data["text/html"]
    assert "Passed: 58" in data["text/html"]
    assert "Does not apply: 103" in data["text/plain"]


def test_a_packed_message_is_the_same_and_keeps_the_findings_in_the_open() -> None:
    report = asked_everything()
    whole = payload(report, charts(report)[0])
    stored = bundle(report, charts(report)[0], "abc")[MIME]
    assert stored["version"] == PACKED
    assert unpacked(stored) == whole
    assert bytes_in_file({MIME: stored}) < bytes_in_file({MIME: whole}) / 2
    assert stored["report"]["findings"] == whole["report"]["findings"]
    assert stored["evidence"] == whole["evidence"]


def test_a_small_report_is_stored_in_the_open() -> None:
    assert "document" in bundle(patients.healthy(), {}, None)[MIME]


def test_a_message_survives_json() -> None:
    data = payload(patients.sick(), {})
    assert json.loads(json.dumps(data, allow_nan=False)) == data


@pytest.mark.parametrize("patient", [patients.sick, patients.healthy, patients.training])
def test_the_quick_bound_of_what_a_bundle_takes_is_one(patient: Callable[[], Report]) -> None:
    report = patient()
    made = bundle(report, charts(report)[0], "abc")
    assert bytes_in_file(made) <= at_most_in_file(made) < 4 * bytes_in_file(made)
