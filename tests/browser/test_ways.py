"""Ways through a report: from a finding to its layer, and from a layer to its histograms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def output(lab, open_notebook: Callable, sick) -> Locator:
    lab.write("ways.ipynb", sick.find, sick.cell)
    opened = open_notebook("ways.ipynb")
    opened.wait_for_kernel()
    opened.run_all()
    shown = opened.page.locator(".nbd-Output")
    expect(shown.locator(".jupyter-widgets").first).to_be_visible()
    return shown


def chosen(output: Locator) -> Locator:
    return output.locator(".lm-TabBar-tab[aria-selected=true]")


def test_a_finding_leads_to_its_layer_and_the_layer_back(output: Locator) -> None:
    expect(output).to_have_attribute("role", "region")
    output.locator(".nbd-card .nbd-lead", has_text="dense_0").first.click()
    expect(chosen(output)).to_have_text("Architecture")
    row = output.locator("tr", has=output.page.get_by_text("dense_0", exact=True)).first
    expect(row).to_be_focused()
    row.get_by_role("link", name="vanishing-gradient").click()
    expect(chosen(output)).to_have_text("Findings 3")


def test_a_layer_leads_to_its_histograms(output: Locator) -> None:
    output.get_by_role("tab", name="Architecture").click()
    output.locator("[data-nbd-layer=dense_3]").click()
    expect(chosen(output)).to_have_text("Gradients")
    expect(output.locator(".nbd-layers select")).to_be_focused()
    picture = output.locator("figure svg", has_text="kernel: gradient of one batch")
    expect(picture.filter(has_text="of dense_3")).to_be_visible()
