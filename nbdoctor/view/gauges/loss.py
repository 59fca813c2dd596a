"""Loss: its log, training beside validation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from nbdoctor.readings.history import History
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.distributions import is_logarithmic
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
    names = [name for name in reading.values if not name.startswith(("val_", "learning_rate"))]
    names = [name for name in names if f"val_{name}" in reading.values] or names
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
    ends = []
    longest = 1
    for key, word, colour in ((name, "training", BLUE), (f"val_{name}", "validation", INK)):
        if key in values:
            epochs = range(1, len(values[key]) + 1)
            longest = max(longest, len(values[key]))
            plot.plot(epochs, values[key], color=colour, linewidth=1.6, clip_on=False)
            ends.append((values[key][-1], word))
    plot.set_xlim(1, longest)
    plot.set_xlabel("epoch", fontsize=SMALL)
    plot.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    words = _scale(plot, [*values.get(name, ()), *values.get(f"val_{name}", ())])
    plot.set_title(f"{name}{words}", fontsize=SMALL, loc="left")
    _name_ends(plot, [end for end in ends if math.isfinite(end[0])])


def _scale(plot: Axes, values: Sequence[float]) -> str:
    """Scale the axis by the values, and say where it is not even: the first epochs may be high."""
    finite = [value for value in values if math.isfinite(value)]
    if not is_logarithmic(finite) or min(finite) <= 0:
        plot.yaxis.set_major_locator(MaxNLocator(4))
        return ""
    plot.set_yscale("log")
    plot.yaxis.set_major_locator(LogLocator(numticks=4))
    plot.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.power(value)))
    plot.yaxis.set_minor_locator(NullLocator())
    return ", logarithmic axis"


def _name_ends(plot: Axes, ends: list[tuple[float, str]]) -> None:
    """Names beside the curves' ends; the lower one moves down where they would touch."""
    ends = sorted(ends, reverse=True)
    places = [float(plot.transData.transform((1, value))[1]) for value, _ in ends]
    close = len(ends) > 1 and places[0] - places[1] < SMALL + 1
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
