"""Charts with one row per thing: a dot, a range or a bar, with its label beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.gauges.distributions import band, name_series
from nbdoctor.view.gauges.picture import axes, figure, tip
from nbdoctor.view.gauges.svg import as_svg
from nbdoctor.view.palette import AMBER, BLUE, CHARACTER, INK, RED, SMALL

ROOMY, DENSE = 22, 15
"""Heights of a row in pixels."""

LEAST_SPAN = 100
"""Largest over smallest value from which on a logarithmic axis needs no more room."""

MANY = 24
"""Rows from which on they are dense."""

MARKERS = {RED: "X", AMBER: "^"}
"""Told apart by their shape as well as by their colour; all others are dots."""

MOST_CHARACTERS = 34
"""Of a label; what a longer one shares with others is left out, and its tooltip has all of it."""


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
class BarMark:
    """One bar, and what is written at its end."""

    value: float
    remark: str


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
    healthy: tuple[float, str] | None = None,
) -> Chart:
    """A dot and a range per row on a logarithmic axis, from top to bottom.

    `healthy` is where the healthy region begins, and its reason in words.
    """
    remarks = max((len(row.remark) for row in rows if row.value is not None), default=0)
    top = 20 if healthy else 6
    drawn, plot = _empty(rows, about.unit, right=20 + CHARACTER * remarks, top=top)
    _scale(plot, rows)
    if healthy is not None:
        start, reason = healthy
        band(plot, start, math.inf, reason)
    for place, row in enumerate(rows):
        _row(plot, place, row)
    return about.chart(drawn)


def _scale(plot: Axes, rows: Sequence[RowMark]) -> None:
    values = [value for row in rows for value in (row.low, row.value, row.high) if value]
    values = [value for value in values if value > 0]
    low, high = min(values, default=0.1), max(values, default=1.0)
    if high < low * LEAST_SPAN:  # so that the axis has two powers of ten to be read by
        low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high) + 1e-9)
    edge = (high / low) ** 0.06
    plot.set_xscale("log")
    plot.set_xlim(low / edge, high * edge)
    plot.xaxis.set_major_locator(LogLocator(numticks=8))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.power(value)))
    plot.minorticks_off()


def _row(plot: Axes, place: int, row: RowMark) -> None:
    if row.low is not None and row.high is not None and 0 < row.low < row.high:
        (line,) = plot.plot([row.low, row.high], [place, place], color=row.colour, linewidth=3.5)
        line.set(alpha=0.4, clip_on=False, solid_capstyle="round")
    if row.value is not None:
        shape = MARKERS.get(row.colour, "o")
        (dot,) = plot.plot([row.value], [place], shape, color=row.colour, markersize=7)
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
            annotation_clip=False,
        )


def bars(rows: Sequence[Sequence[BarMark]], labels: Sequence[str], about: About) -> Chart:
    """A bar per row from 0 with its remark at its end; two beside each other are told apart."""
    several = max(map(len, rows), default=1)
    remarks = max((len(bar.remark) for row in rows for bar in row), default=0)
    drawn, plot = _empty(
        [RowMark(label=label, value=None) for label in labels],
        about.unit,
        right=20 + CHARACTER * remarks,
        top=24 if several > 1 else 6,
        height=ROOMY if several == 1 else 2 * DENSE,
    )
    plot.set_xlim(0, max([bar.value for row in rows for bar in row] + [1e-12]))
    for place, row in enumerate(rows):
        for number, bar in enumerate(row):
            _bar(plot, place + (number - (several - 1) / 2) * 0.42, bar, filled=number == 0)
    plot.xaxis.set_major_locator(MaxNLocator(5))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.share(value)))
    if several > 1:
        name_series(plot, "training", "validation")
    return about.chart(drawn)


def _bar(plot: Axes, place: float, bar: BarMark, *, filled: bool) -> None:
    look: dict[str, Any] = {"color": BLUE} if filled else {"facecolor": "none", "edgecolor": INK}
    (drawn,) = plot.barh(place, bar.value, height=0.36, clip_on=False, **look)
    tip(drawn, bar.remark)
    plot.annotate(
        bar.remark,
        (bar.value, place),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        annotation_clip=False,
    )


def _empty(
    rows: Sequence[RowMark],
    unit: str,
    *,
    right: float,
    top: float,
    height: float | None = None,
) -> tuple[Figure, Axes]:
    height = (height or (DENSE if len(rows) > MANY else ROOMY)) * len(rows)
    labels = wording.told_apart([row.label for row in rows], MOST_CHARACTERS)
    drawn = figure(height + top + 40)
    left = 14 + CHARACTER * max(map(len, labels), default=0)
    plot = axes(drawn, left=left, right=right, top=top, bottom=40)
    plot.set_ylim(len(rows) - 0.5, -0.5)
    plot.set_yticks(range(len(rows)), labels)
    plot.tick_params(axis="y", length=0)
    plot.spines["left"].set_visible(False)
    plot.set_xlabel(unit, fontsize=SMALL, loc="right")  # it may be wider than the axes
    return drawn, plot
