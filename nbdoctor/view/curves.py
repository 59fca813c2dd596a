"""A few curves of scores over steps, with their names beside their ends, as one small picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 420
HEIGHT = 96
"""Of a picture of two curves."""

LEFT, RIGHT, TOP, BOTTOM = 8, 140, 10, 20
"""Margins of the curves: their names stand beside their ends."""

LINE = 13
"""Two names closer than this would lie on each other."""

PLAIN, HELPS, HARMS, OTHER = "currentColor", "#23946a", "#d9484f", "#3b78c2"


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve.

    Attributes
    ----------
    name : str
    at : tuple of int
        Steps, in order.
    values : tuple of float
        Scores after them; what stops earlier has fewer.
    colour : str
        `PLAIN` is the ink of the page, and dashed.
    """

    name: str
    at: tuple[int, ...]
    values: tuple[float, ...]
    colour: str


def picture(
    curves: Sequence[Curve],
    steps: int,
    title: str,
    description: str,
    *,
    size: tuple[int, int] = (HEIGHT, RIGHT),
) -> str:
    """Draw curves as an SVG.

    Parameters
    ----------
    curves : sequence of Curve
        At least one, the most important first.
    steps : int
        The last one of the axis.
    title, description : str
        For those who do not see it.
    size : (int, int)
        Height of the picture, and width of its margin for the names.
    """
    height, right = size
    plot = _Plot.of(curves, steps, height, right)
    ends = apart([plot.height_of(one.values[-1]) for one in curves])
    body = "".join(
        plot.line(one) + plot.name(f"{one.name} {figure(one.values[-1])}", one.colour, end)
        for one, end in zip(curves, ends, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        'role="img" font-family="system-ui,sans-serif" font-size="10px" fill="currentColor">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{plot.axis()}{body}</svg>"
    )


def figure(score: float | None) -> str:
    """A score with two digits behind the point."""
    return "unknown" if score is None else f"{score:.2f}"


@dataclass(frozen=True, slots=True)
class _Plot:
    """The place of the curves, and the scores at its lower and upper edge."""

    low: float
    high: float
    steps: int
    height: int
    right: int

    @classmethod
    def of(cls, curves: Sequence[Curve], steps: int, height: int, right: int) -> _Plot:
        values = [max(value, -1.0) for one in curves for value in one.values]
        return cls(min(*values, 0.0), max(*values, 1.0), steps, height, right)

    def axis(self) -> str:
        base, end = self.height - BOTTOM, WIDTH - self.right
        return (
            f'<path d="M{LEFT} {base}H{end}" stroke="currentColor" stroke-opacity="0.35"/>'
            f'<text x="{LEFT}" y="{self.height - 6}" opacity="0.75">0</text>'
            f'<text x="{end}" y="{self.height - 6}" text-anchor="end" opacity="0.75">'
            f"{self.steps} steps</text>"
        )

    def line(self, one: Curve) -> str:
        across = WIDTH - self.right - LEFT
        points = " ".join(
            f"{LEFT + across * step / max(self.steps, 1):.1f},{self.height_of(value):.1f}"
            for step, value in zip(one.at, one.values, strict=False)
        )
        dashes = ' stroke-dasharray="4 3"' if one.colour == PLAIN else ""
        stroke = f'stroke="{one.colour}" stroke-width="1.8"'
        return f'<polyline points="{points}" fill="none" {stroke}{dashes}/>'

    def name(self, text: str, colour: str, height: float) -> str:
        place = f'x="{WIDTH - self.right + 6}" y="{height + 3.5:.1f}"'
        return f'<text {place} fill="{colour}">{escape(text)}</text>'

    def height_of(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        share = (self.high - inside) / max(self.high - self.low, 1e-9)
        return TOP + (self.height - TOP - BOTTOM) * share


def apart(heights: Sequence[float]) -> list[float]:
    """Move heights that are too close away from each other, as little as possible.

    Groups that touch are spread around their mean: isotonic regression of the heights less their
    place in the order.
    """
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    groups: list[tuple[float, int]] = []
    for place, index in enumerate(order):
        mean, size = heights[index] - place * LINE, 1
        while groups and groups[-1][0] > mean:
            before, many = groups.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        groups.append((mean, size))
    moved = [mean for mean, size in groups for _ in range(size)]
    found = [0.0] * len(heights)
    for place, index in enumerate(order):
        found[index] = moved[place] + place * LINE
    return found
