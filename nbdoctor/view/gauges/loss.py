"""Loss: its log, training beside validation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from nbdoctor.readings.history import History
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.picture import axes, figure
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.palette import BLUE, INK, SMALL, WIDTH

END = 124
"""Room in pixels for the names at the ends of the curves."""


def history(report: Report) -> Iterator[Chart]:
    """Training beside validation: the loss, and the first metric next to it."""
    reading: History | None = report.readings.get("History")
    if reading is None or reading.epochs < 2:  # noqa: PLR2004  (a curve needs two points)
        return
    names = [name for name in reading.values if f"val_{name}" in reading.values] or ["loss"]
    names = [name for name in dict.fromkeys(["loss", *names]) if name in reading.values][:2]
    if not names:
        return
    drawn = figure(180)
    share = WIDTH / len(names)
    for place, name in enumerate(names):
        right = WIDTH - (place + 1) * share + END
        plot = axes(drawn, left=place * share + 44, right=right, bottom=38)
        _curves(plot, name, reading.values)
    about = About(
        name="history",
        title="The training log",
        description=f"{' and '.join(names)} over {reading.epochs} epochs, training and validation.",
        unit="epoch",
    )
    yield about.chart(drawn)


def _curves(plot: Axes, name: str, values: Mapping[str, Sequence[float]]) -> None:
    plot.set_title(name, fontsize=SMALL, loc="left")
    ends = []
    for key, word, colour in ((name, "training", BLUE), (f"val_{name}", "validation", INK)):
        if key in values:
            epochs = range(1, len(values[key]) + 1)
            plot.plot(epochs, values[key], color=colour, linewidth=1.6, clip_on=False)
            ends.append((values[key][-1], word))
    plot.set_xlabel("epoch", fontsize=SMALL)
    plot.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    plot.yaxis.set_major_locator(MaxNLocator(4))
    _name_ends(plot, [end for end in ends if math.isfinite(end[0])])


def _name_ends(plot: Axes, ends: list[tuple[float, str]]) -> None:
    """Names beside the curves' ends; the lower one moves down where they would touch."""
    ends = sorted(ends, reverse=True)
    low, high = plot.get_ylim()
    close = len(ends) > 1 and (ends[0][0] - ends[1][0]) / (high - low or 1) < 0.1  # noqa: PLR2004
    shifts = (5, -6) if close else (0, 0)
    for (value, word), shift in zip(ends, shifts, strict=False):
        plot.annotate(
            f"{word} {wording.number(value)}",
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(5, shift),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            annotation_clip=False,
        )
