"""What an experiment says of findings: which it confirms, which it clears, and what it explains.

A rule says of which part of the program its findings are, and the experiment has replaced that
part. The findings here are plain data; no rule is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from nbdoctor.readings.tried_parts import PartName, TriedParts
from nbdoctor.report import Diagnosis, Fix
from nbdoctor.rules import catalogue
from nbdoctor.rules.figures import score_figure
from nbdoctor.session.gate import GAP, SYMPTOMS, has_failed, with_cause

BY_EXPERIMENT = "cause-by-experiment"
NO_SIGNAL = "signal-not-found"

CHANGED_NOTHING = 0.2
"""Share of the gap: of sets without the part at fault, none closed more than 0.17."""


MAKE_UP = frozenset[PartName]({"architecture", "inputs", "length"})
"""Parts that, replaced, also make up for what is wrong with the data: numbers in place of missing
values are cut off by a scaling, or learned around in more steps or by other layers."""


def weighed(
    findings: Sequence[Diagnosis], tried: TriedParts | None, fix: Fix | None = None
) -> tuple[Diagnosis, ...]:
    """Return the findings as the experiment leaves them.

    One whose part is to blame is confirmed and comes first; one whose part did not help, while
    others explain the gap, becomes a note. A fault of the data, for which there is no reference,
    stays first where only parts are to blame that make up for it. What the model shows that has
    not learned is explained by the finding that comes first, or by the experiment itself.
    """
    if tried is None:
        return tuple(findings)
    if not tried.explains:
        return tuple(_beside(one, findings, tried) for one in findings)
    parts = parts_of_rules()
    told = [_told(one, tried, parts.get(one.rule, ())) for one in findings]
    cleared = {one.rule for one in told if one.standing == "withdrawn"}
    confirmed = [one for one in told if is_confirmed(one, tried, parts)]
    made_up_for = [one for one in told if _is_made_up_for(one, tried, parts)]
    leading = (one.rule for one in (*made_up_for, *confirmed) if _leads(one, fix))
    leads = next(leading, BY_EXPERIMENT)
    names = {one.rule for one in confirmed} | {BY_EXPERIMENT}
    hung = [_hung(one, leads, names, cleared) for one in told]
    return tuple(sorted(hung, key=lambda one: _place(one, leads, names)))


def parts_of_rules() -> Mapping[str, tuple[PartName, ...]]:
    """The parts that each rule's findings are of, for the rules that say so."""
    return {rule.name: rule.parts for rule in catalogue() if rule.parts}


def is_confirmed(
    finding: Diagnosis, tried: TriedParts, parts: Mapping[str, tuple[PartName, ...]]
) -> bool:
    """Whether a part is to blame that the finding is of."""
    return tried.explains and bool(set(parts.get(finding.rule, ())) & set(tried.blamed))


def is_cleared(tried: TriedParts, parts: Sequence[PartName]) -> bool:
    """Whether replacing any of these parts did not help, while others explain the gap."""
    if not tried.explains or set(parts) & set(tried.blamed):
        return False
    shares = [share for part in parts if (share := tried.closed(part)) is not None]
    return bool(shares) and max(shares) < CHANGED_NOTHING


def _told(finding: Diagnosis, tried: TriedParts, parts: Sequence[PartName]) -> Diagnosis:
    blamed = [part for part in tried.blamed if part in parts]
    if blamed:
        says = f"{finding.says} {_confirming(tried, blamed[0])}"
        return replace(finding, standing="confirmed", says=says)
    if is_cleared(tried, parts):
        says = f"{finding.says} {_clearing(tried, parts)}"
        return replace(finding, standing="withdrawn", severity="note", says=says)
    if finding.rule == NO_SIGNAL:
        return _with_signal(finding, tried)
    return finding


def _confirming(tried: TriedParts, part: str) -> str:
    words = tried.parts[part].words
    before, after = score_figure(tried.low), score_figure(tried.reached)
    if len(tried.blamed) == 1:
        return f"Replacing {words} confirms it: {before} before, {after} after."
    others = " and ".join(tried.parts[one].words for one in tried.blamed if one != part)
    alone = tried.without.get(part)
    rest = "" if alone is None else f", {score_figure(max(alone, 0.0))} without {words}"
    return (
        f"Replacing {words} together with {others} confirms it: {before} before, {after} after"
        f"{rest}."
    )


def _clearing(tried: TriedParts, parts: Sequence[PartName]) -> str:
    """The part that changed most."""
    known = {part: share for part in parts if (share := tried.closed(part)) is not None}
    most = max(known, key=lambda part: known[part])
    before, after = score_figure(tried.low), score_figure(tried.score_of({most}) or 0.0)
    return f"Replacing {tried.parts[most].words} did not help: {before} before, {after} after."


def _with_signal(finding: Diagnosis, tried: TriedParts) -> Diagnosis:
    reached = score_figure(tried.reference)
    says = f"{finding.says} But a copy with parts replaced reaches {reached}: there is a relation."
    return replace(finding, severity="note", standing="withdrawn", says=says)


def _beside(finding: Diagnosis, findings: Sequence[Diagnosis], tried: TriedParts) -> Diagnosis:
    """Of an experiment that blames nobody: whether there is a signal."""
    if finding.rule == NO_SIGNAL and tried.outcome == "unclear":
        return _with_signal(finding, tried)
    alike = any(one.rule == NO_SIGNAL for one in findings)
    if finding.rule == BY_EXPERIMENT and tried.outcome == "no signal" and alike:
        return replace(finding, because_of=NO_SIGNAL)
    return finding


def _is_made_up_for(
    finding: Diagnosis, tried: TriedParts, parts: Mapping[str, tuple[PartName, ...]]
) -> bool:
    """Whether a cause of the gap stands that no part stands for, and that a part makes up for."""
    stands = not finding.because_of and finding.kind != "hint" and finding.rule not in SYMPTOMS
    is_beyond = not parts.get(finding.rule) and finding.rule != BY_EXPERIMENT
    return stands and is_beyond and GAP in finding.explains and set(tried.blamed) <= MAKE_UP


def _leads(finding: Diagnosis, fix: Fix | None) -> bool:
    """Whether a confirmed finding is told in place of the experiment, which is its proof."""
    return finding.severity != "note" and not has_failed(finding, fix)


def _hung(finding: Diagnosis, leads: str, confirmed: set[str], cleared: set[str]) -> Diagnosis:
    """Below what explains it now."""
    if finding.rule == leads:
        return replace(finding, because_of="")
    if finding.rule == BY_EXPERIMENT:
        return replace(finding, because_of=leads)
    is_below = finding.because_of == BY_EXPERIMENT != leads
    if is_below or (finding.rule in SYMPTOMS and finding.because_of not in confirmed):
        return with_cause(finding, leads)
    return replace(finding, because_of="") if finding.because_of in cleared else finding


def _place(finding: Diagnosis, leads: str, confirmed: set[str]) -> tuple[bool, bool, bool, bool]:
    return (
        bool(finding.because_of),
        finding.severity == "note",
        finding.rule != leads,
        finding.rule not in confirmed,
    )
