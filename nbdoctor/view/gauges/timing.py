"""Timing: what one step of training consists of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes

from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.picture import axes, figure, tip
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.palette import BLUE, CHARACTER, INK, SMALL, WIDTH

MARGIN = 8


def timing(report: Report) -> Iterator[Chart]:
    """One step as a bar: waiting for its batch, and computing with it, where both were timed."""
    reading: Pipeline | None = report.readings.get("Pipeline")
    if reading is None or reading.fetch is None or reading.compute is None:
        return
    whole = reading.fetch + reading.compute
    if whole <= 0:
        return
    about = About(
        name="timing",
        title=f"One step takes {wording.seconds(whole)}",
        description="Medians of the time until a batch has come, and of the step with it.",
        unit="seconds",
    )
    drawn = figure(54)
    plot = axes(drawn, left=MARGIN, right=MARGIN, top=4, bottom=24)
    plot.set_axis_off()
    plot.set_xlim(0, whole)
    plot.set_ylim(-0.5, 0.5)
    parts = (("waiting for the batch", reading.fetch), ("computing", reading.compute))
    texts = [
        f"{name} {wording.seconds(time)} ({wording.share(time / whole)})" for name, time in parts
    ]
    for place, (start, (_, time)) in enumerate(zip((0.0, reading.fetch), parts, strict=True)):
        look: dict[str, Any] = {"color": BLUE} if place else {"facecolor": "none", "edgecolor": INK}
        (bar,) = plot.barh(0, time, left=start, height=1, clip_on=False, **look)
        tip(bar, texts[place])
    _name(plot, texts, reading.fetch / whole)
    yield about.chart(drawn)


def _name(plot: Axes, texts: list[str], split: float) -> None:
    """The names under their parts; both at the left where the second has no room for its own."""
    first, second = texts
    room = WIDTH - 2 * MARGIN
    least = CHARACTER * (len(first) + 3)
    start = max(split * room, least)
    if start + CHARACTER * len(second) > room:
        start = room - CHARACTER * len(second)
    for place, text in ((0.0, first), (start, second)):
        plot.text(place / room, -0.3, text, transform=plot.transAxes, fontsize=SMALL, va="top")
