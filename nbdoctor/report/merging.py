"""The reports of one cell as one: what was found in several fits is told once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from nbdoctor.report import Diagnosis, FitSummary, FitWord, Report, Stage, Timing, VerdictWord
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Kind, Severity, Value

WORST: tuple[VerdictWord, ...] = ("critical", "warning", "note", "unknown", "healthy")
"""Verdicts, the worst first."""

Place = tuple[int, int]
"""Which finding of which report, both from 0."""

Groups = list[list[Place]]


def merged(reports: Sequence[Report], fits: Sequence[FitSummary]) -> Report:
    """One report of all fits of a cell.

    Parameters
    ----------
    reports : sequence of Report
        Of the fits that were examined, in their order; at least two.
    fits : sequence of FitSummary
        All fits.

    Returns
    -------
    Report
        Its findings are those of all fits, equal ones as one. What was measured stays with the
        single reports, and so do their checks.
    """
    what = what_of(fits)
    findings = tuple(_as_one(group, reports, what) for group in _groups(reports))
    worst = min(reports, key=lambda report: WORST.index(report.verdict))
    fixes = [one.fix for one in reports if one.fix is not None]
    return Report(
        headline=findings[0].title if findings else worst.headline,
        verdict=worst.verdict,
        findings=findings,
        fix=fixes[0] if fixes else None,
        held=tuple(one for one in reports[0].held if all(one in of.held for of in reports)),
        faults=tuple(dict.fromkeys(fault for one in reports for fault in one.faults)),
        stage=_stage(reports),
        call=", ".join(dict.fromkeys(one.call for one in reports)),
        device=reports[0].device,
        timing=_timing(reports),
        checksum=min(reports, key=_is_proved).checksum,
        fits=tuple(fits),
        cell_id=reports[0].cell_id,
        source=reports[0].source,
    )


def what_of(fits: Sequence[FitSummary]) -> FitWord:
    """What the trainings of a cell are called, where one word is for all."""
    words = {one.what for one in fits}
    return words.pop() if len(words) == 1 else "training"


def places(reports: Sequence[Report]) -> list[dict[int, int]]:
    """For each report: which finding of `merged` tells of each of its findings, both from 0."""
    found: list[dict[int, int]] = [{} for _ in reports]
    for number, group in enumerate(_groups(reports)):
        for report, place in group:
            found[report][place] = number
    return found


def ranges(measured: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """From the lowest to the highest of each number; text as it is of the first."""
    return {name: _range([one[name] for one in measured if name in one]) for name in measured[0]}


def _range(values: Sequence[Value]) -> Value:
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < len(values) or min(numbers) == max(numbers):
        return values[0]
    return f"{figure(min(numbers))} to {figure(max(numbers))}"


def _groups(reports: Sequence[Report]) -> Groups:
    """Equal findings together, causes before consequences and the worst first."""
    groups: dict[Hashable, list[Place]] = {}
    for at, report in enumerate(reports):
        for place, key in _keys(report):
            groups.setdefault(key, []).append((at, place))

    def rank(group: list[Place]) -> tuple[bool, int, int]:
        found = [reports[at].findings[place] for at, place in group]
        return (bool(found[0].because_of), min(map(_severity, found)), min(map(_kind, found)))

    return sorted(groups.values(), key=rank)


def _keys(report: Report) -> Iterator[tuple[int, Hashable]]:
    """What makes each finding the same as one of another fit."""
    keys: dict[int, Hashable] = {}
    heads: dict[str, Hashable] = {}
    times: dict[Hashable, int] = {}
    for place, one in enumerate(report.findings):  # causes come first
        plain = (one.rule, one.standing == "withdrawn", heads.get(one.because_of), _about(one))
        times[plain] = times.get(plain, 0) + 1
        keys[place] = (*plain, times[plain])
        heads.setdefault(one.rule, keys[place])
    yield from keys.items()


def _about(one: Diagnosis) -> Hashable:
    """What would resolve it, else its place; layers have other names in each fit."""
    if one.because_of:
        return ""
    changes = tuple((cure.title, cure.patched) for cure in one.treatments)
    if any(patched is not None for _, patched in changes):
        return changes
    return (one.where.line, one.where.variable, one.where.column)


def _severity(one: Diagnosis) -> int:
    return get_args(Severity).index(one.severity)


def _kind(one: Diagnosis) -> int:
    return get_args(Kind).index(one.kind)


def _as_one(group: Sequence[Place], reports: Sequence[Report], what: FitWord) -> Diagnosis:
    """The worst of equal findings, or the one whose fix was seen to help, for all of them."""
    found = [(reports[at], reports[at].findings[place]) for at, place in group]
    of, first = min(found, key=lambda one: (_severity(one[1]), not _has_helped(one[1])))
    others = [one for _, one in found]
    differs = any(_own(one) != _own(first) for one in others)
    lines = dict.fromkeys(one.where.line for one in others if one.where.line is not None)
    more = tuple(line for line in lines if line != first.where.line)
    numbers = f" These are the numbers of {what} {of.number}." if differs else ""
    return replace(
        first,
        says=f"{first.says}{numbers}",
        where=replace(first.where, more_lines=more),
        measured=ranges([first.measured, *(one.measured for one in others)]),
        fits=tuple(dict.fromkeys(report.number for report, _ in found)),
    )


def _own(one: Diagnosis) -> Hashable:
    """What a reader is told of one fit alone."""
    trials = tuple(cure.trial for cure in one.treatments)
    return one.title, one.says, tuple(trial and (trial.outcome, trial.after) for trial in trials)


def _has_helped(one: Diagnosis) -> bool:
    trials = (treatment.trial for treatment in one.treatments)
    return any(trial is not None and trial.outcome == "helps" for trial in trials)


def _stage(reports: Sequence[Report]) -> Stage:
    """How far the newest fit is that is not done."""
    return next((one.stage for one in reversed(reports) if one.stage != "done"), "done")


def _is_proved(report: Report) -> int:
    """What is known of the training: that it was touched first, that it was not last."""
    return (False, None, True).index(report.checksum.untouched)


def _timing(reports: Sequence[Report]) -> Timing:
    looks = [one.timing.look for one in reports if one.timing.look is not None]
    totals = [one.timing.total for one in reports if one.timing.total is not None]
    return Timing(
        first_finding=reports[0].timing.first_finding,
        look=sum(looks) if looks else None,
        total=sum(totals) if len(totals) == len(reports) else None,
    )
