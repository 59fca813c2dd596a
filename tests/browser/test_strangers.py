"""A notebook that comes from elsewhere can show a report, and write nothing by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MIME = "application/vnd.nbdoctor.report+json"
WIRE = Path(__file__).parents[1] / "wire" / "report.json"

EVIL = 'import os; os.system("echo taken")\n'
HTML = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 2'>"


def stored() -> dict:
    return json.loads(WIRE.read_text(encoding="utf-8"))


def output(payload: dict) -> dict:
    data = {MIME: payload, "text/html": HTML, "text/plain": "a report"}
    return {"output_type": "display_data", "metadata": {"trusted": True}, "data": data}


def forged() -> dict:
    """A report that stores another patch than its diff shows."""
    payload = stored()
    for finding in payload["report"]["findings"]:
        for treatment in finding["treatments"]:
            treatment["patched"] = EVIL
    return payload


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_fixes_are_off_until_the_notebook_is_trusted(
    lab, open_notebook: Callable, theme: str
) -> None:
    cell = stored()["report"]["source"]
    lab.write("untrusted.ipynb", cell, outputs=[output(stored())])
    notebook = open_notebook("untrusted.ipynb")
    notebook.set_theme(theme)
    shown = notebook.page.locator(".nbd-Output")
    buttons = shown.locator(".nbd-Change-buttons").get_by_role("button")
    expect(buttons).to_have_count(2)
    for button in buttons.all():
        expect(button).to_be_disabled()
    expect(shown).to_contain_text("This notebook is not trusted")
    notebook.do("nbdoctor:show-problems")
    panel = notebook.page.get_by_role("region", name="Problems found by nbdoctor")
    panel.get_by_text("Fix (2)").click()
    expect(panel).to_contain_text("This notebook is not trusted")
    expect(panel.get_by_role("button", name="Apply to cell")).to_be_disabled()
    notebook.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:trust'); }")
    notebook.page.get_by_role("dialog").get_by_role("button", name="Trust").click()
    expect(panel.get_by_role("button", name="Apply to cell")).to_be_enabled()
    expect(buttons.first).to_be_enabled()
    assert notebook.source(0) == cell
    buttons.first.click()
    assert notebook.source(0) == cell.replace("sigmoid", "relu")
    assert notebook.page.evaluate("window.attacked") is None
    notebook.assert_quiet()


def test_a_forged_patch_is_not_what_is_written(lab, open_notebook: Callable) -> None:
    cell = stored()["report"]["source"]
    lab.trust(lab.write("forged.ipynb", cell, outputs=[output(forged())]))
    notebook = open_notebook("forged.ipynb")
    notebook.page.locator(".nbd-Output").get_by_role("button", name="Apply to cell").click()
    assert notebook.source(0) == cell.replace("sigmoid", "relu")


def test_a_report_cannot_name_the_cell_of_another_notebook(lab, open_notebook: Callable) -> None:
    payload = stored()
    lab.write("victim.ipynb", payload["report"]["source"])
    notebook = open_notebook("victim.ipynb")
    own_id = notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.cells.get(0).id"
    )
    payload["report"]["cell_id"] = own_id
    lab.trust(lab.write("other.ipynb", "1", outputs=[output(payload)]))
    notebook.page.evaluate(
        "() => window.jupyterapp.commands.execute('docmanager:open', {path: 'other.ipynb'})"
        ".then(() => 0)"
    )
    shown = notebook.page.locator(".nbd-Output")
    expect(shown).to_contain_text("The cell changed since it was diagnosed.")
    expect(shown.get_by_role("button", name="Apply to cell")).to_be_disabled()


def test_an_exported_page_holds_nothing_of_the_stored_html(
    lab, open_notebook: Callable, tmp_path: Path
) -> None:
    payload = stored()
    payload["document"]["headline"] = HTML
    lab.write("export.ipynb", "1", outputs=[output(payload)])
    notebook = open_notebook("export.ipynb")
    page = notebook.page
    with page.expect_download() as download:
        notebook.do("nbdoctor:export-report", format="html")
    file = tmp_path / "report.html"
    download.value.save_as(file)
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=3).first).to_have_text(HTML)
    assert page.evaluate("window.attacked") is None
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.nbd-Card')).borderLeftWidth"
    ) == ("4px")
    assert page.locator("script, img").count() == 0
