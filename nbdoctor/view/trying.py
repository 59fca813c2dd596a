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
        return _untried(trial)
    if trial.steps == 0:
        return _recomputed(trial)
    opening = f"Tried on {_copy(trial)}{_OUTCOMES[trial.outcome]}:"
    if not trial.score:
        return f"{opening} {trial.reason} after {trial.steps} steps."
    if trial.before is None:
        return (
            f"{opening} without the fix the cell stops with an error; with it the model trains, "
            f"and its {trial.score} is {figure(trial.after)} after {trial.steps} "
            f"steps{_rests_on(trial)}.{_asked(trial)}"
        )
    why = f"; {trial.reason}" if trial.reason else ""
    return (
        f"{opening} {trial.score} {figure(trial.before)} → {figure(trial.after)}{_effect(trial)} "
        f"after {trial.steps} steps{_rests_on(trial)}{why}.{_asked(trial)}"
    )


def _effect(trial: Trial) -> str:
    """The gain with its interval: " (+0.23, between +0.14 and +0.32)"."""
    if trial.before is None or trial.after is None or trial.low is None or trial.high is None:
        return ""
    gain, low, high = map(_signed, (trial.after - trial.before, trial.low, trial.high))
    return f" ({gain}, between {low} and {high})"


def _signed(gain: float) -> str:
    """A gain with its sign and two digits behind the point; what rounds to nothing has none."""
    said = f"{gain:+.2f}"
    return said if said.strip("+-0.") else "0.00"


_OUTCOMES = {
    "helps": "",
    "no effect": ", and it did not help",
    "worse": ", and it made things worse",
    "undecided": ", with an undecided result",
}


def _copy(trial: Trial) -> str:
    """What was treated in place of the user's model, and how it came about."""
    if trial.by_objects:
        fresh = " with new initial weights" if trial.anew else ""
        return f"a copy of the model{fresh} (your lines were not run again)"
    return "a copy with new initial weights" if trial.anew else "a copy"


def _untried(trial: Trial) -> str:
    if not trial.reason:
        return ""
    if trial.runs_lines:
        return f"{trial.reason[:1].upper()}{trial.reason[1:]}, so the fix was not tried."
    return f"Not tried: {trial.reason}."


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
    where = (
        f"on {wording.count(trial.rows, 'held-out row')}"
        if trial.held_out
        else f"on the {wording.count(trial.rows, 'row')} that were trained on"
    )
    if trial.outcome == "undecided":
        return f" over {wording.count(trial.seeds, 'seed')} ({where})"
    return f" ({trial.agreeing or trial.seeds} of {trial.seeds} seeds agree, {where})"


def _asked(trial: Trial) -> str:
    """Which findings are gone after it."""
    gone, left = len(trial.cleared), len(trial.remaining)
    if not gone and not left:
        return ""
    if not left:
        return f" It resolves {_ALL.get(gone, f'all {gone} findings')}."
    remain = f"{wording.listed(trial.remaining)} remain{'s' if left == 1 else ''}"
    resolved = f"{gone} of {gone + left} findings" if gone else "no finding"
    return f" It resolves {resolved}; {remain}."


_ALL = {1: "the finding", 2: "both findings"}


def figure(score: float | None) -> str:
    """A score with two digits behind the point."""
    return "unknown" if score is None else f"{score:.2f}"


def leads(report: Report) -> str:
    """What helps most, or that nothing does; "" where nothing was tried."""
    if report.fix is not None:
        of = wording.listed(report.fix.rules)
        return f"What helps most: “{report.fix.treatment.title}” (under {of})."
    tried = [
        (one.title, one.trial.outcome)
        for one in treatments(report)
        if one.trial is not None and one.trial.outcome
    ]
    undecided = list(dict.fromkeys(title for title, word in tried if word == "undecided"))
    in_vain = list(dict.fromkeys(t for t, _ in tried if t not in undecided))
    return " ".join(filter(None, (_in_vain(in_vain), _undecided(undecided))))


def _in_vain(titles: list[str]) -> str:
    if not titles:
        return ""
    if len(titles) == 1:
        return f"One fix was tried on a copy, and it did not help: {_quoted(titles)}."
    return f"{len(titles)} fixes were tried on copies, and none of them helped: {_quoted(titles)}."


def _undecided(titles: list[str]) -> str:
    if not titles:
        return ""
    return (
        f"{wording.count(len(titles), 'fix', 'fixes')} may help, but trials on copies could not "
        f"decide it: {_quoted(titles)}."
    )


def treatments(report: Report) -> list[Treatment]:
    """All treatments of all findings."""
    return [treatment for finding in report.findings for treatment in finding.treatments]


def _quoted(titles: list[str]) -> str:
    return ", ".join(f"“{title}”" for title in titles)


def chart(trial: Trial, name: str) -> Chart | None:
    """The score of both copies along the training, None where they were not trained."""
    if trial.outcome is None or len(trial.treated) < 2:  # noqa: PLR2004
        return None
    title = f"{trial.score[:1].upper()}{trial.score[1:]} over {trial.steps} steps"
    described = _described(trial)
    return Chart(name=name, title=title, description=described, svg=_svg(trial, title, described))


def _described(trial: Trial) -> str:
    treated = ", ".join(map(figure, trial.treated))
    at = ", ".join(str(step) for step in trial.at)
    plain = ", ".join(map(figure, trial.as_it_is))
    as_it_is = f"As it is: {plain}. " if plain else "As it is, the cell stops with an error. "
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
