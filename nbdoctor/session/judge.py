"""Readings become a diagnosis: run the rules, put consequences under causes, find the headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import Program
from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described
from nbdoctor.look.quiet import quiet
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.collection import Fault
from nbdoctor.readings.missing import Missing, not_measured
from nbdoctor.readings.source import Source
from nbdoctor.readings.tried_parts import TriedParts
from nbdoctor.report import Diagnosis, NotRun, PassedCheck, VerdictWord, diagnosis
from nbdoctor.rules import catalogue
from nbdoctor.rules.rule import Finding, Rule, Verdict
from nbdoctor.rules.treatment import Treatment
from nbdoctor.session.alike import together
from nbdoctor.session.gate import GAP, explains, gated, only_reports, told
from nbdoctor.session.other_models import of_this_model
from nbdoctor.session.placing import placed, placed_elsewhere
from nbdoctor.trials.cells import to_cell

SEVERITIES = ("critical", "warning", "note")
KINDS = ("proof", "strong", "hint")
OMITTED = ("not measured", "no time")
"""Kinds of reasons by which a rule did not judge that keep a model from being called healthy."""
ALLOW = re.compile(r"#\s*nbdoctor:\s*allow\s+([\w,-][\w ,-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rules judge, and with which thresholds.

    Attributes
    ----------
    only, ignore : tuple of str
        Names of rules; an empty `only` means all.
    settings : mapping of (rule, threshold) to float
    """

    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    settings: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def rules(self, cell: Cell) -> tuple[Rule[Any], ...]:
        """The rules that are asked, less those that a comment of the cell allows."""
        allowed = {name.strip() for text in ALLOW.findall(cell.source) for name in text.split(",")}
        return tuple(
            rule
            for rule in catalogue()
            if (not self.only or rule.name in self.only)
            and rule.name not in self.ignore
            and rule.name not in allowed
        )

    def thresholds(self, rule: Rule[Any]) -> dict[str, float]:
        """The thresholds of `rule` that differ from its own."""
        return {name: value for (of, name), value in self.settings.items() if of == rule.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the rules said."""

    findings: tuple[Diagnosis, ...]
    held: tuple[PassedCheck, ...]
    not_run: tuple[NotRun, ...]
    faults: tuple[Fault, ...]


def judge(
    cell: Cell,
    readings: Mapping[type[Any], object],
    missing: Mapping[type[Any], Missing],
    choice: Choice,
    program: Program | None = None,
) -> Judgement:
    """Ask every chosen rule; a rule that fails becomes a fault, never an exception.

    Where earlier cells build what `cell` trains (`program`), they are treated as well.
    """
    findings: list[Finding] = []
    held: list[PassedCheck] = []
    not_run: list[NotRun] = []
    faults: list[Fault] = []
    treatments: dict[int, tuple[Treatment, ...]] = {}
    for rule in choice.rules(cell):
        try:
            with quiet():
                verdict = rule.verdict(readings, missing, choice.thresholds(rule))
                for one in verdict.findings:
                    found = placed(gated(one, readings, missing), readings)
                    offered = _treatments(rule, found, cell, program, readings.get(Source))
                    found = placed_elsewhere(found, readings, program, offered)
                    treatments[id(found)] = offered
                    findings.append(found)
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            let_through(error)
            faults.append(Fault(part=f"rule {rule.name}", message=described(error)))
            continue
        _file(_weighed_by_experiment(verdict, rule, readings), held, not_run)
    weighed = [_weighed(finding, findings) for finding in findings]
    pairs = zip(weighed, findings, strict=True)
    by_finding = {id(now): treatments.get(id(before), ()) for now, before in pairs}
    return Judgement(
        findings=told(together(_grouped(weighed, by_finding))),
        held=tuple(held),
        not_run=tuple(not_run),
        faults=tuple(faults),
    )


def _treatments(
    rule: Rule[Any], finding: Finding, cell: Cell, program: Program | None, source: object
) -> tuple[Treatment, ...]:
    """Edits of the cell itself, or else of those before it."""
    here = tuple(of_this_model(one, cell, source) for one in rule.treatments(finding, cell))
    if program is None or any(one.patched is not None for one in here):
        return here
    where = replace(finding.where, line=program.line(finding.where.line))
    there = rule.treatments(replace(finding, where=where), program.cell)
    found = tuple(to_cell(one, program) for one in there)
    return found if any(one.patched is not None for one in found) else here


def headline(
    judgement: Judgement, *, is_over: bool = True, attained: Attained | None = None
) -> tuple[str, VerdictWord]:
    """The verdict in one sentence, and in one word: those of the causes, not of what follows.

    "healthy" only where nothing was left out: for want of time, by a refusal, or by a fault. What
    does not apply is no omission, nor is what a training would show that was not asked for; and as
    long as training goes on the rest is yet to come. Nor is a model called so that predicts no
    better than a constant, or of which its few rows do not tell.
    """
    if judgement.findings:
        causes = [one for one in judgement.findings if not one.because_of] or judgement.findings
        worst = min(causes, key=lambda finding: SEVERITIES.index(finding.severity))
        return judgement.findings[0].title, worst.severity
    checks = len(judgement.held)
    if checks == 0:
        return "Nothing could be examined", "unknown"
    if is_over and attained is not None and attained.is_nothing:
        return "No cause found, but the model predicts hardly better than a constant", "unknown"
    if is_over and attained is not None and attained.may_be_chance:
        rows = attained.where
        sentence = f"No problem found, but {rows} tell too little of how well the model does"
        return sentence, "unknown"
    omitted = [one for one in judgement.not_run if one.kind in OMITTED]
    left_out = len(omitted) + len(judgement.faults)
    if is_over and left_out:
        is_short = any(one.kind == "no time" for one in omitted)
        part = "there was time for" if is_short else "could be examined"
        asked = checks + left_out
        return f"Nothing found in what {part} ({checks} of {asked} checks)", "unknown"
    return f"No problem found by {checks} checks", "healthy"


def _weighed_by_experiment(
    verdict: Verdict, rule: Rule[Any], readings: Mapping[type[Any], object]
) -> Verdict:
    """Claim of no part that it does no harm where replacing it was seen to help."""
    tried = readings.get(TriedParts)
    if not (verdict.held and rule.gated and isinstance(tried, TriedParts) and tried.explains):
        return verdict
    part = next((one for one in rule.parts if one in tried.blamed), None)
    if part is None:
        return verdict
    words = tried.parts[part].words if part in tried.parts else part
    reason = f"nothing was found, but the experiment says that the fault is in {words}"
    return Verdict(rule=verdict.rule, not_run=not_measured(reason))


def _file(verdict: Verdict, held: list[PassedCheck], not_run: list[NotRun]) -> None:
    if verdict.not_run:
        missing = verdict.not_run
        not_run.append(NotRun(rule=verdict.rule, reason=missing.reason, kind=missing.kind))
    elif verdict.held:
        held.append(PassedCheck(rule=verdict.rule, says=verdict.held))


def _rank(finding: Finding) -> tuple[int, int]:
    return (
        SEVERITIES.index(finding.severity or "note"),
        KINDS.index(finding.kind or "hint"),
    )


def _is_alarm(finding: Finding) -> bool:
    return (finding.severity or "note") != "note"


def _weighed(finding: Finding, findings: Iterable[Finding]) -> Finding:
    """A hint is a note beside a proof of what explains the same consequences: that comes first."""
    if finding.kind != "hint" or finding.severity == "note":
        return finding
    proved = (one for one in findings if (one.severity, one.kind) == ("critical", "proof"))
    answered = any(set(one.explains) & set(finding.explains) for one in proved)
    return replace(finding, severity="note") if answered else finding


def _grouped(
    findings: Iterable[Finding],
    treatments: Mapping[int, tuple[Treatment, ...]],
) -> tuple[Diagnosis, ...]:
    """Causes first, the worst on top; each consequence names the cause that explains it.

    Of several causes that is the worst of those which no other of them explains. A hint explains
    nothing that is proved: it may only stand above other hints, and above the gap to simple models,
    which asks for a cause. A note explains no alarm, since that would be folded away under what did
    no harm.
    """
    ordered = sorted(
        findings, key=lambda one: (*_rank(one), only_reports(treatments.get(id(one), ())))
    )
    causes: dict[int, Finding] = {}
    for finding in ordered:
        able = [
            cause
            for cause in ordered
            if (finding.rule in cause.explains or explains(cause, finding))
            and cause is not finding
            and (cause.kind != "hint" or finding.kind == "hint" or finding.rule == GAP)
            and (_is_alarm(cause) or not _is_alarm(finding))
            and id(cause) not in causes
        ]
        first = [one for one in able if not any(one.rule in other.explains for other in able)]
        if able:
            causes[id(finding)] = (first or able)[0]
    ordered.sort(key=lambda finding: (id(finding) in causes, *_rank(finding)))
    fired = {finding.rule for finding in ordered}
    return tuple(
        diagnosis(
            finding,
            explains=tuple(name for name in finding.explains if name in fired),
            because_of=causes[id(finding)].rule if id(finding) in causes else "",
            treatments=treatments.get(id(finding), ()),
        )
        for finding in ordered
    )
