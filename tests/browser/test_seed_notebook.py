"""The main job, as a person does it: open the demo notebook, run it, click through the tabs."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import expect

from nbdoctor.view.packing import unpacked

pytestmark = [pytest.mark.browser, pytest.mark.keras]

DEMO = Path(__file__).parents[2] / "demo_notebooks" / "why_is_my_accuracy_zero.ipynb"
MIME = "application/vnd.nbdoctor.report+json"
TABS = ("Findings", "Inputs", "Labels", "Architecture", "Gradients", "Activations", "Loss")
TABS += ("Predictions", "Timing", "Checks")
THEMES = ("Light", "Dark")
SHOTS = os.environ.get("NBDOCTOR_SHOTS")
"""Folder for screenshots, to look at; none are kept without it."""

STORED = f"""() => {{
    const found = [];
    const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
    for (let i = 0; i < cells.length; i++) {{
        const outputs = cells.get(i).outputs;
        for (let k = 0; outputs && k < outputs.length; k++) {{
            const data = outputs.get(k).data['{MIME}'];
            if (data) found.push({{ cell: i, ...data }});
        }}
    }}
    return found;
}}"""

RUN = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"  # does not wait


def plain(text: str) -> str:
    """Text as it is seen: without the marks of code."""
    return re.sub(r"\s+", " ", text.replace("`", "")).strip()


def run_cells(notebook) -> None:
    """Run cell by cell: the first program raises, and Run All would stop there."""
    notebook.wait_for_kernel()
    cells = notebook.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"
    )
    for index in range(cells):
        notebook.choose(index)
        notebook.do("notebook:run-cell")


def shoot(panel, name: str) -> None:
    if SHOTS:
        panel.scroll_into_view_if_needed()
        panel.screenshot(path=Path(SHOTS) / f"{name}.png")


def test_the_seed_notebook_tells_the_truth_in_every_tab(lab, open_notebook: Callable) -> None:
    copy(DEMO, lab.root / "seed.ipynb")
    notebook = open_notebook("seed.ipynb")
    run_cells(notebook)
    reports = [unpacked(one) for one in notebook.page.evaluate(STORED)]
    assert [report["report"]["findings"][0]["rule"] for report in reports] == [
        "label-encoding-mismatch",
        "signal-not-found",
        "signal-not-found",
        "accuracy-on-regression",
        "data-never-used",
    ]
    for theme in THEMES:
        notebook.set_theme(theme)
        for number, stored in enumerate(reports):
            look_at_every_tab(notebook, stored, f"{theme.lower()}_{number}")
    notebook.assert_quiet()


def look_at_every_tab(notebook, stored: dict, name: str) -> None:
    output = notebook.cell(stored["cell"]).locator(".jp-OutputArea")
    panel = output.locator(".nbd-Output")
    expect(panel).to_contain_text(plain(stored["document"]["headline"]))
    sections = {section["title"]: section for section in stored["document"]["sections"]}
    assert tuple(sections) == TABS
    for title in TABS:
        tab = panel.get_by_role("tab", name=re.compile(f"^{title}"))
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        for block in sections[title]["blocks"]:
            expect(panel.get_by_text(words(block)).filter(visible=True).first).to_be_visible()
        shoot(panel, f"{name}_{title.lower()}")


def words(block: dict) -> str | re.Pattern[str]:
    """Some words of a block that are to be seen (folded tables and lists show their first)."""
    text = block.get("title") or block.get("text") or block.get("fold_title")
    if block.get("titled", True):
        text = text or block.get("caption")
    else:
        text = block["rows"][0].split("\t")[0]
    if not text:
        text = block["items"][0]
    first = plain(text)[:40]
    return re.compile(re.escape(first).replace(r"\ ", r"\s+"))
