"""Charts with one row per thing: a dot, a range or a bar, with its label beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.distributions import band
from nbdoctor.view.gauges.picture import BLUE, INK, SMALL, axes, figure, tip
from nbdoctor.view.gauges.svg import as_svg

ROOMY, DENSE = 22, 15
"""Heights of a row in pixels."""

LEAST_SPAN = 100
"""Largest over smallest value from which on a logarithmic axis needs no more room."""

MANY = 24
"""Rows from which on they are dense."""

LABEL = 6.1
"""Width of a character of a label in pixels, on average."""

MOST_CHARACTERS = 34
"""Of a label; what a longer one shares with others is left out, and its tooltip has all of it."""

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMark:
    """One row: its label, its value with its range, and what is written beside the mark."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    remark: str = ""
    colour: str = BLUE


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a chart is called, what it shows, and what its axis measures."""

    name: str
    title: str
    description: str
    unit: str

    def chart(self, drawn: Figure) -> Chart:
        """The chart, as it is drawn."""
        svg = as_svg(drawn, self.title, self.description)
        return Chart(name=self.name, title=self.title, description=self.description, svg=svg)


def dots(
    rows: Sequence[RowMark],
    about: About,
    *,
    logarithmic: bool = True,
    healthy: tuple[float, str] | None = None,
) -> Chart:
    """A dot and a range per row, from top to bottom.

    `healthy` is where the healthy region begins, and its reason in words.
    """
    remarks = max((len(row.remark) for row in rows if row.value is not None), default=0)
    top = 20 if healthy else 6
    drawn, plot = _empty(rows, about.unit, right=20 + LABEL * remarks, top=top)
    _scale(plot, rows, logarithmic=logarithmic)
    if healthy is not None:
        start, reason = healthy
        band(plot, start, math.inf, reason)
    for place, row in enumerate(rows):
        _row(plot, place, row)
    return about.chart(drawn)


def _scale(plot: Axes, rows: Sequence[RowMark], *, logarithmic: bool) -> None:
    values = [
        value
        for row in rows
        for value in (row.low, row.value, row.high)
        if value is not None and (value > 0 or not logarithmic)
    ]
    low, high = min(values, default=0.1), max(values, default=1.0)
    if not logarithmic:
        plot.set_xlim(min(0.0, low), max(high * 1.05, 1e-12))
        _plain_axis(plot)
        return
    if high < low * LEAST_SPAN:  # so that the axis has two powers of ten to be read by
        low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high) + 1e-9)
    edge = (high / low) ** 0.06
    plot.set_xscale("log")
    plot.set_xlim(low / edge, high * edge)
    plot.xaxis.set_major_locator(LogLocator(numticks=8))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: power(value)))
    plot.minorticks_off()


def _plain_axis(plot: Axes) -> None:
    plot.xaxis.set_major_locator(MaxNLocator(5))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.tick(value)))


def power(value: float) -> str:
    """A power of ten as an axis writes it: "10⁻⁵", and "0.1", "1", "10" where that is short."""
    exponent = round(math.log10(value))
    if -2 <= exponent <= 2:  # noqa: PLR2004
        return f"{10.0**exponent:g}"
    return f"10{str(exponent).translate(SUPERSCRIPT)}"


def _row(plot: Axes, place: int, row: RowMark) -> None:
    if row.low is not None and row.high is not None and 0 < row.low < row.high:
        (line,) = plot.plot([row.low, row.high], [place, place], color=row.colour, linewidth=3.5)
        line.set(alpha=0.4, clip_on=False, solid_capstyle="round")
    if row.value is not None:
        (dot,) = plot.plot([row.value], [place], "o", color=row.colour, markersize=7)
        dot.set(clip_on=False, markeredgewidth=0)
        tip(dot, f"{row.label}: {wording.number(row.value)}")
    if row.remark:
        plot.annotate(
            row.remark,
            (1, place) if row.value is not None else (0, place),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK if row.colour == BLUE else row.colour,
            annotation_clip=False,
        )


def bars(rows: Sequence[RowMark], about: About) -> Chart:
    """A bar per row from 0, its remark at its end."""
    drawn, plot = _empty(rows, about.unit, right=110, top=6)
    plot.set_xlim(0, max([row.value or 0 for row in rows] + [1e-12]))
    for place, row in enumerate(rows):
        bar = plot.barh(place, row.value or 0, height=0.62, color=row.colour, clip_on=False)[0]
        tip(bar, f"{row.label}: {row.remark}")
        plot.annotate(
            row.remark,
            (row.value or 0, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK if row.colour == BLUE else row.colour,
            annotation_clip=False,
        )
    _plain_axis(plot)
    return about.chart(drawn)


def _empty(
    rows: Sequence[RowMark],
    unit: str,
    *,
    right: float,
    top: float,
) -> tuple[Figure, Axes]:
    height = (DENSE if len(rows) > MANY else ROOMY) * len(rows)
    labels = wording.told_apart([row.label for row in rows], MOST_CHARACTERS)
    drawn = figure(height + top + 40)
    left = 14 + LABEL * max(map(len, labels), default=0)
    plot = axes(drawn, left=left, right=right, top=top, bottom=40)
    plot.set_ylim(len(rows) - 0.5, -0.5)
    plot.set_yticks(range(len(rows)), labels)
    plot.tick_params(axis="y", length=0)
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(unit, fontsize=SMALL)
    return drawn, plot
