"""Histograms: one series filled, one as an outline over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from nbdoctor.readings.histogram import Histogram
from nbdoctor.view import wording
from nbdoctor.view.palette import BLUE, CHARACTER, GREEN, INK, SMALL

LOG_FROM = 30.0
"""Highest bar over the median of the others from which on their axis is logarithmic: in a picture
of 60 pixels half of the bars would be less than 2 pixels high."""

SYMLOG = "logarithmic beyond"
"""Begins what an axis says of itself; the size up to which it is even follows."""

OUTLINE = 1.3
"""Width of the line around what is not filled."""

MARK = 10
"""Size in pixels of the mark beside the name of a series."""

MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Unit:
    """What the vertical axis counts: values, or their share of all."""

    shares: bool = False

    def heights(self, histogram: Histogram, places: Sequence[float], width: float) -> list[float]:
        """Heights of its bars, as if each bin were `width` wide: bins of two series may differ."""
        total = sum(histogram.counts) or 1
        whole = 1 / total if self.shares else 1.0
        return [
            count * whole * width / (right - left) if width and right > left else count * whole
            for count, left, right in zip(histogram.counts, places, places[1:], strict=False)
        ]

    def tick(self, value: float) -> str:
        """A number on the axis."""
        return wording.share(value) if self.shares else wording.short_count(value)


SHARES, COUNTS = Unit(shares=True), Unit()


def draw(
    plot: Axes, histogram: Histogram, outline: Histogram | None = None, *, unit: Unit = SHARES
) -> Histogram:
    """`histogram` with `outline` over the same axis; returns the one whose scale the axis has."""
    scale = histogram if histogram.linear or outline is None else outline
    series = [histogram] if outline is None else [histogram, outline]
    placed = [[scale.place(edge) for edge in one.edges] for one in series]
    width = max((places[-1] - places[0]) / (len(places) - 1) for places in placed)
    bars = [unit.heights(one, places, width) for one, places in zip(series, placed, strict=True)]
    heights = [height for one in bars for height in one if height > 0]
    base = _count_axis(plot, heights, unit)
    for place, (one, places) in enumerate(zip(bars, placed, strict=True)):
        _series(plot, one, places, base, filled=place == 0)
    _value_axis(plot, scale, placed)
    return scale


def _series(
    plot: Axes, heights: Sequence[float], places: Sequence[float], base: float, *, filled: bool
) -> None:
    """The bars of one series; equal values are a line."""
    if places[-1] <= places[0]:
        colour, width = (BLUE, 3.5) if filled else (INK, OUTLINE)
        top = max(*heights, base)
        plot.vlines(places[0], base, top, color=colour, linewidth=width, clip_on=False)
        return
    drawn = [max(height, base) for height in heights]
    look: dict[str, Any] = {"fill": True, "alpha": 0.75} if filled else {"linewidth": OUTLINE}
    plot.stairs(drawn, places, baseline=base, color=BLUE if filled else INK, clip_on=False, **look)


def is_logarithmic(heights: Sequence[float]) -> bool:
    """Whether one bar is so high that the others would not be seen beside it."""
    return bool(heights) and max(heights) > LOG_FROM * float(np.median(heights))


def _count_axis(plot: Axes, heights: Sequence[float], unit: Unit) -> float:
    """Scale the vertical axis, and return where bars begin."""
    write = FuncFormatter(lambda value, _: unit.tick(value))
    highest = max(heights, default=1.0)
    if not is_logarithmic(heights):
        plot.set_ylim(0, highest)
        plot.yaxis.set_major_formatter(write)
        plot.yaxis.set_major_locator(MaxNLocator(3, integer=not unit.shares))
        return 0.0
    base = 0.7 * min(heights)
    plot.set_yscale("log")
    plot.set_ylim(base, highest)
    plot.yaxis.set_major_locator(LogLocator(numticks=4))
    plot.yaxis.set_minor_locator(NullLocator())
    plot.yaxis.set_major_formatter(write)
    return base


def _value_axis(plot: Axes, scale: Histogram, placed: Sequence[Sequence[float]]) -> None:
    low, high = min(one[0] for one in placed), max(one[-1] for one in placed)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    plot.set_xlim(low, high)
    if scale.linear:
        ticks = powers(scale, low, high)
        plot.set_xticks([scale.place(value) for value in ticks], [_power(one) for one in ticks])
        return
    even = even_ticks(low, high, _pixels(plot)[0])
    plot.set_xticks(even, [wording.tick(one) for one in even])


def powers(scale: Histogram, low: float, high: float, most: int = MOST_TICKS) -> list[float]:
    """0 and powers of ten on both sides of it, as far as they are seen; at most about `most`."""
    start = math.ceil(math.log10(scale.linear))
    largest = max(abs(math.sinh(low)), abs(math.sinh(high))) * scale.linear
    last = math.floor(math.log10(largest))
    sides = (1, -1) if low < 0 < high else (1,) if high > 0 else (-1,)
    step = max(1, math.ceil((last - start + 1) * len(sides) / (most - 1)))
    sizes = [10.0**power for power in range(last, start - 1, -step)]
    ticks = [0.0, *(side * size for side in sides for size in sizes)]
    return sorted(one for one in ticks if low <= scale.place(one) <= high)


def says_scale(scale: Histogram) -> str:
    """What the axis of values says of its scale, "" where it is even."""
    return f", {SYMLOG} {wording.number(scale.linear)}" if scale.linear else ""


def _power(value: float) -> str:
    """0 or a power of ten on an axis: "-10", "10⁻⁵"."""
    return f"{'-' if value < 0 else ''}{wording.power(abs(value))}" if value else "0"


def even_ticks(low: float, high: float, width: float) -> list[float]:
    """As many round numbers as can be written side by side in so many pixels."""
    ticks: list[float] = []
    for many in range(6, 0, -1):
        values = (float(one) for one in MaxNLocator(many).tick_values(low, high))
        ticks = [one for one in values if low <= one <= high]
        lengths = [(len(wording.tick(one)) + 2) * CHARACTER for one in ticks]
        gaps = [(after - one) / (high - low) * width for one, after in pairwise(ticks)]
        apart = all(sum(two) / 2 <= gap for two, gap in zip(pairwise(lengths), gaps, strict=True))
        if apart and sum(lengths) <= width:
            break
    return ticks


def _pixels(plot: Axes) -> tuple[float, float]:
    """Width and height of the axes in pixels."""
    figure = plot.get_figure(root=True)
    width, height = figure.get_size_inches() * 72 if figure is not None else (1.0, 1.0)
    box = plot.get_position()
    return float(width) * box.width, float(height) * box.height


def name_series(plot: Axes, *names: str) -> None:
    """Write what is filled and then what is outlined, above the axes at the right."""
    width, height = _pixels(plot)
    left = width
    for place, name in reversed(list(enumerate(names))):
        left -= CHARACTER * len(name)
        plot.text(left / width, 1 + 6 / height, name, transform=plot.transAxes, fontsize=SMALL)
        left -= MARK + 4
        mark = Rectangle(
            (left / width, 1 + 6 / height),
            MARK / width,
            (MARK - 2) / height,
            transform=plot.transAxes,
            clip_on=False,
            facecolor=BLUE if place == 0 else "none",
            edgecolor=BLUE if place == 0 else INK,
            linewidth=OUTLINE,
        )
        plot.add_patch(mark)
        left -= MARK + 4


def band(plot: Axes, low: float, high: float, reason: str, *, at_left: bool = False) -> None:
    """A pale green region with its reason above it, as far as the axes go.

    With `at_left` the reason begins where the axes do, and leaves room for names of series.
    """
    left, right = plot.get_xlim()
    start, end = max(low, left), min(high, right)
    if start >= end:
        return
    plot.axvspan(start, end, color=GREEN, alpha=0.12, linewidth=0, zorder=0)
    plot.annotate(
        reason,
        (0, 1) if at_left else (start, 1),
        xycoords=("axes fraction" if at_left else "data", "axes fraction"),
        xytext=(0, 5),
        textcoords="offset points",
        fontsize=SMALL,
    )


def small(plot: Axes, title: str) -> None:
    """A title in small letters, and small numbers beside the axis of counts."""
    plot.set_title(title, fontsize=SMALL, loc="left", pad=5)
    plot.tick_params(axis="y", labelsize=SMALL, length=2)


def draw_small(
    plot: Axes, title: str, histogram: Histogram, outline: Histogram | None = None
) -> None:
    """One of several small histograms; in words where all values are the same."""
    same = all(one is None or one.low == one.high for one in (histogram, outline))
    if same and (outline is None or outline.low == histogram.low):
        _says_all(plot, histogram)
    else:
        unit = COUNTS if outline is None or _many(outline) == _many(histogram) else SHARES
        draw(plot, histogram, outline, unit=unit)
    small(plot, title)


def draw_ridge(plot: Axes, name: str, histogram: Histogram, *, is_last: bool) -> None:
    """A histogram among others of the same bins; its height says only its shape."""
    draw(plot, histogram)
    plot.set_yscale("linear")
    plot.set_ylim(0, max(_shares(histogram), default=1.0) or 1.0)
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    plot.set_ylabel(name, fontsize=SMALL, rotation=0, ha="right", va="center")
    if not is_last:
        plot.set_xticks([])


def _shares(histogram: Histogram) -> list[float]:
    return [count / (_many(histogram) or 1) for count in histogram.counts]


def _many(histogram: Histogram) -> int:
    return sum(histogram.counts)


def _says_all(plot: Axes, histogram: Histogram) -> None:
    """What needs no picture."""
    plot.set_axis_off()
    many = wording.count(_many(histogram), "value")
    text = f"all {many} are {wording.number(histogram.low)}"
    plot.text(0, 0.5, text, transform=plot.transAxes, fontsize=SMALL, va="center")
