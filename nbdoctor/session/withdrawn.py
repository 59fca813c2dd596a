"""Findings that were shown while the cell ran, and that are found no longer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nbdoctor.report import Diagnosis, NotRun, PassedCheck, Withdrawn

Place = tuple[str, str]
"""The rule of a finding, and its layer, "" where it names none."""


def places(finding: Diagnosis) -> list[Place]:
    """Where it was found."""
    layers = [finding.where.layer, *finding.where.more_layers]
    return [(finding.rule, layer or "") for layer in layers]


def withdrawn(
    shown: Mapping[Place, Diagnosis],
    findings: Iterable[Diagnosis],
    held: Sequence[PassedCheck],
    not_run: Sequence[NotRun],
) -> tuple[Withdrawn, ...]:
    """Return what was shown and is gone, in words.

    Parameters
    ----------
    shown : mapping of place to Diagnosis
        All that was shown until the cell ended.
    findings, held, not_run
        What is known now.
    """
    left = {place for one in findings for place in places(one)}
    rules = {rule for rule, _ in left}
    gone = {
        id(one): one
        for (rule, layer), one in shown.items()
        if rule not in rules or (layer and (rule, layer) not in left)
    }
    says = {one.rule: one.says for one in held}
    unjudged = {one.rule: one.reason for one in not_run}
    return tuple(
        Withdrawn(rule=one.rule, title=one.title, says=_why(one, says, unjudged))
        for one in gone.values()
    )


def _why(one: Diagnosis, says: Mapping[str, str], unjudged: Mapping[str, str]) -> str:
    """What is known in its place."""
    if one.rule in says:
        return says[one.rule]
    if one.rule in unjudged:
        return f"it can no longer be judged: {unjudged[one.rule]}"
    return f"it is no longer found in `{one.where.layer}`" if one.where.layer else ""
