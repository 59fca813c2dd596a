"""What came of trying a treatment: a sentence, and two curves."""

from __future__ import annotations

from nbdoctor.report import Report, Treatment, Trial
from nbdoctor.view import wording
from nbdoctor.view.blocks import Chart
from nbdoctor.view.curves import HARMS, HELPS, PLAIN, Curve, figure, picture


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


def leads(report: Report) -> str:
    """What helps most, or that nothing does; "" where nothing was tried."""
    if report.fix is not None:
        of = wording.listed(report.fix.rules)
        fix = report.fix.treatment
        if fix.effect == "none":
            return f"What reports it better: “{fix.title}” (under {of}). The model stays as it is."
        return f"What helps most: “{fix.title}” (under {of})."
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
    colour = HARMS if trial.outcome == "worse" else HELPS
    curves = [Curve("with the fix", trial.at, trial.treated, colour)]
    if trial.as_it_is:
        curves.append(Curve("as it is", trial.at, trial.as_it_is, PLAIN))
    return picture(curves, trial.steps, title, description)
