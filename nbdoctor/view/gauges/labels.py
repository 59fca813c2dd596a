"""Labels: rows per class, or the distribution of a continuous target."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.validation import Validation
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges import distributions
from nbdoctor.view.gauges.picture import axes, figure
from nbdoctor.view.gauges.rows import About, BarMark, bars
from nbdoctor.view.palette import SMALL

MOST_TARGETS = 4
"""Outputs whose labels are drawn; the tables have the others."""


def labels(report: Report) -> Iterator[Chart]:
    """One chart per output; the rows that judge are known of the first."""
    reading: Labels | None = report.readings.get("Labels")
    validation: Validation | None = report.readings.get("Validation")
    for target in reading.targets[:MOST_TARGETS] if reading else ():
        if target.encoding == "continuous":
            if target.histogram is not None and any(target.histogram.counts):
                yield _distribution(target, target.histogram)
        elif target.counts:
            judging = validation is not None and validation.target == target.name
            yield _classes(target, validation if judging else None)


def _classes(target: Target, validation: Validation | None) -> Chart:
    left = target.distinct - len(target.counts)
    numbers = target.are_whole_numbers
    kinds = ("different value", "different values") if numbers else ("class", "classes")
    classes = wording.count(target.distinct, *kinds)
    drawn = f"; the {len(target.counts)} most frequent are drawn" if left > 0 else ""
    beside = dict(validation.counts) if validation is not None else {}
    rows = []
    for value, many in sorted(target.counts):
        row = [_bar(many, target.counted)]
        if validation is not None and beside:
            row.append(_bar(beside.get(value, 0), validation.counted))
        rows.append(row)
    about = About(
        name=f"labels/{target.name}",
        title=f"{'Values' if numbers else 'Classes'} of {target.variable or target.name}",
        description=f"{classes} in {target.rows:,} rows{drawn}.",
        unit=f"share of the training {_places(target)}, and of the validation {_places(target)}"
        if beside
        else f"share of the {_places(target)}",
    )
    return bars(rows, [wording.number(value) for value, _ in sorted(target.counts)], about)


def _places(target: Target) -> str:
    return "places" if target.are_places else "rows"


def _bar(many: int, of: int) -> BarMark:
    share = many / max(of, 1)
    return BarMark(value=share, remark=f"{many:,} ({wording.share(share)})")


def _distribution(target: Target, histogram: Histogram) -> Chart:
    about = About(
        name=f"labels/{target.name}",
        title=f"Values of {target.variable or target.name}",
        description=f"From {wording.span(target.minimum, target.maximum)}, mean "
        f"{wording.number(target.mean)}, standard deviation {wording.number(target.std)}.",
        unit=f"target value ({target.dtype}){distributions.says_scale(histogram)}",
    )
    drawn = figure(180)
    plot = axes(drawn, bottom=42, top=10)
    distributions.draw(plot, histogram, unit=distributions.COUNTS)
    plot.set_ylabel("values", fontsize=SMALL)
    plot.set_xlabel(about.unit, fontsize=SMALL)
    return about.chart(drawn)
