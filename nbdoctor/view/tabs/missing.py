"""What a tab says where a reading is missing: that it was not measured, and why."""

from __future__ import annotations

from nbdoctor.readings import catalogue as readings
from nbdoctor.readings.crash import Crash
from nbdoctor.report import Report
from nbdoctor.rules import catalogue
from nbdoctor.view import wording
from nbdoctor.view.blocks import Muted

CHARTS_FOLLOW = Muted(text="Charts follow when training ends or pauses.", kind="placeholder")
"""Stands in place of the charts; a view without charts leaves it out."""

WAITS_FOR_TRAINING = {"Pipeline", "History"}
"""Readings that only the real training can give."""

WAITS_FOR_ITS_END = {"Attained"}
"""Readings of the model as training has left it."""


def not_measured(report: Report, name: str, what: str) -> Muted:
    """The line that stands for the reading called `name`.

    Parameters
    ----------
    report : Report
    name : str
        Class name of the reading ("Gradients").
    what : str
        What it would have told, as the subject of a sentence ("The gradients").
    """
    return Muted(text=f"{what}: not measured. {_reason(report, name)}")


def _reason(report: Report, name: str) -> str:
    parts = {one.part for one in readings() if one.kind.__name__ == name}
    for fault in report.faults:
        if fault.part in parts:
            return f"This part could not be examined: {fault.message}"
    if follows := _follows(report, name):
        return follows
    reason = _reason_of_a_rule(report, name)
    if reason:
        return f"The reason: {reason}."
    crash: Crash | None = report.readings.get("Crash")
    if crash is not None:
        return f"The cell raised {wording.code(crash.type)} before that."
    return "This cell does not make it possible."


def _follows(report: Report, name: str) -> str:
    """When it will be there, "" where it will not."""
    if not report.is_over and name in WAITS_FOR_TRAINING:
        return "It follows while the model trains."
    if not report.is_over and name in WAITS_FOR_ITS_END:
        return "It follows when the cell has ended."
    return "It follows in a moment." if report.stage == "looking" else ""


def _reason_of_a_rule(report: Report, name: str) -> str:
    """Why a rule did not run whose first missing reading is this one: that is what it names."""
    rules = {rule.name: rule for rule in catalogue()}
    for skipped in report.not_run:
        rule = rules.get(skipped.rule)
        if rule is None or skipped.kind == "does not apply":
            continue
        lacking = [need.__name__ for need in rule.needs if need.__name__ not in report.readings]
        if lacking[:1] == [name]:
            return skipped.reason.rstrip(".")
    return ""


def pending(report: Report, *, drawn: bool) -> tuple[Muted, ...]:
    """Says when charts come, while there are none."""
    if drawn or report.is_over:
        return ()
    return (CHARTS_FOLLOW,)
