"""A fix is put into the cell from the live and from the stored report, once and undoably."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

MIME = "application/vnd.nbdoctor.report+json"
STORED = json.loads((Path(__file__).parents[1] / "wire" / "report.json").read_text("utf-8"))
CELL = STORED["report"]["source"]
FIXED = STORED["report"]["findings"][0]["treatments"][0]["patched"]


FOCUS = """index => {
    const { node } = window.jupyterapp.shell.currentWidget.content.widgets[index];
    return node.contains(document.activeElement);
}"""
"""Whether the focus is in that cell."""


def told(notebook, text: str) -> None:
    expect(notebook.page.locator(".Toastify__toast").filter(has_text=text).first).to_be_visible()


def apply(notebook):
    return notebook.page.locator(".nbd-Output").get_by_role("button", name="Apply to")


def shown_lines(where) -> list[str]:
    return where.locator(".nbd-Change").first.locator(".nbd-Diff > span").all_text_contents()


def elsewhere() -> dict:
    """A stored report whose first fix goes into another cell."""
    stored = json.loads(json.dumps(STORED))
    diff = "@@ -1 +1 @@\n-model = build()\n+model = build(relu)"
    treatment = stored["report"]["findings"][0]["treatments"][0]
    treatment |= {"cell": "model = build()", "patched": "model = build(relu)", "diff": diff}
    card = next(
        block
        for block in stored["document"]["sections"][0]["blocks"]
        if block["kind"] == "finding" and block["number"] == 0
    )
    card["treatments"][0]["diff"] = diff
    return {"output_type": "display_data", "metadata": {}, "data": {MIME: stored}}


def test_a_fix_of_the_live_panel(lab, open_notebook: Callable, sick) -> None:
    lab.write("live_fix.ipynb", sick.find, sick.cell)
    notebook = open_notebook("live_fix.ipynb")
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run_all()
    notebook.choose(1)
    expect(notebook.page.locator(".nbd-Output .jupyter-widgets").first).to_be_visible()
    expect(notebook.page.locator(".nbd-Output .nbd-Report")).to_have_count(0)
    expect(notebook.page.get_by_text("The whole cell with this change")).to_be_hidden()
    apply(notebook).focus()
    notebook.page.keyboard.press("Enter")  # the notebook has its own use for this key elsewhere
    told(notebook, "The fix is in the cell.")
    fixed = sick.cell.replace("sigmoid", "relu")
    assert notebook.source(1) == fixed
    expect(notebook.cell(1).locator(".jp-InputPrompt").first).to_contain_text("[2]")  # not run
    expect(apply(notebook)).to_have_count(0)
    output = notebook.page.locator(".nbd-Output")
    expect(output).to_contain_text("Applied: the fix is in the cell.")
    notebook.do("notebook:undo")
    assert notebook.source(1) == sick.cell
    apply(notebook).click()
    output.get_by_role("button", name="Undo").click()
    told(notebook, "Taken back: the cell is as it was.")
    assert notebook.source(1) == sick.cell
    expect(apply(notebook)).to_be_enabled()
    notebook.cell(1).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type("# mine")
    expect(apply(notebook)).to_be_disabled()
    expect(output).to_contain_text("The cell changed since it was diagnosed.")
    assert "- # mine" in shown_lines(output)  # which a copy of the whole cell would lack
    notebook.page.locator(".nbd-Output").get_by_role("button", name="Copy", exact=True).click()
    told(notebook, "Copied: the whole cell")
    assert notebook.page.evaluate("navigator.clipboard.readText()") == fixed
    why = notebook.page.locator(".nbd-Output summary").filter(has_text="Why?").first
    why.focus()
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.locator(".nbd-Output").get_by_text("What it means").first).to_be_visible()
    notebook.page.locator(".nbd-Output").get_by_role("tab", name="Inputs").focus()
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.locator(".nbd-Output").get_by_text("rows examined").first).to_be_visible()
    notebook.assert_quiet()


def test_a_fix_of_a_stored_report(lab, open_notebook: Callable) -> None:
    output = {"output_type": "display_data", "metadata": {}, "data": {MIME: STORED}}
    path = lab.write("stored_fix.ipynb", CELL, CELL, outputs=[output])
    written = nbformat.read(path, as_version=4)
    written.cells[0].outputs = [nbformat.from_dict(output)]
    written.cells[0].metadata["editable"] = False
    nbformat.write(written, path)
    lab.trust(path)
    notebook = open_notebook("stored_fix.ipynb")
    expect(apply(notebook)).to_have_count(2)
    locked, free = apply(notebook).all()
    expect(locked).to_be_disabled()
    expect(notebook.cell(0)).to_contain_text("This cell cannot be edited")
    free.click()
    told(notebook, "The fix is in the cell.")
    assert [notebook.source(index) for index in (0, 1)] == [CELL, FIXED]
    notebook.choose(1)
    notebook.do("notebook:undo")
    assert notebook.source(1) == CELL
    notebook.assert_quiet()


def test_a_fix_for_the_cell_that_builds_the_model(lab, open_notebook: Callable) -> None:
    lab.trust(lab.write("two_cells.ipynb", "model = build()", CELL, outputs=[elsewhere()]))
    notebook = open_notebook("two_cells.ipynb")
    notebook.choose(1)
    output = notebook.page.locator(".nbd-Output")
    expect(output).to_contain_text("This changes another cell, cell 1 from the top:")
    assert shown_lines(output) == ["- model = build()", "+ model = build(relu)"]
    output.get_by_role("button", name="Apply to cell 1 from the top").click()
    told(notebook, "The fix is in cell 1 from the top.")
    assert [notebook.source(index) for index in (0, 1)] == ["model = build(relu)", CELL]
    expect(notebook.cell(0)).to_have_class(re.compile(r"jp-mod-active"))
    notebook.page.wait_for_function(FOCUS, arg=0)
    expect(output).to_contain_text("Applied: the fix is in cell 1 from the top.")
    expect(output.get_by_role("button", name="Run both")).to_be_enabled()
    notebook.do("notebook:undo")
    assert notebook.source(0) == "model = build()"
    notebook.write(0, "model = None")
    notebook.do("nbdoctor:show-problems")
    panel = notebook.page.get_by_role("region", name="Problems found by nbdoctor")
    panel.get_by_text("Fix (2)").click()
    expect(panel.get_by_role("button", name="Apply to cell")).to_be_disabled()
    expect(panel).to_contain_text("No cell has the text that this fix was made for")
    assert [notebook.source(index) for index in (0, 1)] == ["model = None", CELL]
    notebook.assert_quiet()


def test_a_fix_while_the_kernel_is_busy(lab, open_notebook: Callable, sick) -> None:
    cell = sick.cell.replace('"sigmoid"', '"sigmoid", until="applied"')
    done = lab.write("busy_fix.ipynb", sick.find, cell).with_name("applied")
    notebook = open_notebook("busy_fix.ipynb")
    notebook.wait_for_kernel()
    page = notebook.page
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    expect(apply(notebook)).to_be_visible()
    notebook.do("nbdoctor:show-problems")
    panel = page.get_by_role("region", name="Problems found by nbdoctor")
    expect(panel).to_contain_text("Training is running.")
    expect(page.get_by_role("status").filter(has_text="Training is running.")).to_have_count(1)
    panel.get_by_text("Fix (2)").click()
    panel.get_by_role("button", name="Apply to cell").click()
    assert notebook.source(1) == cell.replace("sigmoid", "relu")
    expect(panel).to_contain_text("The cell has changed since.")
    page.locator(".nbd-Output").get_by_role("tab", name="Gradients").click()
    answers_later = "once the cell has finished"
    expect(page.locator(".nbd-Output").get_by_text(answers_later)).to_be_visible()
    done.touch()
    told_to_all = page.get_by_role("status").filter(has_text="Diagnosis complete. 3 problems")
    expect(told_to_all).to_have_count(1)
    expect(panel.get_by_text("Training is running.")).to_have_count(0)
    notebook.assert_quiet()
