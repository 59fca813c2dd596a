"""What is done on copies after the cell: how far it is, how it is stopped, and what came of it."""

from __future__ import annotations

from nbdoctor.report import Report, Treatment
from nbdoctor.view import replacing, trying, wording

LOOKING = "Looking longer at what there was no time for"
TRYING = "Trying the fixes on copies of the model"
REPLACING = (
    "Looking for the cause: parts of the program are replaced on copies, one after the other"
)

STOP = "To stop, interrupt the kernel: what is known by then stays."

NOTHING_CAME = "Done. The cards say what came of it."


def under_way(report: Report) -> str:
    """What is being done now, "" where nothing is; backticks mark code."""
    if report.stage == "looking longer":
        left = sum(one.kind == "no time" for one in report.not_run)
        return f"{LOOKING}: {wording.count(left, 'check')}{_left(report)}. {STOP}"
    if report.stage == "trying":
        tried = sum(one.trial is not None for one in _patches(report))
        so_far = f"{tried} of {len(_patches(report))} tried so far{_left(report)}"
        return f"{TRYING}: {so_far}. {STOP}"
    if report.stage == "experimenting":
        return f"{REPLACING}{replacing.so_far(report)}{_left(report)}. {STOP}"
    return ""


def _left(report: Report) -> str:
    """How long it may go on."""
    left = report.timing.left
    return "" if left is None else f", {wording.seconds(max(1.0, round(left)))} left at most"


def outcome(report: Report) -> str:
    """What came of what the reader has asked for."""
    return f"Done. {lead}" if (lead := trying.leads(report)) else NOTHING_CAME


def name_of_trials(report: Report) -> str:
    """What stands on the button that begins them, or goes on with them."""
    single = [one for one in _patches(report) if not one.pair]
    if any(one.trial is not None and one.trial.outcome for one in single):
        return "Continue trying fixes"
    if len(single) < 2:  # noqa: PLR2004  (the one, or none but pairs)
        return "Try this fix"
    return f"Try these {wording.count(len(single), 'fix', 'fixes')}"


def _patches(report: Report) -> list[Treatment]:
    return [one for one in trying.treatments(report) if one.patched is not None]
