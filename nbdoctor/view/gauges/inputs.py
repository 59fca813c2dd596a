"""Inputs: a histogram per input, and small ones per column or channel."""

from __future__ import annotations

import math
from collections.abc import Iterator

from matplotlib.figure import Figure

from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.input_columns import Column
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges import distributions
from nbdoctor.view.gauges.picture import axes, cell, figure
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.limits import limit
from nbdoctor.view.palette import SMALL, WIDTH

ACROSS, MOST_COLUMNS = 3, 6
"""Small histograms per line, and in all inputs together; the tables have the others."""

LINE, RIDGE = 92, 30
"""Heights in pixels: of a line of small histograms, and of the histogram of one class in it."""

MOST_INPUTS = 4
"""Inputs that are drawn; the tables have the others."""


def inputs(report: Report) -> Iterator[Chart]:
    """Training beside validation, per input; its columns by class where classes are few."""
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
        unit=f"input value ({tensor.dtype}, {rows} of {wording.shape(tensor.shape)})"
        f"{distributions.says_scale(histogram)}",
    )
    drawn = figure(200)
    plot = axes(drawn, bottom=42)
    scale = distributions.draw(plot, histogram, tensor.validation)
    size = _expected(tensor, report)
    if size is not None:
        places = scale.place(-size), scale.place(size)
        reason = f"up to {size:g} in size suits new weights"
        distributions.band(plot, *places, reason, at_left=tensor.validation is not None)
    plot.set_ylabel("share of values", fontsize=SMALL)
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
    others = len(tensor.columns) - len(columns)
    classes = [value for value, _ in columns[0].by_class]
    by_class = " by class" if classes else ""
    kind = "Channels" if len(tensor.shape) > 1 else "Columns"
    about = About(
        name=f"columns/{tensor.name}",
        title=f"{kind} of {tensor.variable or tensor.name}{by_class}, the largest values first",
        description="Each on its own scale, from its smallest to its largest value"
        f"{f'; {others:,} more in the table' if others else ''}.",
        unit="value",
    )
    height = LINE + RIDGE * max(len(classes) - 2, 0)
    drawn = figure(height * math.ceil(len(columns) / ACROSS))
    names = wording.told_apart([column.name for column in columns], 22)
    for place, (column, name) in enumerate(zip(columns, names, strict=True)):
        line, across = divmod(place, ACROSS)
        corner = across * WIDTH / ACROSS + 40, line * height + 22
        if column.by_class:
            _ridges(drawn, column, name, corner)
        elif column.histogram is not None:
            plot = cell(drawn, corner, (WIDTH / ACROSS - 52, LINE - 46))
            distributions.draw_small(plot, name, column.histogram, column.validation)
    return about.chart(drawn)


def _ridges(drawn: Figure, column: Column, name: str, corner: tuple[float, float]) -> None:
    """The histogram of each class under that of the one before, on one axis of values."""
    left, top = corner
    last = len(column.by_class) - 1
    for place, (value, histogram) in enumerate(column.by_class):
        size = WIDTH / ACROSS - 52, RIDGE - 7
        plot = cell(drawn, (left, top + place * RIDGE), size)
        distributions.draw_ridge(plot, wording.number(value), histogram, is_last=place == last)
        if place == 0:
            distributions.small(plot, name)
