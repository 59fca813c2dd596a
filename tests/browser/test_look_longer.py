"""What there was no time for is measured by a button in the live panel."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HURRIED = """
import sys
from dataclasses import replace
from IPython import get_ipython
from nbdoctor.notebook.running import screen_of
from nbdoctor.report import NotRun
from nbdoctor.trials.offers import Offer
from tests.view import patients

why = "the time for looking at this cell was over"
late = NotRun(rule="below-simple-models", reason=why, kind="no time")
said = "Nothing found in what there was time for (1 of 2 checks)"
calm = patients.healthy()
report = replace(calm, verdict="unknown", headline=said, not_run=(*calm.not_run, late))
shell = get_ipython()
screen = screen_of(shell, sys.stdout, shell.display_pub)
screen.show(report, draw=True)
offer = Offer(lambda: screen.show(calm, draw=True), looks_longer=True)
screen.offer_more(report.number, offer)
"""


def test_the_button_looks_longer_and_goes(lab, open_notebook: Callable, sick) -> None:
    lab.write("hurried.ipynb", sick.find, HURRIED)
    notebook = open_notebook("hurried.ipynb")
    notebook.run_all()
    output = notebook.cell(1).locator(".jp-OutputArea")
    expect(output.get_by_text("1 not examined (no time)").first).to_be_visible()
    button = output.get_by_role("button", name="Look longer")
    expect(button).to_be_visible()
    button.click()
    expect(output.get_by_text("No problem found by").first).to_be_visible()
    expect(button).to_have_count(0)
    notebook.assert_quiet()
