"""Rows of the user's data, shown when they are asked for and not stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import ipywidgets

from nbdoctor.report import Report
from nbdoctor.view.blocks import Chart

SHOW = "Show some rows of the data"
HELP = (
    "Shows a few rows of the first training batch, of the validation, and those with the largest "
    "loss, in the tabs Inputs and Predictions. They are not stored with the notebook."
)


def can_show(report: Report) -> bool:
    """Whether there are rows that are not shown yet."""
    return report.is_over and report.aside is not None and "Samples" not in report.readings


def with_rows(report: Report, charts: Mapping[str, Chart]) -> tuple[Report, Mapping[str, Chart]]:
    """The same with its rows, and their pictures: for the live view alone."""
    if not can_show(report):
        return report, charts
    from nbdoctor.view.gauges import sample_charts  # matplotlib is slow to import

    shown = replace(report, readings={**report.readings, "Samples": report.aside})
    return shown, {**charts, **sample_charts(shown)}


def button(layout: ipywidgets.Layout, pressed: Callable[[], None]) -> ipywidgets.Button:
    """What asks for them."""
    made = ipywidgets.Button(description=SHOW, tooltip=HELP, layout=layout)
    made.add_class("nbd-more")
    made.on_click(lambda _button: pressed())
    return made
