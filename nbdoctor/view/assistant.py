"""A report for an assistant: what was measured, so small that it fits beside a question.

Opinions are left out: no advice, and no sentence that says more than its figures. Fixes are told
with what came of trying them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbdoctor.report import Diagnosis, Report, Treatment
from nbdoctor.rules.figures import score_figure
from nbdoctor.view import trying, wording

LARGEST = 4_000
"""Bytes of all: about a thousand tokens."""

LONGEST = 160
"""Characters of one text: a line of a cell, or a value."""

LARGEST_DIFF = 700
MOST_MEASURED = 6
MOST_NAMED = 8
KEPT = 80
"""Bytes for the sentence that says what was left out."""


def for_assistant(report: Report) -> str:
    """`report` as Markdown of less than 4 kB: worst findings first, what has no room is counted."""
    parts = [_head(report)]
    used = _size(parts[0])
    left = 0
    for part in _parts(report):
        more = _size(part) + 2
        if used + more > LARGEST - KEPT:
            left += 1
            continue
        parts.append(part)
        used += more
    if left:
        parts.append(f"Left out for lack of room: {wording.count(left, 'part')}.")
    return "\n\n".join(parts) + "\n"


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _cut(text: str, most: int = LONGEST) -> str:
    """One line of a text."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _head(report: Report) -> str:
    about = [
        f"model `{_cut(report.model)}`" if report.model else "",
        _cut(report.call),
        _cut(report.device),
        f"{report.rows:,} rows looked at" if report.rows else "",
    ]
    said = ", ".join(filter(None, about))
    state = "" if report.is_over else " Training has not ended: some figures are to come."
    first = f"# nbdoctor: {report.verdict}: {_cut(report.headline, 300)}"
    return f"{first}\n\nMeasured{f' ({said})' if said else ''}.{state}"


def _parts(report: Report) -> Iterator[str]:
    """All others, in the order of their worth."""
    attained = _attained(report.readings)
    if attained:
        yield attained
    for finding in report.findings:
        yield _finding(finding, report)
    if report.fix is not None:
        yield _fix(report.fix.treatment, "Fix that helps most")
    searched = _searched(report.readings)
    if searched:
        yield searched
    yield from _readings(report.readings)
    yield _checks(report)


def _finding(finding: Diagnosis, report: Report) -> str:
    standing = f", {finding.standing}" if finding.standing else ""
    lines = [f"## [{finding.severity}{standing}] {_cut(finding.title)} (`{finding.rule}`)"]
    place = _place(finding, report)
    if place:
        lines.append(place)
    for name, value in list(finding.measured.items())[:MOST_MEASURED]:
        healthy = finding.expected.get(name)
        expected = "" if healthy is None else f" (expected {_cut(wording.value(healthy))})"
        lines.append(f"- {_cut(name)}: {_cut(wording.value(value))}{expected}")
    if finding.because_of:
        lines.append(f"- consequence of `{finding.because_of}`")
    told = None if report.fix is None else report.fix.treatment.title
    lines += [
        f"- tried: {_cut(one.title)}: {_cut(trying.says(one.trial), 300)}"
        for one in finding.treatments
        if one.trial is not None and one.trial.outcome and one.title != told
    ]
    return "\n".join(lines)


def _place(finding: Diagnosis, report: Report) -> str:
    of = finding.where
    names = [f"`{_cut(name)}`" for name in (of.layer, of.variable, of.column) if name]
    if of.line is None:
        return f"At {', '.join(names)}." if names else ""
    lines = report.source.splitlines()
    text = lines[of.line - 1].strip() if 0 < of.line <= len(lines) else ""
    code = f": `{_cut(text).replace('`', chr(39))}`" if text else ""
    return f"Line {of.line}{code}{f' ({chr(44).join(names)})' if names else ''}"


def _fix(fix: Treatment, title: str) -> str:
    said = "" if fix.trial is None else f"\n{_cut(trying.says(fix.trial), 500)}"
    diff = fix.diff if _size(fix.diff) <= LARGEST_DIFF and "```" not in fix.diff else ""
    patch = f"\n```diff\n{diff}\n```" if diff else ""
    return f"## {title}: {_cut(fix.title)}{said}{patch}"


def _attained(readings: Mapping[str, Any]) -> str:
    of = readings.get("Attained")
    if of is None:
        return ""
    ceiling = (
        f"; simple models ({of.best}) reach {score_figure(of.ceiling)} on the same rows"
        if of.ceiling is not None
        else ""
    )
    return (
        f"Score of the trained model: {score_figure(of.score)} on {of.where} (0 as the best "
        f"constant prediction, 1 is perfect; {of.kind}){ceiling}."
    )


def _searched(readings: Mapping[str, Any]) -> str:
    """What was found by replacing parts."""
    of = readings.get("TriedParts")
    if of is None or of.outcome == "not tried":
        return ""
    lines = [f"## Parts replaced by ones that are known to work: {of.outcome}"]
    if of.blamed:
        lines.append(f"Closes the gap: {', '.join(of.blamed)}.")
    for run in of.runs[:MOST_NAMED]:
        parts = ", ".join(run.replaced) or "none"
        lines.append(f"- {parts} (seed {run.seed}, {run.steps} steps): {score_figure(run.score)}")
    return "\n".join(lines)


def _readings(readings: Mapping[str, Any]) -> Iterator[str]:
    """The figures that most questions are about, a line each."""
    inputs, labels = readings.get("Inputs"), readings.get("Labels")
    for one in inputs.tensors[:2] if inputs is not None else ():
        name = one.variable or one.name
        yield (
            f"Inputs `{_cut(name)}`: row shape {one.shape}, {one.dtype}, "
            f"{wording.number(one.minimum)} to {wording.number(one.maximum)}, mean "
            f"{wording.number(one.mean)}, standard deviation {wording.number(one.std)}."
        )
    for target in labels.targets[:2] if labels is not None else ():
        name = target.variable or target.name
        yield (
            f"Labels `{_cut(name)}`: shape {target.shape}, {target.dtype}, "
            f"{wording.number(target.minimum)} to {wording.number(target.maximum)}."
        )
    head = readings.get("Head")
    for output in head.outputs[:2] if head is not None else ():
        logits = ", from logits" if output.from_logits else ""
        yield (
            f"Output `{_cut(output.layer or output.name)}`: shape {output.shape}, activation "
            f"{output.activation or 'unknown'}, loss {output.loss or 'unknown'}{logits}."
        )
    history = readings.get("History")
    if history is not None and history.values:
        said = [
            f"{_cut(name, 40)} {wording.number(values[0])} → {wording.number(values[-1])}"
            for name, values in list(history.values.items())[:MOST_NAMED]
            if values
        ]
        yield f"First → last of {wording.count(history.epochs, 'epoch')}: {'; '.join(said)}."


def _checks(report: Report) -> str:
    unknown = [one.rule for one in report.not_run if one.kind != "does not apply"]
    text = f"{wording.count(len(report.held), 'check')} passed"
    if unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        text += f"; could not be checked: {', '.join(unknown[:MOST_NAMED])}{more}"
    if report.faults:
        text += f"; nbdoctor failed in {', '.join(_cut(one.part, 60) for one in report.faults[:3])}"
    return f"{text}."
