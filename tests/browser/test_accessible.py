"""What axe finds in the report, live and stored, and in the side panel: nothing, in any theme."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
STORED = json.loads((ROOT / "tests" / "wire" / "report.json").read_text("utf-8"))
SHOTS = os.environ.get("NBDOCTOR_SHOTS")
"""Folder for screenshots, to look at; none are kept without it."""

LOOK = """async places => {
    const { violations } = await axe.run(
        { include: places },
        { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
    );
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}"""

UNFOLD = """() => {
    for (const fold of document.querySelectorAll('.nbd-Output details, .nbd-Problems details')) {
        fold.open = true;
    }
}"""

TALL = 6000
"""Pixels that show everything at once: axe cannot see the colours of what is scrolled away."""

THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")


@pytest.fixture(scope="module")
def notebook(lab, open_for_all: Callable, sick):
    if not AXE.exists():
        pytest.fail("axe-core is missing: `npm ci` in labextension/ installs it.")
    data = {"application/vnd.nbdoctor.report+json": STORED}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    source = STORED["report"]["source"]
    lab.write("accessible.ipynb", sick.find, sick.cell, source, outputs=[output])
    opened = open_for_all("accessible.ipynb", height=TALL)
    opened.wait_for_kernel()
    for index in (0, 1):
        opened.choose(index)
        opened.do("notebook:run-cell")
    opened.do("nbdoctor:show-problems")
    # JupyterLab's body has no height of its own, and what lies in it would count as not seen.
    opened.page.evaluate("document.body.style.height = '100vh'")
    opened.page.add_script_tag(content=AXE.read_text("utf-8"))
    expect(opened.page.locator(".nbd-Output .jupyter-widgets").first).to_be_visible()
    expect(opened.page.locator(".nbd-Output .nbd-Report")).to_be_visible()
    return opened


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(notebook, theme: str) -> None:
    page = notebook.page
    notebook.do("apputils:change-theme", theme=theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    found = []
    for tab in ("Findings", "Inputs", "Labels", "Architecture", "Gradients", "Loss", "Checks"):
        for handle in page.locator(".nbd-Output").get_by_role("tab", name=tab).all():
            handle.click()
        page.evaluate(UNFOLD)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{theme}_{tab}.png")
        found += page.evaluate(LOOK, [".nbd-Output", ".nbd-Problems", ".nbd-Status"])
        assert found == []


def test_the_preview_of_a_fix_is_accessible_too(notebook) -> None:
    page = notebook.page
    page.evaluate("() => { window.jupyterapp.commands.execute('nbdoctor:apply-fix'); }")
    expect(page.locator(".nbd-Preview")).to_be_visible()
    assert page.evaluate(LOOK, [".nbd-Preview"]) == []
    page.get_by_role("button", name="Cancel").click()


PLANT = """() => {
    const pale = document.createElement('p');
    pale.textContent = 'hard to read';
    pale.style.color = '#888';
    pale.style.background = '#999';
    document.querySelector('.nbd-Problems-body').prepend(pale, document.createElement('img'));
}"""


def test_axe_finds_what_is_planted(notebook) -> None:
    notebook.page.evaluate(PLANT)
    found = [line.split(":")[0] for line in notebook.page.evaluate(LOOK, [".nbd-Problems"])]
    assert found == ["color-contrast", "image-alt"]
