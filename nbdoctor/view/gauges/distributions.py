"""Histograms: one series filled, one as an outline over it."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nbdoctor.readings.histogram import Histogram
from nbdoctor.view import wording
from nbdoctor.view.gauges.picture import BLUE, GREEN, INK, SMALL


def draw(plot: Axes, histogram: Histogram, outline: Histogram | None = None) -> None:
    """`histogram` as shares of its values, and `outline` over the same axis."""
    heights = _shares(histogram)
    plot.stairs(heights, _edges(histogram), fill=True, color=BLUE, alpha=0.75, clip_on=False)
    highest = max(heights, default=1.0)
    if outline is not None:
        shares = _shares(outline)
        highest = max(highest, *shares)
        plot.stairs(shares, _edges(outline), color=INK, linewidth=1.3, clip_on=False)
    plot.set_ylim(0, highest or 1.0)
    plot.set_xlim(*_limits(histogram, outline))
    plot.xaxis.set_major_locator(MaxNLocator(6))
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.tick(value)))


def shares_axis(plot: Axes) -> None:
    """Write the vertical axis in percent."""
    plot.yaxis.set_major_locator(MaxNLocator(4))
    plot.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.share(value)))


def name_series(plot: Axes, first: str, second: str) -> None:
    """Write what is filled and what is outlined, above the axes at the right."""
    for text, colour, offset in ((second, INK, 0), (first, BLUE, -7 * len(second) - 12)):
        plot.annotate(
            text,
            (1, 1),
            xycoords="axes fraction",
            xytext=(offset, 6),
            textcoords="offset points",
            ha="right",
            fontsize=SMALL,
            color=colour,
        )


def band(plot: Axes, low: float, high: float, reason: str) -> None:
    """A pale green region with its reason above it, as far as the axes go."""
    left, right = plot.get_xlim()
    start, end = max(low, left), min(high, right)
    if start >= end:
        return
    plot.axvspan(start, end, color=GREEN, alpha=0.12, linewidth=0, zorder=0)
    plot.annotate(
        reason,
        (start, 1),
        xycoords=("data", "axes fraction"),
        xytext=(0, 5),
        textcoords="offset points",
        fontsize=SMALL,
        color=GREEN,
    )


def bare(plot: Axes, title: str) -> None:
    """Leave only a title, and both ends on the horizontal axis."""
    plot.set_title(title, fontsize=SMALL, loc="left", pad=4)
    plot.set_yticks([])
    plot.spines["left"].set_visible(False)
    low, high = plot.get_xlim()
    plot.set_xticks([low, high], [wording.number(low), wording.number(high)])
    first, last = plot.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


def _shares(histogram: Histogram) -> list[float]:
    total = sum(histogram.counts) or 1
    return [count / total for count in histogram.counts]


def _edges(histogram: Histogram) -> list[float]:
    low, high = _ends(histogram)
    bins = len(histogram.counts)
    return [low + (high - low) * edge / bins for edge in range(bins + 1)]


def _ends(histogram: Histogram) -> tuple[float, float]:
    """The outer edges; a histogram of one value gets some width."""
    if histogram.high > histogram.low:
        return histogram.low, histogram.high
    return histogram.low - 0.5, histogram.low + 0.5


def _limits(histogram: Histogram, outline: Histogram | None) -> tuple[float, float]:
    ends = [_ends(one) for one in (histogram, outline) if one is not None]
    return min(low for low, _ in ends), max(high for _, high in ends)
