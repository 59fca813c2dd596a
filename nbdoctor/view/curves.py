"""A few curves of scores over steps, with their names beside their ends, as one small picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from nbdoctor.view.palette import BLUE, GREEN, RED, SMALL, WIDTH

HEIGHT = 110
"""Of a picture of two curves."""

LEFT, RIGHT, TOP, BOTTOM = 34, 180, 10, 22
"""Margins of the curves: their scores stand at the left, their names beside their ends."""

SWATCH = 14
"""Length of the line in a curve's colour before its name."""

LINE = 15
"""Two names closer than this would lie on each other."""

PLAIN, HELPS, HARMS, OTHER = "currentColor", GREEN, RED, BLUE


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


def picture(  # noqa: PLR0913  (one word more than the picture itself)
    curves: Sequence[Curve],
    steps: int,
    title: str,
    description: str,
    *,
    size: tuple[int, int] = (HEIGHT, RIGHT),
    unit: str = "steps",
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
    unit : str
        What the axis counts.
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
        f'role="img" font-family="system-ui,sans-serif" font-size="{SMALL:g}px" '
        'fill="currentColor">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{plot.axis(unit)}{body}</svg>"
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

    def axis(self, unit: str) -> str:
        base, end = self.height - BOTTOM, WIDTH - self.right
        scores = "".join(
            f'<text x="{LEFT - 6}" y="{self.height_of(score) + 4:.1f}" text-anchor="end">'
            f"{figure(score).removesuffix('.00')}</text>"
            for score in (self.low, self.high)
        )
        return (
            f'<path d="M{LEFT} {TOP}V{base}H{end}" fill="none" stroke="currentColor" '
            f'stroke-opacity="0.5"/>{scores}'
            f'<text x="{LEFT}" y="{self.height - 6}">0</text>'
            f'<text x="{end}" y="{self.height - 6}" text-anchor="end">{self.steps} {unit}</text>'
        )

    def line(self, one: Curve) -> str:
        across = WIDTH - self.right - LEFT
        points = " ".join(
            f"{LEFT + across * step / max(self.steps, 1):.1f},{self.height_of(value):.1f}"
            for step, value in zip(one.at, one.values, strict=False)
        )
        return f'<polyline points="{points}" fill="none" {_stroke(one.colour)}/>'

    def name(self, text: str, colour: str, height: float) -> str:
        start = WIDTH - self.right + 6
        mark = f'<path d="M{start} {height:.1f}h{SWATCH}" {_stroke(colour)}/>'
        return f'{mark}<text x="{start + SWATCH + 4}" y="{height + 4:.1f}">{escape(text)}</text>'

    def height_of(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        share = (self.high - inside) / max(self.high - self.low, 1e-9)
        return TOP + (self.height - TOP - BOTTOM) * share


def _stroke(colour: str) -> str:
    dashes = ' stroke-dasharray="4 3"' if colour == PLAIN else ""
    return f'stroke="{colour}" stroke-width="1.8"{dashes}'


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
