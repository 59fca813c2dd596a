"""The problems of a notebook: side panel, marks, status bar, commands and settings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

STORED = """() => window.jupyterapp.serviceManager.settings.fetch('nbdoctor:settings')
    .then(({ raw }) => raw)"""

STORE = "text => window.jupyterapp.serviceManager.settings.save('nbdoctor:settings', text)"

CURSOR = """() => {
    const { activeCell: cell, activeCellIndex } = window.jupyterapp.shell.currentWidget.content;
    return [activeCellIndex, cell.editor.getCursorPosition().line + 1, cell.editor.hasFocus()];
}"""

BESIDE = """line => {
    const cell = window.jupyterapp.shell.currentWidget.content.activeCell.node;
    const [mark] = cell.getElementsByClassName('nbd-Mark');
    const top = cell.getElementsByClassName('cm-line')[line].getBoundingClientRect().top;
    return mark !== undefined && Math.abs(mark.getBoundingClientRect().top - top) < 8;
}"""
"""Whether the mark of the active cell stands beside that line, from 0."""

RULES = ["vanishing-gradient", "loss-stands-still", "unscaled-inputs"]


@pytest.fixture(scope="module")
def opened(lab, open_for_all: Callable, sick):
    lab.write("problems.ipynb", sick.find, "", "", "")
    return open_for_all("problems.ipynb")


@pytest.fixture
def notebook(opened, sick):
    """A notebook with two diagnosed cells, as if it had just been run."""
    for index, source in enumerate((sick.cell, "1 + 1", sick.cell.replace("0.01", "0.02"))):
        opened.write(index + 1, source)
    opened.do("notebook:clear-all-cell-outputs")
    opened.run_all()
    return opened


def panel(notebook):
    return notebook.page.get_by_role("region", name="Problems found by nbdoctor")


def rules(notebook):
    return panel(notebook).locator(".nbd-Card-rule")


def test_the_panel_lists_filters_and_goes_to_lines(notebook) -> None:
    page, shown = notebook.page, panel(notebook)
    notebook.do("nbdoctor:show-problems")
    expect(shown.get_by_role("heading", level=3)).to_have_text(
        [re.compile(r"^Cell \[\d+\]2 critical, 1 warning")] * 2
    )
    expect(rules(notebook)).to_have_text(RULES * 2)
    expect(shown).to_contain_text("6 problems: 4 critical, 2 warnings")
    shown.get_by_label("Filter problems by their words").fill("scaled")
    expect(rules(notebook)).to_have_text(RULES[2:] * 2)
    expect(shown).to_contain_text("4 more are filtered out.")
    shown.get_by_label("Filter problems by their words").fill("")
    shown.get_by_label("Severities to show").select_option("critical")
    expect(rules(notebook)).to_have_text(RULES[:2] * 2)
    assert '"severity": "critical"' in page.evaluate(STORED)
    shown.get_by_label("Severities to show").select_option("note")
    shown.get_by_role("button", name="Gradients vanish").last.click()
    page.wait_for_function(f"() => ({CURSOR})()[2]")
    assert page.evaluate(CURSOR) == [3, 4, True]
    notebook.assert_quiet()


def show_again(notebook, rule: str) -> None:
    """Show the findings of a rule that is hidden; the fold may have been opened before."""
    shown = panel(notebook)
    fold = shown.locator("details").filter(has_text="of hidden rules")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    shown.get_by_role("button", name=f"Show the findings of {rule} again").click()


def test_a_rule_is_hidden_and_shown_again(notebook) -> None:
    page, shown = notebook.page, panel(notebook)
    notebook.do("nbdoctor:show-problems")
    expect(rules(notebook)).to_have_count(6)
    shown.get_by_role("button", name="Hide this rule").nth(2).click()
    expect(rules(notebook)).to_have_text(RULES[:2] * 2)
    expect(shown).to_contain_text("2 are of hidden rules")
    assert RULES[2] in page.evaluate(STORED)
    notebook.choose(2)
    notebook.do("nbdoctor:diagnose-without-training")
    assert notebook.source(2) == "%%diagnose --dry-run --ignore unscaled-inputs\n1 + 1"
    show_again(notebook, RULES[2])
    expect(rules(notebook)).to_have_count(6)
    assert RULES[2] not in page.evaluate(STORED)


def test_a_setting_that_cannot_be_saved_is_said_to_be_so(notebook) -> None:
    page, shown = notebook.page, panel(notebook)
    settings = re.compile("/lab/api/settings/")
    told = page.locator(".Toastify__toast").filter(has_text="Not changed: the setting was not")
    notebook.do("nbdoctor:show-problems")
    shown.get_by_role("button", name="Hide this rule").nth(2).click()
    expect(rules(notebook)).to_have_count(4)
    page.route(
        settings,
        lambda route: route.abort() if route.request.method == "PUT" else route.fallback(),
    )
    show_again(notebook, RULES[2])
    expect(told).to_have_count(1)
    expect(rules(notebook)).to_have_count(4)
    shown.get_by_label("Severities to show").select_option("critical")
    expect(told).to_have_count(2)
    expect(shown.get_by_label("Severities to show")).to_have_value("note")
    page.unroute(settings)
    show_again(notebook, RULES[2])
    expect(rules(notebook)).to_have_count(6)
    assert "critical" not in page.evaluate(STORED)
    notebook.errors.clear()  # the browser names every request that failed


def test_keys_lead_through_the_panel(notebook) -> None:
    page, shown = notebook.page, panel(notebook)
    notebook.do("nbdoctor:show-problems")
    titles = shown.get_by_role("heading", level=4).get_by_role("button")
    titles.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    expect(titles.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    expect(titles.first).to_be_focused()
    page.keyboard.press("w")
    expect(shown.get_by_role("table").first).to_be_visible()
    expect(shown.get_by_role("heading", name="What it means").first).to_be_visible()
    page.keyboard.press("w")
    page.keyboard.press("f")
    page.keyboard.press("Tab")
    expect(shown.get_by_role("button", name="Apply to cell").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("Applied: the fix is in the cell.")
    assert "relu" in notebook.source(1)
    assert "sigmoid" in notebook.source(3)
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.closest('.jp-Notebook') !== null")


def test_commands_go_from_finding_to_finding_and_apply(notebook) -> None:
    page = notebook.page
    notebook.do("nbdoctor:show-problems")
    panel(notebook).get_by_role("button", name="Inputs are not scaled").first.focus()
    notebook.do("nbdoctor:next-finding")
    page.wait_for_function(f"() => ({CURSOR})().slice(0, 2).join() === '3,4'")
    notebook.do("nbdoctor:previous-finding")
    notebook.do("nbdoctor:previous-finding")
    notebook.do("nbdoctor:previous-finding")
    page.wait_for_function(f"() => ({CURSOR})().slice(0, 2).join() === '1,4'")
    page.evaluate("() => { window.jupyterapp.commands.execute('nbdoctor:apply-fix'); }")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".nbd-Diff-added")).to_have_text('+ diagnose(hidden="relu")')
    dialog.get_by_role("button", name="Cancel").click()
    assert "sigmoid" in notebook.source(1)
    page.evaluate("() => { window.jupyterapp.commands.execute('nbdoctor:apply-fix'); }")
    dialog.get_by_role("button", name="Apply to cell").click()
    expect(page.locator(".Toastify__toast").first).to_contain_text("The fix is in the cell.")
    assert "relu" in notebook.source(1)
    notebook.choose(1)
    notebook.do("notebook:run-cell")
    notebook.do("nbdoctor:show-problems")
    expect(panel(notebook).get_by_role("heading", level=3)).to_have_count(1)


def test_marks_and_the_status_bar(notebook) -> None:
    page = notebook.page
    marks = page.locator(".nbd-Mark")
    expect(marks).to_have_count(2)
    expect(marks.first).to_have_attribute("title", re.compile("^Critical: Gradients vanish .*"))
    expect(marks.first).to_have_text("✖")
    editor = notebook.cell(1).locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("a = 1\n")  # the mark moves with its line
    page.wait_for_function(BESIDE, arg=4)
    item = page.locator(".nbd-Status-button")
    expect(item).to_have_text("nbdoctor: 4 critical, 2 warnings")
    marks.last.click()
    expect(panel(notebook).get_by_role("button", name="Gradients vanish").last).to_be_focused()
    for index in (1, 3):
        notebook.choose(index)
        notebook.do("notebook:clear-cell-output")
    expect(item).to_be_hidden()
    notebook.assert_quiet()


def test_reports_are_exported(notebook) -> None:
    notebook.choose(1)
    texts = {}
    for form in ("html", "json", "markdown"):
        with notebook.page.expect_download() as download:
            notebook.do("nbdoctor:export-report", format=form)
        texts[download.value.suggested_filename] = download.value.path().read_text("utf-8")
    assert list(texts) == [f"problems-report.{kind}" for kind in ("html", "json", "md")]
    page, report, markdown = texts.values()
    assert page.startswith("<!doctype html>")
    assert "The first layers of this model do not learn" in page
    assert json.loads(report)["findings"][0]["rule"] == RULES[0]
    assert markdown.startswith("## The first layers of this model do not learn")
    notebook.assert_quiet()


def test_settings_decide_about_marks_and_button(notebook) -> None:
    page = notebook.page
    page.evaluate(STORE, '{ "marks": false, "toolbarButton": false, "budget": 4 }')
    notebook.do("docmanager:save")
    page.reload()
    expect(page.locator(".nbd-Status-button")).to_be_visible()
    expect(page.locator(".nbd-Mark")).to_have_count(0)
    expect(page.get_by_role("button", name="Diagnose cell")).to_be_hidden()
    notebook.wait_for_kernel()
    notebook.choose(2)
    notebook.do("nbdoctor:diagnose-cell")
    assert notebook.source(2) == "%%diagnose --budget 4\n1 + 1"
    notebook.do("notebook:undo")
    notebook.do("docmanager:save")
    page.evaluate(STORE, "{}")
    page.reload()
    expect(page.locator(".nbd-Mark")).to_have_count(2)
    expect(page.get_by_role("button", name="Diagnose cell")).to_be_visible()
    notebook.wait_for_kernel()


def test_the_palette_has_every_command(notebook) -> None:
    notebook.choose(1)
    notebook.do("apputils:activate-command-palette")
    palette = notebook.page.locator(".lm-CommandPalette")
    notebook.page.get_by_placeholder("Search").last.fill("nbdoctor")
    expect(palette.locator(".lm-CommandPalette-itemLabel")).to_have_text(
        [
            "Apply fix…",
            "Diagnose cell",
            "Diagnose cell, don't train",
            "Export report as HTML",
            "Export report as JSON",
            "Export report as Markdown",
            "Next finding",
            "Previous finding",
            "Show problems",
        ]
    )
