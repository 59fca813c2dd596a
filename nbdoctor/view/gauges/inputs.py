"""Inputs: a histogram per input, and small ones per column or channel."""

from __future__ import annotations

import math
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.inputs import Column, Inputs, InputTensor
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges import distributions
from nbdoctor.view.gauges.picture import SMALL, WIDTH, axes, figure
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.limits import limit

ACROSS, MOST_COLUMNS = 4, 8
"""Small histograms per line, and in all inputs together; the tables have the others."""

LINE = 82
"""Height of a line of small histograms in pixels."""

MOST_INPUTS = 4
"""Inputs that are drawn; the tables have the others."""


def inputs(report: Report) -> Iterator[Chart]:
    """Training beside validation, per input."""
    reading: Inputs | None = report.readings.get("Inputs")
    tensors = reading.tensors[:MOST_INPUTS] if reading else ()
    for tensor in tensors:
        if tensor.histogram is not None and any(tensor.histogram.counts):
            yield _whole(tensor, tensor.histogram, report)
        columns = [column for column in tensor.columns if column.histogram is not None]
        if len(columns) > 1:
            yield _columns(tensor, columns[: MOST_COLUMNS // len(tensors)])


def _whole(tensor: InputTensor, histogram: Histogram, report: Report) -> Chart:
    rows = wording.count(tensor.rows, "row")
    about = About(
        name=f"inputs/{tensor.name}",
        title=f"Values of {tensor.variable or tensor.name}",
        description=f"From {wording.span(tensor.minimum, tensor.maximum)}, mean "
        f"{wording.number(tensor.mean)}, standard deviation {wording.number(tensor.std)}.",
        unit=f"input value ({tensor.dtype}, {rows} of {wording.shape(tensor.shape)})",
    )
    drawn = figure(190)
    plot = axes(drawn, bottom=38)
    distributions.draw(plot, histogram, tensor.validation)
    size = _expected(tensor, report)
    if size is not None:
        distributions.band(plot, -size, size, f"up to {size:g} in size suits new weights")
    distributions.shares_axis(plot)
    plot.set_ylabel("share", fontsize=SMALL)
    plot.set_xlabel(about.unit, fontsize=SMALL)
    if tensor.validation is not None:
        distributions.name_series(plot, "training", "validation")
    return about.chart(drawn)


def _expected(tensor: InputTensor, report: Report) -> float | None:
    """The size of values that the rule `unscaled-inputs` accepts, where it found this input."""
    found = any(
        finding.rule == "unscaled-inputs" and finding.where.variable == tensor.variable
        for finding in report.findings
    )
    return limit("unscaled-inputs", "largest") if found else None


def _columns(tensor: InputTensor, columns: list[Column]) -> Chart:
    left = len(tensor.columns) - len(columns)
    about = About(
        name=f"columns/{tensor.name}",
        title=f"Columns of {tensor.variable or tensor.name}, the largest spread first",
        description="Each on its own scale, from its smallest to its largest value"
        f"{f'; {left:,} more in the table' if left else ''}.",
        unit="value",
    )
    lines = math.ceil(len(columns) / ACROSS)
    drawn = figure(LINE * lines)
    names = wording.told_apart([column.name for column in columns], 18)
    for place, (column, name) in enumerate(zip(columns, names, strict=True)):
        plot = _cell(drawn, lines, *divmod(place, ACROSS))
        if column.histogram is not None:
            distributions.draw(plot, column.histogram, column.validation)
        distributions.bare(plot, name)
    return about.chart(drawn)


def _cell(drawn: Figure, lines: int, line: int, across: int) -> Axes:
    width = WIDTH / ACROSS
    return axes(
        drawn,
        left=across * width + 4,
        right=WIDTH - (across + 1) * width + 10,
        top=line * LINE + 20,
        bottom=(lines - line - 1) * LINE + 18,
    )
