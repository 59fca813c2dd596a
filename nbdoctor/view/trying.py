"""What came of trying a treatment: a sentence, and two curves."""

from __future__ import annotations

from html import escape

from nbdoctor.report import Report, Treatment, Trial
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart

WIDTH, HEIGHT = 420, 96
LEFT, RIGHT, TOP, BOTTOM = 8, 140, 10, 20
"""Margins of the curves: their names stand beside their ends."""

LINE = 13
"""Two names closer than this would lie on each other."""

PLAIN, HELPS, HARMS = "currentColor", "#23946a", "#d9484f"


def says(trial: Trial) -> str:
    """The outcome in a sentence or two; "" where there is nothing to say."""
    if trial.outcome is None:
        return f"Not tried: {trial.reason}." if trial.reason else ""
    if trial.steps == 0:
        return _recomputed(trial)
    opening = {
        "helps": "Tried on a copy:",
        "no effect": "Tried on a copy, and it did not help:",
        "worse": "Tried on a copy, and it made things worse:",
    }[trial.outcome]
    if not trial.score:
        return f"{opening} {trial.reason} after {trial.steps} steps."
    if trial.before is None:
        return (
            f"{opening} as it is, the cell raises; now it trains, with {_named(trial)} "
            f"{figure(trial.after)} after {trial.steps} steps{_rests_on(trial)}.{_asked(trial)}"
        )
    why = f"; {trial.reason}" if trial.reason else ""
    return (
        f"{opening} {_named(trial)} {figure(trial.before)} → {figure(trial.after)} in "
        f"{trial.steps} steps{_rests_on(trial)}{why}.{_asked(trial)}"
    )


def _named(trial: Trial) -> str:
    return "R²" if trial.score == "R²" else trial.score


def _recomputed(trial: Trial) -> str:
    opening = "Computed again from the same predictions:"
    if trial.after is None:
        return f"{opening} {trial.reason}."
    old, _, new = trial.score.partition(", then ")
    why = f"; {trial.reason}" if trial.reason else ""
    before = wording.number(trial.before)
    if not new:
        return f"{opening} {wording.code(old)} {before} → {wording.number(trial.after)}{why}."
    after = wording.number(trial.after)
    return f"{opening} {wording.code(old)} {before}, {wording.code(new)} {after}{why}."


def _rests_on(trial: Trial) -> str:
    rows = wording.count(trial.rows, "row")
    where = f"{rows} held back" if trial.held_out else f"the {rows} trained on"
    return f" ({trial.agreeing or trial.seeds} of {trial.seeds} seeds, {where})"


def _asked(trial: Trial) -> str:
    """Which findings are gone after it."""
    asked = len(trial.cleared) + len(trial.remaining)
    if not asked:
        return ""
    said = f" It clears {len(trial.cleared)} of {wording.count(asked, 'finding')}"
    left = f"; {wording.listed(trial.remaining)} remains" if len(trial.remaining) == 1 else ""
    if len(trial.remaining) > 1:
        left = f"; {wording.listed(trial.remaining)} remain"
    return f"{said}{left}."


def figure(score: float | None) -> str:
    """A score with two digits behind the point."""
    return "unknown" if score is None else f"{score:.2f}"


def leads(report: Report) -> str:
    """What helps most, or that nothing does; "" where nothing was tried."""
    if report.fix is not None:
        of = wording.listed(report.fix.rules)
        return f"What helps most: “{report.fix.treatment.title}”, below {of}."
    tried = [one for one in treatments(report) if one.trial is not None and one.trial.outcome]
    titles = list(dict.fromkeys(one.title for one in tried))
    if not titles:
        return ""
    if len(titles) == 1:
        return f"One fix was tried on a copy, and it did not help: {_quoted(titles)}."
    return f"{len(titles)} fixes were tried on copies, and none of them helped: {_quoted(titles)}."


def treatments(report: Report) -> list[Treatment]:
    """All treatments of all findings."""
    return [treatment for finding in report.findings for treatment in finding.treatments]


def _quoted(titles: list[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)


def chart(trial: Trial, name: str) -> Chart | None:
    """The score of both copies along the training, None where they were not trained."""
    if trial.outcome is None or len(trial.treated) < 2:  # noqa: PLR2004
        return None
    title = f"{_named(trial)[:1].upper()}{_named(trial)[1:]} along {trial.steps} steps"
    described = _described(trial)
    return Chart(name=name, title=title, description=described, svg=_svg(trial, title, described))


def _described(trial: Trial) -> str:
    treated = ", ".join(map(figure, trial.treated))
    at = ", ".join(str(step) for step in trial.at)
    plain = ", ".join(map(figure, trial.as_it_is))
    as_it_is = f"As it is: {plain}. " if plain else "As it is, it raises. "
    return f"After steps {at}. {as_it_is}With the fix: {treated}."


def _svg(trial: Trial, title: str, description: str) -> str:
    lines = [("with the fix", trial.treated, HARMS if trial.outcome == "worse" else HELPS)]
    if trial.as_it_is:
        lines.append(("as it is", trial.as_it_is, PLAIN))
    values = [max(value, -1.0) for _, line, _ in lines for value in line]
    low, high = min(*values, 0.0), max(*values, 1.0)
    ends = _apart([_height(line[-1], low, high) for _, line, _ in lines])
    body = "".join(
        _line(trial.at, line, colour, low, high) + _name(f"{name} {figure(line[-1])}", colour, end)
        for (name, line, colour), end in zip(lines, ends, strict=True)
    )
    base = HEIGHT - BOTTOM
    axis = (
        f'<path d="M{LEFT} {base}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity="0.35"/>'
        f'<text x="{LEFT}" y="{HEIGHT - 6}" opacity="0.75">0</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end" opacity="0.75">'
        f"{trial.steps} steps</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        'role="img" font-family="system-ui,sans-serif" font-size="10px" fill="currentColor">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{axis}{body}</svg>"
    )


def _line(
    at: tuple[int, ...], values: tuple[float, ...], colour: str, low: float, high: float
) -> str:
    across = WIDTH - RIGHT - LEFT
    points = " ".join(
        f"{LEFT + across * step / max(at[-1], 1):.1f},{_height(value, low, high):.1f}"
        for step, value in zip(at, values, strict=False)  # what stops earlier has fewer
    )
    dashes = ' stroke-dasharray="4 3"' if colour == PLAIN else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"{dashes}/>'


def _name(text: str, colour: str, height: float) -> str:
    place = f'x="{WIDTH - RIGHT + 6}" y="{height + 3.5:.1f}"'
    return f'<text {place} fill="{colour}">{escape(text)}</text>'


def _height(value: float, low: float, high: float) -> float:
    inside = min(max(value, low), high)
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - inside) / max(high - low, 1e-9)


def _apart(heights: list[float]) -> list[float]:
    """The same heights, two that are too close moved away from each other."""
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= LINE:  # noqa: PLR2004
        return heights
    middle, half = sum(heights) / 2, LINE / 2
    upper = 0 if heights[0] <= heights[1] else 1
    return [middle - half if index == upper else middle + half for index in (0, 1)]
