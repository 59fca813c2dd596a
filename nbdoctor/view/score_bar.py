"""The score of the trained model beside what simple models reach, as a small picture."""

from __future__ import annotations

from html import escape

from nbdoctor.readings.attained import Attained
from nbdoctor.report import Report
from nbdoctor.rules.figures import score_figure
from nbdoctor.view.blocks import Chart
from nbdoctor.view.palette import BLUE, GREEN, SMALL, WIDTH

LEFT, LENGTH = 90, 380
"""Where the bars begin, and how long that of a perfect score is."""

ROW, THICK = 17, 9
"""Height of a row, and of its bar."""


def score_bar(report: Report) -> Chart | None:
    """Two bars from 0 (the best constant) to 1 (perfect); None where there is nothing to compare.

    Not while the cell runs, nor where too few rows tell too little.
    """
    attained: Attained | None = report.readings.get("Attained")
    if attained is None or attained.ceiling is None or not attained.tells or not report.is_over:
        return None
    rows = (("your model", attained.score, BLUE), ("simple models", attained.ceiling, GREEN))
    title = "Score of your model beside simple models"
    said = ", ".join(f"{name} {score_figure(score)}" for name, score, _ in rows)
    description = f"{said}; 0 is the best constant prediction, 1 is perfect."
    body = "".join(_row(place, *row) for place, row in enumerate(rows))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {ROW * len(rows) + 2}" '
        f'width="{WIDTH}" role="img" font-family="system-ui,sans-serif" font-size="{SMALL:g}px" '
        f'fill="currentColor"><title>{escape(title)}</title><desc>{escape(description)}</desc>'
        f"{body}</svg>"
    )
    return Chart(name="score", title=title, description=description, svg=svg)


def _row(place: int, name: str, score: float, colour: str) -> str:
    top = 4 + place * ROW
    length = LENGTH * min(max(score, 0.0), 1.0)
    base = top + THICK
    return (
        f'<text x="{LEFT - 8}" y="{base}" text-anchor="end">{name}</text>'
        f'<path d="M{LEFT} {top}h{LENGTH}v{THICK}h-{LENGTH}z" opacity="0.12"/>'
        f'<path d="M{LEFT} {top}h{length:.1f}v{THICK}h-{length:.1f}z" fill="{colour}"/>'
        f'<text x="{LEFT + LENGTH + 8}" y="{base}">{score_figure(score)}</text>'
    )
