"""How fits of a cell are named and counted where one report tells of several."""

from __future__ import annotations

from collections.abc import Iterable

from nbdoctor.report import Diagnosis, FitSummary, Report
from nbdoctor.report.merging import what_of
from nbdoctor.view import wording

ALL = "All fits"
"""What the selector shows first."""


def word(report: Report) -> str:
    """What the trainings of this report are called: "fit", "fold" or "training"."""
    return what_of(report.fits)


def told(numbers: Iterable[int], what: str) -> str:
    """Numbers of fits in words: "fit 2", "fits 1 and 3", "folds 1 to 3"."""
    found = sorted(set(numbers))
    if len(found) == 1:
        return f"{what} {found[0]}"
    if len(found) > 2 and found[-1] - found[0] == len(found) - 1:  # noqa: PLR2004  (a run of them)
        return f"{what}s {found[0]} to {found[-1]}"
    return f"{what}s {', '.join(map(str, found[:-1]))} and {found[-1]}"


def name_of(fit: FitSummary, total: int) -> str:
    """A fit by its number and its place: "Fit 1 of 5, line 12, model `net`"."""
    line = f", line {fit.line}" if fit.line is not None else ""
    model = f", model {wording.code(fit.model)}" if fit.model else ""
    return f"{fit.what.capitalize()} {fit.number} of {total}{line}{model}"


def examined(report: Report) -> str:
    """How many fits there are, or how many of them were examined: "3 fits", "3 of 5 fits"."""
    total, looked_at = len(report.fits), sum(one.examined for one in report.fits)
    fits = wording.count(total, word(report))
    return fits if looked_at == total else f"{looked_at} of {fits}"


def counted(causes: Iterable[Diagnosis]) -> str:
    """How many findings there are of each severity, "" without any."""
    severities: list[str] = [one.severity for one in causes]
    critical, warnings, notes = map(severities.count, ("critical", "warning", "note"))
    found = [
        f"{critical} critical" if critical else "",
        wording.count(warnings, "warning") if warnings else "",
        wording.count(notes, "note") if notes else "",
    ]
    return ", ".join(filter(None, found))
