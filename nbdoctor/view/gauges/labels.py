"""Labels: rows per class, or the distribution of a continuous target."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges import distributions
from nbdoctor.view.gauges.picture import SMALL, axes, figure
from nbdoctor.view.gauges.rows import About, RowMark, bars

MOST_TARGETS = 4
"""Outputs whose labels are drawn; the tables have the others."""


def labels(report: Report) -> Iterator[Chart]:
    """One chart per output."""
    reading: Labels | None = report.readings.get("Labels")
    for target in reading.targets[:MOST_TARGETS] if reading else ():
        if target.encoding == "continuous":
            if target.histogram is not None and any(target.histogram.counts):
                yield _distribution(target, target.histogram)
        elif target.counts:
            yield _classes(target)


def _classes(target: Target) -> Chart:
    left = target.distinct - len(target.counts)
    classes = wording.count(target.distinct, "class", "classes")
    drawn = f"; the {len(target.counts)} most frequent are drawn" if left > 0 else ""
    rows = [
        RowMark(
            label=wording.number(value),
            value=many,
            remark=f"{many:,} ({wording.share(many / max(target.rows, 1))})",
        )
        for value, many in sorted(target.counts)
    ]
    about = About(
        name=f"labels/{target.name}",
        title=f"Rows per class of {target.variable or target.name}",
        description=f"{classes} in {target.rows:,} rows{drawn}.",
        unit="rows",
    )
    return bars(rows, about)


def _distribution(target: Target, histogram: Histogram) -> Chart:
    about = About(
        name=f"labels/{target.name}",
        title=f"Values of {target.variable or target.name}",
        description=f"From {wording.span(target.minimum, target.maximum)}, mean "
        f"{wording.number(target.mean)}, standard deviation {wording.number(target.std)}.",
        unit=f"target value ({target.dtype})",
    )
    drawn = figure(170)
    plot = axes(drawn, bottom=38, top=8)
    distributions.draw(plot, histogram)
    distributions.shares_axis(plot)
    plot.set_ylabel("share", fontsize=SMALL)
    plot.set_xlabel(about.unit, fontsize=SMALL)
    return about.chart(drawn)
