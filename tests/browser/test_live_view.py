"""The live panel and the stored report share one output; one of them is seen at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SHOW = f"""
import json, pathlib
from IPython.display import display, update_display
from ipywidgets import HTML

panel = HTML("the live panel")
text = pathlib.Path({str(Path(__file__).parents[1] / "wire" / "report.json")!r}).read_text("utf-8")

def output(headline):
    payload = json.loads(text)
    payload["document"]["headline"] = headline
    return {{
        "application/vnd.jupyter.widget-view+json": {{
            "version_major": 2, "version_minor": 0, "model_id": panel.model_id,
        }},
        "application/vnd.nbdoctor.report+json": payload,
        "text/plain": headline,
    }}

display(output("First words"), raw=True, display_id="report")
"""

UPDATE = """
import time
for word in ("Second", "Third", "Last"):
    update_display(output(f"{word} words"), raw=True, display_id="report")
    time.sleep(0.1)
"""

COUNT_CHANGES = """output => {
    window.changes = 0;
    new MutationObserver(changes => { window.changes += changes.length; })
        .observe(output, { attributes: true, childList: true, subtree: true });
}"""


@pytest.fixture
def notebook(lab, open_notebook: Callable):
    lab.write("live.ipynb", SHOW, UPDATE)
    opened = open_notebook("live.ipynb")
    opened.wait_for_kernel()
    opened.choose(0)
    opened.do("notebook:run-cell")
    return opened


def live(notebook):
    return notebook.page.locator(".nbd-Output").get_by_text("the live panel", exact=True)


def stored(notebook):
    return notebook.page.locator(".nbd-Output .nbd-Report")


def test_while_there_is_a_live_panel_only_it_is_shown(notebook) -> None:
    expect(live(notebook)).to_be_visible()
    notebook.page.wait_for_timeout(600)  # the stored report would show after 400 ms
    expect(live(notebook)).to_be_visible()
    expect(stored(notebook)).to_have_count(0)
    notebook.assert_quiet()


def test_an_update_leaves_the_live_panel_as_it_is(notebook) -> None:
    expect(live(notebook)).to_be_visible()
    notebook.page.wait_for_timeout(600)
    notebook.page.locator(".nbd-Output").evaluate(COUNT_CHANGES)
    notebook.choose(1)
    notebook.do("notebook:run-cell")
    notebook.page.wait_for_timeout(200)
    assert notebook.page.evaluate("window.changes") == 0
    expect(live(notebook)).to_be_visible()


def test_a_page_that_is_loaded_again_finds_the_live_panel(notebook) -> None:
    expect(live(notebook)).to_be_visible()
    notebook.do("docmanager:save")
    notebook.page.reload()
    expect(live(notebook)).to_be_visible(timeout=20_000)  # all of JupyterLab is loaded anew
    expect(stored(notebook)).to_be_hidden()
    notebook.assert_quiet()


def test_without_its_kernel_the_last_report_is_shown(
    lab, open_notebook: Callable, notebook
) -> None:
    notebook.choose(1)
    notebook.do("notebook:run-cell")
    notebook.do("docmanager:save")
    lab.shut_down_kernels()
    again = open_notebook("live.ipynb")
    expect(stored(again).get_by_role("heading", level=3)).to_have_text("Last words")
    again.wait_for_kernel()  # a new one, which knows nothing of the panel
    again.page.wait_for_timeout(600)
    expect(stored(again)).to_be_visible()
    expect(again.page.get_by_text("Error displaying widget")).to_have_count(0)
    again.assert_quiet()
