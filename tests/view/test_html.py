from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from nbdoctor.report import Report, Trial
from nbdoctor.view import html
from nbdoctor.view.document import document
from nbdoctor.view.gauges import charts
from nbdoctor.view.html import COLOURS
from nbdoctor.view.html_page import as_page
from nbdoctor.view.page import as_html, marked
from tests.view import patients
from tests.view.random_pictures import random_pictures

PATIENTS = [
    patients.sick,
    patients.healthy,
    random_pictures,
    patients.bare,
    patients.hostile,
    patients.vast,
]

VOID = {"img", "meta", "br", "link"}


class Tree(HTMLParser):
    """Checks that what is opened is closed, and collects tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def fragment(report: Report, *, live: bool = False) -> str:
    return html.as_fragment(document(report, charts(report)[0]), live=live)


@pytest.mark.parametrize("kind", ["live", "stored"])
@pytest.mark.parametrize("patient", PATIENTS)
def test_the_fragment_is_well_formed_small_and_without_script(
    patient: Callable[[], Report], kind: str
) -> None:
    text = fragment(patient(), live=kind == "live")
    tree = Tree()
    tree.feed(text)
    assert tree.open == []
    assert "script" not in tree.tags
    assert not re.search(r"\son\w+=", re.sub(r">[^<]*<", "><", text))
    assert len(text) < 100_000


def test_stored_charts_are_images_and_live_ones_follow_the_theme() -> None:
    assert "<svg" not in fragment(patients.sick())
    assert "<img" not in fragment(patients.sick(), live=True)
    data = re.findall(r"base64,([^\"]+)", fragment(patients.sick()))
    assert len(data) == 11
    svg = base64.b64decode(data[0]).decode()
    assert svg.startswith("<svg")
    assert "currentColor" not in svg


def test_a_stored_chart_has_words_for_those_who_do_not_see_it() -> None:
    alts = re.findall(r'<img alt="([^"]*)"', fragment(patients.sick()))
    assert all(len(alt) > 20 for alt in alts)


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", fragment(patients.sick()))]
    assert levels[0] == 2
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_severity_is_a_word_beside_its_shape_and_colour() -> None:
    text = fragment(patients.sick())
    assert "✖</span> Critical</span>" in text
    assert "▲</span> Warning</span>" in text


def test_tables_name_their_rows_and_columns() -> None:
    text = fragment(patients.sick())
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        assert 'scope="col"' in table
        assert 'scope="row"' in table


def test_no_level_of_headings_is_left_out() -> None:
    """Each is at most one below the one before, on a page and in the tabs of a panel."""
    of = document(patients.sick(), {})
    body = html.section_body(of.sections[0], live=True, offers=True)
    for text in (fragment(patients.sick()), html.header(of) + body):
        levels = [int(one) for one in re.findall(r"<h(\d)", text)]
        assert levels[0] == 2
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_a_diff_is_marked_by_sign_and_colour() -> None:
    text = fragment(patients.sick())
    assert re.search(r'class="nbd-del" style="[^"]+">-model = build_model', text)
    assert re.search(r'class="nbd-add" style="[^"]+">\+model = build_model', text)
    assert "@@" not in text


def test_findings_are_open_and_a_healthy_model_folds_everything() -> None:
    assert fragment(patients.sick()).count('"nbd-section" open') == 1
    assert '"nbd-section" open' not in fragment(patients.healthy())


def test_a_page_stands_alone() -> None:
    page = as_page(patients.sick())
    assert page.startswith("<!doctype html>")
    assert not re.search(r'(src|href)="(?!data:|#nbd-)', page)
    assert len(page) < 100_000


def test_every_class_is_in_the_style_sheet() -> None:
    known = set(re.findall(r"\.(nbd-[a-z-]+)", html.style()))
    for patient in PATIENTS:
        used = re.findall(r'class="([^"]+)"', fragment(patient(), live=True))
        assert {name for names in used for name in names.split()} <= known


def test_backticks_become_code_and_nothing_else_does() -> None:
    assert marked("`a<b` & c") == "<code>a&lt;b</code> &amp; c"
    assert marked("one ` alone") == "one ` alone"


def test_a_manual_page_keeps_its_headings_lists_and_code() -> None:
    page = "First.\n\n## What it means\nText `x`.\n\n- one\n- two\n\n```python\na < b\n\nc\n```\n"
    assert as_html(page) == (
        "<p>First.</p><p><strong>What it means</strong></p><p>Text <code>x</code>.</p>"
        "<ul><li>one</li><li>two</li></ul><pre>a &lt; b\n\nc</pre>"
    )


@pytest.mark.parametrize(
    ("trial", "offered", "proved"),
    [
        (patients.HELPS, True, True),
        (patients.UNDECIDED, True, False),
        (patients.IN_VAIN, False, False),
    ],
    ids=["helps", "undecided", "no effect"],
)
def test_only_what_helps_is_offered_as_proven(trial: Trial, offered: bool, proved: bool) -> None:
    (of,) = patients.sick().findings[2:]
    one = replace(of, treatments=(replace(of.treatments[0], trial=trial),))
    report = replace(patients.sick(), findings=(one,), fix=None)
    section = document(report, {}).sections[0]
    drawn = html.section_body(section, live=True, offers=True)
    assert ("data-nbd-place" in drawn) is offered
    assert (f'<p style="border-left:3px solid {COLOURS["healthy"]}' in drawn) is proved
    assert ("Tried without success" in drawn) is not offered
