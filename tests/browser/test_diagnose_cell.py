"""The command "Diagnose cell": where it is found, and what it does to the cell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

COMMAND = "nbdoctor:diagnose-cell"
TRAIN = "answer = 6 * 7\nprint(answer)"
DIAGNOSED = f"%%diagnose\n{TRAIN}"

HIDE = """
import sys

class Hidden:
    def find_spec(self, name, *_):
        if name == "nbdoctor":
            raise ModuleNotFoundError("No module named 'nbdoctor'")

sys.meta_path.insert(0, Hidden())
"""


@pytest.fixture(scope="module")
def opened(lab, open_for_all: Callable):
    lab.write("train.ipynb", "before = 1", TRAIN)
    opened = open_for_all("train.ipynb")
    opened.wait_for_kernel()
    return opened


@pytest.fixture
def notebook(opened):
    opened.choose(1)
    opened.do("notebook:change-cell-to-code")
    opened.write(1, TRAIN)
    opened.do("notebook:clear-all-cell-outputs")
    return opened


def printed(notebook, index=1):
    return notebook.cell(index).locator(".jp-OutputArea-output").get_by_text("42", exact=True)


def test_the_toolbar_button_diagnoses_the_active_cell(notebook) -> None:
    notebook.page.get_by_role("button", name="Diagnose cell").click()
    expect(printed(notebook)).to_be_visible()
    assert notebook.source(1) == DIAGNOSED
    assert notebook.source(0) == "before = 1"
    notebook.assert_quiet()


def test_the_palette_lists_it_under_nbdoctor(notebook) -> None:
    notebook.do("apputils:activate-command-palette")
    notebook.page.get_by_placeholder("Search").last.fill("diagnose cell")
    palette = notebook.page.locator(".lm-CommandPalette")
    expect(palette.locator(".lm-CommandPalette-header")).to_contain_text(["nbdoctor"])
    palette.get_by_text("Diagnose cell", exact=True).click()
    expect(printed(notebook)).to_be_visible()
    assert notebook.source(1) == DIAGNOSED


def test_the_run_menu_has_it(notebook) -> None:
    notebook.page.get_by_role("menuitem", name="Run", exact=True).click()
    entry = notebook.page.locator(f'.lm-Menu-item[data-command="{COMMAND}"]')
    expect(entry).to_contain_text("Diagnose cell")


def test_one_undo_takes_the_magic_off_and_leaves_what_was_typed(notebook) -> None:
    editor = notebook.cell(1).locator(".cm-content")
    editor.click()
    notebook.page.keyboard.press("Control+End")
    notebook.page.keyboard.type("  # typed just now")
    notebook.do(COMMAND)
    typed = f"{TRAIN}  # typed just now"
    assert notebook.source(1) == f"%%diagnose\n{typed}"
    notebook.do("notebook:undo")
    assert notebook.source(1) == typed
    notebook.do("notebook:redo")
    assert notebook.source(1) == f"%%diagnose\n{typed}"


def test_a_magic_that_is_there_already_is_left_alone(notebook) -> None:
    notebook.do(COMMAND)
    notebook.do(COMMAND)
    assert notebook.source(1) == DIAGNOSED


def test_it_runs_in_a_kernel_that_has_nbdoctor_loaded_already(lab, open_notebook: Callable) -> None:
    lab.write("loaded.ipynb", "%load_ext nbdoctor", TRAIN)
    notebook = open_notebook("loaded.ipynb")
    notebook.run_all()
    notebook.choose(1)
    notebook.do(COMMAND)
    expect(printed(notebook)).to_be_visible()
    assert notebook.source(1) == DIAGNOSED


def test_a_kernel_without_nbdoctor_is_told_how_to_get_it(lab, open_notebook: Callable) -> None:
    lab.write("without.ipynb", HIDE, TRAIN)
    notebook = open_notebook("without.ipynb")
    notebook.run_all()
    notebook.choose(1)
    notebook.do(COMMAND)
    said = notebook.page.locator(".Toastify__toast").filter(has_text="No module named 'nbdoctor'")
    expect(said).to_contain_text('Run "%pip install nbdoctor" in a cell and try again.')
    assert notebook.source(1) == TRAIN


BUSY = """\
import time
from pathlib import Path
while not Path("free").exists():
    time.sleep(0.1)
"""


def test_a_busy_kernel_is_waited_for(lab, open_notebook: Callable) -> None:
    free = lab.write("busy.ipynb", BUSY, TRAIN).with_name("free")
    notebook = open_notebook("busy.ipynb")
    notebook.wait_for_kernel()
    notebook.page.get_by_role("button", name="Run this cell").click()  # goes on to the next cell
    notebook.page.get_by_role("button", name="Diagnose cell").click()
    expect(notebook.page.locator(".Toastify__toast")).to_contain_text("Waiting for the kernel")
    free.touch()
    notebook.choose(0)
    expect(printed(notebook)).to_be_visible()
    assert notebook.source(1) == DIAGNOSED


def test_an_empty_cell_stays_empty(lab, open_notebook: Callable) -> None:
    lab.write("empty.ipynb", "  \n")
    notebook = open_notebook("empty.ipynb")
    notebook.wait_for_kernel()
    notebook.do(COMMAND)
    expect(notebook.page.locator(".Toastify__toast")).to_contain_text("This cell is empty")
    assert notebook.source(0) == "  \n"


def test_a_text_cell_cannot_be_diagnosed(notebook) -> None:
    notebook.do("notebook:change-cell-to-markdown")
    expect(notebook.page.get_by_role("button", name="Diagnose cell")).to_be_disabled()
