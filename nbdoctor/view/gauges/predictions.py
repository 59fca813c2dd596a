"""Predictions: the confusion of classes, numbers predicted against true, and their residuals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nbdoctor.readings.answers import Answers, Density, OfNumbers
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.histogram import Histogram
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges import distributions
from nbdoctor.view.gauges.picture import axes, figure, tip
from nbdoctor.view.gauges.rows import About
from nbdoctor.view.palette import BLUE, CHARACTER, GREEN, INK, RED, SMALL, WIDTH
from nbdoctor.view.tabs.predictions import class_names, label

MOST_OUTPUTS = 4
"""Outputs that are drawn; the tables have the others."""

CELL = 28
"""Height of a class in the matrix, in pixels."""

WIDE = 50
"""Width of a class in the matrix: four digits."""

SQUARE = 360
"""Width of numbers predicted against true with their axis. What is narrower than a picture stands
at its left: all are shown in one width, and one of its own would have letters of another size."""

MOST_CHARACTERS = 16
FAINTEST = 0.12
"""Opacity of a cell that holds a single answer."""

SHORT = 6
"""Characters of a class over a column."""


def predictions(report: Report) -> Iterator[Chart]:
    """A matrix per output of classes; two pictures per column of numbers."""
    attained: Attained | None = report.readings.get("Attained")
    names = class_names(report)
    for answers in attained.answers[:MOST_OUTPUTS] if attained else ():
        if answers.matrix:
            yield _confusion(answers, names)
        if len(answers.numbers) == 1 and answers.numbers[0].density is not None:
            yield _against(answers, answers.numbers[0].density)
        for one in answers.numbers:
            if one.residuals is not None:
                yield _residuals(answers, one, one.residuals)


def _confusion(answers: Answers, names: tuple[str, ...]) -> Chart:
    labels = [label(one.label, names) for one in answers.classes]
    rows = [*labels, *([f"{answers.more} others"] if answers.more else [])]
    columns = [
        *labels,
        *(["others"] if answers.more else []),
        *(["none"] if answers.nameless else []),
    ]
    short = wording.told_apart(rows, MOST_CHARACTERS)
    left = 44 + CHARACTER * max(map(len, short))
    drawn = figure(CELL * len(rows) + 62)
    right = max(12, WIDTH - left - WIDE * len(columns))
    plot = axes(drawn, left=left, right=right, top=24, bottom=38)
    plot.set_xlim(-0.5, len(columns) - 0.5)
    plot.set_ylim(len(rows) - 0.5, -0.5)
    for place, counts in enumerate(answers.matrix):
        for at, many in enumerate(counts):
            if many:
                _cell(
                    plot, (at, place), many / max(sum(counts), 1), (rows[place], columns[at], many)
                )
    plot.set_xticks(range(len(columns)), wording.told_apart(columns, SHORT), fontsize=SMALL)
    plot.set_yticks(range(len(rows)), short, fontsize=SMALL)
    plot.tick_params(length=0)
    for side in ("left", "bottom"):
        plot.spines[side].set_visible(False)
    plot.set_xlabel("predicted class", fontsize=SMALL)
    drawn.text(0.01, 1, "true class; colour: share of its rows", va="top", fontsize=SMALL)
    title = f"Confusion of the classes of {answers.output}"
    about = About(
        name=f"predictions/{answers.output}",
        title=title,
        description=f"{wording.share(answers.right)} of {answers.answers:,} answers are right. "
        "Right ones lie on the diagonal, in green.",
        unit="predicted class",
    )
    return about.chart(drawn)


def _cell(plot: Axes, at: tuple[int, int], share: float, tells: tuple[str, str, int]) -> None:
    true, given, many = tells
    colour = GREEN if at[0] == at[1] else RED
    cell = Rectangle(
        (at[0] - 0.47, at[1] - 0.45),
        0.94,
        0.9,
        facecolor=colour,
        alpha=FAINTEST + 0.33 * share,
        linewidth=0,
    )
    plot.add_patch(cell)
    tip(cell, f"true {true}, predicted {given}: {many:,}")
    plot.text(*at, f"{many:,}", ha="center", va="center", fontsize=SMALL)


def _against(answers: Answers, density: Density) -> Chart:
    drawn = figure(300)
    plot = axes(drawn, left=64, right=WIDTH - SQUARE, top=22, bottom=40)
    low, high = density.low, density.high
    width = (high - low) / len(density.counts)
    highest = max(max(row) for row in density.counts)
    plot.set_xlim(low, high)
    plot.set_ylim(low, high)
    plot.plot([low, high], [low, high], color=INK, linewidth=0.8, alpha=0.6)
    for place, row in enumerate(density.counts):
        for at, many in enumerate(row):
            if many:
                shade = FAINTEST + (1 - FAINTEST) * float(np.sqrt(many / highest))
                corner = (low + at * width, low + place * width)
                cell = Rectangle(corner, width, width, facecolor=BLUE, alpha=shade, linewidth=0)
                plot.add_patch(cell)
    for axis in (plot.xaxis, plot.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(FuncFormatter(lambda value, _: wording.tick(value)))
    plot.tick_params(labelsize=SMALL)
    plot.set_xlabel("true", fontsize=SMALL)
    plot.set_ylabel("predicted", fontsize=SMALL)
    plot.set_title(
        "right ones lie on the line; stronger colour: more rows", fontsize=SMALL, loc="left"
    )
    about = About(
        name=f"predictions/{answers.output}",
        title=f"Predicted against true {answers.output}",
        description=f"{answers.answers:,} answers between {wording.span(low, high)}; the few "
        "beyond are counted at the edge.",
        unit="true",
    )
    return about.chart(drawn)


def _residuals(answers: Answers, one: OfNumbers, residuals: Histogram) -> Chart:
    drawn = figure(150)
    plot = axes(drawn, bottom=38, top=8)
    distributions.draw(plot, residuals)
    plot.axvline(0, color=INK, linewidth=0.8, alpha=0.6)
    of = f" ({one.name})" if one.name else ""
    plot.set_xlabel(f"predicted - true{of}", fontsize=SMALL)
    about = About(
        name=f"residuals/{answers.output}/{one.name}",
        title=f"Errors of {answers.output}{of}",
        description=f"Predicted less true: mean {wording.number(one.bias)}, mean absolute error "
        f"{wording.number(one.error)}.",
        unit="predicted - true",
    )
    return about.chart(drawn)
