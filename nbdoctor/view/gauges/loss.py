"""Loss: where training starts, between an untrained head and the best constant; and its log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from nbdoctor.readings.history import History
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.picture import BLUE, INK, SMALL, WIDTH, axes, figure
from nbdoctor.view.gauges.rows import About, RowMark, dots

END = 110
"""Room in pixels for the names at the ends of the curves."""


def loss(report: Report) -> Iterator[Chart]:
    """The losses of the same batch, one under the other."""
    reading: LossAtInit | None = report.readings.get("LossAtInit")
    if reading is None:
        return
    values = {
        "reported by Keras": reading.reported,
        "recomputed": reading.recomputed,
        "first step, on copies": reading.rehearsed,
        "first step, real": report.checksum.real_loss,
        "untrained model": reading.reference,
        "best constant": reading.baseline,
    }
    rows = [
        RowMark(
            label=name,
            value=value if math.isfinite(value) else None,
            remark=f"{wording.number(value)}",
        )
        for name, value in values.items()
        if value is not None
    ]
    about = About(
        name="loss",
        title="The loss before the first step",
        description="As Keras reports it, and what an untrained and a constant model would show.",
        unit="loss",
    )
    yield dots(rows, about, logarithmic=False)


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
            ends.append((values[key][-1], word, colour))
    plot.set_xlabel("epoch", fontsize=SMALL)
    plot.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    plot.yaxis.set_major_locator(MaxNLocator(4))
    _name_ends(plot, [end for end in ends if math.isfinite(end[0])])


def _name_ends(plot: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Names beside the curves' ends; the lower one moves down where they would touch."""
    ends = sorted(ends, reverse=True)
    low, high = plot.get_ylim()
    close = len(ends) > 1 and (ends[0][0] - ends[1][0]) / (high - low or 1) < 0.1  # noqa: PLR2004
    shifts = (5, -6) if close else (0, 0)
    for (value, word, colour), shift in zip(ends, shifts, strict=False):
        plot.annotate(
            f"{word} {wording.number(value)}",
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(5, shift),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=colour,
            annotation_clip=False,
        )
