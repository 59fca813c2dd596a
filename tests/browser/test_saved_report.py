"""A notebook that is opened again shows its reports from what is stored in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

MIME = "application/vnd.nbdoctor.report+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
WIRE = Path(__file__).parents[1] / "wire"


def message(name: str) -> dict:
    return json.loads((WIRE / name).read_text(encoding="utf-8"))


def saved(payload: dict) -> dict:
    """An output as nbdoctor leaves it, with a live panel that exists no more."""
    gone = {"version_major": 2, "version_minor": 0, "model_id": "0" * 32}
    html = "<p>the report for other viewers</p>"
    data = {WIDGET: gone, MIME: payload, "text/html": html, "text/plain": "a report"}
    return {"output_type": "display_data", "metadata": {}, "data": data}


UNFOLD = "panel => { for (const fold of panel.querySelectorAll('details')) fold.open = true; }"

HIDDEN = {"kind", "name", "svg", "description", "severity", "effect", "outcome", "diff", "page"}
HIDDEN |= {"anchor", "anchors", "layer"}
"""Fields of a block that are not text to be read."""


def words(block: dict) -> Iterator[str]:
    """Every text of a block that its reader should see."""
    for name, value in block.items():
        if name in HIDDEN:
            continue
        if name == "line" and value is not None:
            yield f"line {value}"
        elif isinstance(value, str):
            yield value
        elif isinstance(value, list):
            for item in value:
                cells = item.split("\t") if isinstance(item, str) else [item]
                for cell in cells:
                    yield from words(cell if isinstance(cell, dict) else {"": cell})


def pictures_of(block: dict) -> int:
    """How many pictures a block shows, those of trials included."""
    if block["kind"] == "chart":
        return 1
    if block["kind"] == "fold":
        return sum(map(pictures_of, block["blocks"]))
    tried = sum(1 for treatment in block.get("treatments", ()) if treatment["chart"])
    return tried + sum(map(pictures_of, block.get("consequences", ())))


def plain(text: str | None) -> str:
    return " ".join((text or "").replace("`", "").split())


def assert_shows(panel: Locator, section: dict) -> None:
    shown = plain(panel.text_content())
    for block in section["blocks"]:
        for text in words(block):
            assert plain(text) in shown
    panel.evaluate(UNFOLD)
    pictures = panel.locator("figure svg")
    assert pictures.count() == sum(map(pictures_of, section["blocks"]))
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] > 100


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("name", ["report.json", "healthy.json"])
def test_every_tab_shows_what_is_stored(
    lab, open_notebook: Callable, theme: str, name: str
) -> None:
    payload = message(name)
    lab.write("saved.ipynb", "%%diagnose\nmodel.fit(x, y)", outputs=[saved(payload)])
    notebook = open_notebook("saved.ipynb")
    notebook.set_theme(theme)
    report = notebook.page.locator(".nbd-Report")
    expect(report.get_by_role("heading", level=3)).to_be_visible()
    if payload["document"]["verdict"] == "healthy":
        report.get_by_text("What was examined").click()
    tabs = report.get_by_role("tab")
    sections = payload["document"]["sections"]
    expect(tabs).to_have_count(len(sections))
    for index, section in enumerate(sections):
        tabs.nth(index).click()
        expect(report.get_by_role("tabpanel")).to_have_count(1)
        assert_shows(report.get_by_role("tabpanel"), section)
    for part in ("headline", "verdict_word", "summary", "footer"):
        assert plain(payload["document"][part]) in plain(report.text_content())
    notebook.assert_quiet()


def test_tabs_follow_the_keyboard_and_the_notebook_does_not(lab, open_notebook: Callable) -> None:
    lab.write("keys.ipynb", "1", "2", outputs=[saved(message("report.json"))])
    notebook = open_notebook("keys.ipynb")
    tabs = notebook.page.locator(".nbd-Report").get_by_role("tab")
    tabs.first.click()
    notebook.page.wait_for_timeout(500)  # JupyterLab settles which cell is active
    tabs.first.focus()
    expect(tabs.first).to_be_focused()
    for key, index in (("ArrowRight", 1), ("End", 9), ("ArrowRight", 0), ("ArrowLeft", 9)):
        notebook.page.keyboard.press(key)
        expect(tabs.nth(index)).to_be_focused()
        expect(tabs.nth(index)).to_have_attribute("aria-selected", "true")
    assert notebook.page.locator(".nbd-Report").get_by_role("tabpanel").is_visible()


@pytest.mark.parametrize("width", [1280, 800, 640])
def test_nothing_is_wider_than_its_place(lab, open_notebook: Callable, width: int) -> None:
    payload = message("report.json")
    lab.write("narrow.ipynb", "1", outputs=[saved(payload)])
    notebook = open_notebook("narrow.ipynb", width=width)
    report = notebook.page.locator(".nbd-Report")
    for tab in report.get_by_role("tab").all():
        tab.click()
        extra = report.evaluate("report => report.scrollWidth - report.clientWidth")
        assert extra <= 1


def test_a_report_of_a_newer_nbdoctor_says_so(lab, open_notebook: Callable) -> None:
    lab.write("newer.ipynb", "1", outputs=[saved({"version": 99, "document": "of another form"})])
    notebook = open_notebook("newer.ipynb")
    expect(notebook.page.locator(".nbd-Output")).to_contain_text("A newer nbdoctor wrote this")
    notebook.assert_quiet()


def test_a_report_with_a_hostile_picture_is_harmless(lab, open_notebook: Callable) -> None:
    payload = message("report.json")
    attack = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" viewBox="0 0 9 9" '
        'onload="window.attacked = 1"><script>window.attacked = 2</script>'
        '<image href="https://example.org/spy.png" onerror="window.attacked = 3"/>'
        '<style>@import "https://example.org/spy.css"; .nbd-Report { display: none }</style>'
        '<rect width="9" height="9" fill="url(https://example.org/spy.svg#x)"/>'
        '<foreignObject><img xmlns="http://www.w3.org/1999/xhtml" src="x" '
        'onerror="window.attacked = 4"/></foreignObject></svg>'
    )
    picture = {"kind": "chart", "name": "x", "title": "Hostile", "description": "", "svg": attack}
    payload["document"]["sections"][0]["blocks"].insert(0, picture)
    payload["document"]["headline"] = "<img src=x onerror='window.attacked = 5'>"
    lab.write("hostile.ipynb", "1", outputs=[saved(payload)])
    notebook = open_notebook("hostile.ipynb")
    report = notebook.page.locator(".nbd-Report")
    expect(report.get_by_text("Hostile")).to_be_visible()
    expect(report.locator("svg rect").first).to_be_visible()
    assert notebook.page.evaluate("window.attacked") is None
    notebook.assert_quiet()
