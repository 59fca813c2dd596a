"""A fix is put into the cell from the live and from the stored report, once and undoably."""

from __future__ import annotations

import json
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


def told(notebook, text: str) -> None:
    expect(notebook.page.locator(".Toastify__toast").filter(has_text=text).first).to_be_visible()


def apply(notebook):
    return notebook.page.locator(".nbd-Output").get_by_role("button", name="Apply to cell")


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
    apply(notebook).click()
    told(notebook, "This fix is in the cell already.")
    notebook.do("notebook:undo")
    assert notebook.source(1) == sick.cell
    notebook.cell(1).locator(".cm-content").click()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type("# mine")
    apply(notebook).click()
    told(notebook, "Not applied: the cell changed since it was diagnosed.")
    assert notebook.source(1) == f"{sick.cell}# mine"
    notebook.page.locator(".nbd-Output").get_by_role("button", name="Copy").click()
    told(notebook, "Copied: the whole cell")
    assert notebook.page.evaluate("navigator.clipboard.readText()") == fixed
    why = notebook.page.locator(".nbd-Output summary").filter(has_text="Why?").first
    why.focus()
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.locator(".nbd-Output").get_by_text("What it means").first).to_be_visible()
    notebook.page.locator(".nbd-Output").get_by_role("tab", name="Inputs").focus()
    notebook.page.keyboard.press("Enter")
    expect(notebook.page.locator(".nbd-Output").get_by_text("in numbers").first).to_be_visible()
    notebook.assert_quiet()


def test_a_fix_of_a_stored_report(lab, open_notebook: Callable) -> None:
    output = {"output_type": "display_data", "metadata": {}, "data": {MIME: STORED}}
    path = lab.write("stored_fix.ipynb", CELL, CELL, outputs=[output])
    written = nbformat.read(path, as_version=4)
    written.cells[0].outputs = [nbformat.from_dict(output)]
    written.cells[0].metadata["editable"] = False
    nbformat.write(written, path)
    notebook = open_notebook("stored_fix.ipynb")
    expect(apply(notebook)).to_have_count(2)
    locked, free = apply(notebook).all()
    locked.click()
    told(notebook, "Not applied: this cell cannot be edited.")
    free.click()
    told(notebook, "The fix is in the cell.")
    assert [notebook.source(index) for index in (0, 1)] == [CELL, FIXED]
    notebook.choose(1)
    notebook.do("notebook:undo")
    assert notebook.source(1) == CELL
    notebook.assert_quiet()


def test_a_fix_for_the_cell_that_builds_the_model(lab, open_notebook: Callable) -> None:
    stored = json.loads(json.dumps(STORED))
    treatment = stored["report"]["findings"][0]["treatments"][0]
    treatment |= {"cell": "model = build()", "cell_number": 1, "patched": "model = build(relu)"}
    output = {"output_type": "display_data", "metadata": {}, "data": {MIME: stored}}
    lab.write("two_cells.ipynb", "model = build()", CELL, outputs=[output])
    notebook = open_notebook("two_cells.ipynb")
    apply(notebook).click()
    told(notebook, "The fix is in the other cell.")
    assert [notebook.source(index) for index in (0, 1)] == ["model = build(relu)", CELL]
    notebook.choose(0)
    notebook.do("notebook:undo")
    assert notebook.source(0) == "model = build()"
    notebook.write(0, "model = None")
    notebook.do("nbdoctor:show-problems")
    panel = notebook.page.get_by_role("region", name="Problems found by nbdoctor")
    panel.get_by_text("Fix (2)").click()
    panel.get_by_role("button", name="Apply to cell").click()
    told(notebook, "Not applied: no cell has the text any more")
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
    expect(panel).to_contain_text("Training goes on.")
    expect(page.get_by_role("status").filter(has_text="Training goes on.")).to_have_count(1)
    panel.get_by_text("Fix (2)").click()
    panel.get_by_role("button", name="Apply to cell").click()
    assert notebook.source(1) == cell.replace("sigmoid", "relu")
    expect(panel).to_contain_text("The cell changed since.")
    page.locator(".nbd-Output").get_by_role("tab", name="Gradients").click()
    answers_later = "once the cell has finished"
    expect(page.locator(".nbd-Output").get_by_text(answers_later)).to_be_visible()
    done.touch()
    told_to_all = page.get_by_role("status").filter(has_text="Diagnosis complete. 3 problems")
    expect(told_to_all).to_have_count(1)
    expect(panel.get_by_text("Training goes on.")).to_have_count(0)
    notebook.assert_quiet()
