"""All causes treated at once, and then fewer of them, as long as nothing of the gain is lost.

Where several causes stand side by side each may hide the others: the right cure of one changes
nothing alone. So they are cured together first, which is the proof that comes soonest, and then
taken apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, Trial
from nbdoctor.trials.combination import AS_GOOD, Combination, gain, of_all
from nbdoctor.trials.proposals import Proposal, without_role

Try = Callable[[Cell], Trial]
"""Try a patched cell, or look up what came of it."""


def together(causes: Sequence[Diagnosis], cell: Cell, attempt: Try) -> Combination:
    """Return the cures of all causes, where there are several and together they help."""
    cures = of_all(_alarms(causes), cell)
    return _helping(cures, attempt) if len(cures) > 1 else []


def smallest(
    cures: Combination,
    best: Proposal | None,
    causes: Sequence[Diagnosis],
    cell: Cell,
    attempt: Try,
) -> Combination:
    """Return the fewest of these cures that gain as much as all of them.

    Parameters
    ----------
    cures : list of (str, Treatment)
        That help together; the last one has their trial.
    best : (str, Treatment) or None
        What helps most alone.
    causes : sequence of Diagnosis
    cell : Cell
        Without any of them.
    attempt : callable
    """
    enough = gain(cures[-1][1]) - AS_GOOD
    if best is not None and gain(best[1]) >= enough:
        return [best]
    for rule in [rule for rule, _ in reversed(cures)]:
        kept = {other for other, _ in cures} - {rule}
        fewer = of_all([one for one in _alarms(causes) if one.rule in kept], cell)
        if not fewer:
            continue
        tried = _helping(fewer, attempt)
        if tried and gain(tried[-1][1]) >= enough:
            cures = tried
    return cures


def _alarms(causes: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """The causes that claim harm; whether more epochs are needed shows when these are cured."""
    harmful = [one for one in causes if one.severity != "note" and one.standing != "withdrawn"]
    return without_role(harmful, "train longer")


def _helping(cures: Combination, attempt: Try) -> Combination:
    """The same with their trial, where they help."""
    rule, last = cures[-1]
    trial = attempt(Cell(last.patched or ""))
    return [*cures[:-1], (rule, replace(last, trial=trial))] if trial.outcome == "helps" else []
