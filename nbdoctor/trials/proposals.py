"""Propose treatments: those of findings, also for a treated cell, and those of a role."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.report import Diagnosis, Treatment
from nbdoctor.rules import catalogue
from nbdoctor.rules.rule import Finding, Rule
from nbdoctor.rules.treatment import Role, TrainingLength

Proposal = tuple[str, Treatment]
"""A treatment, with the name of the rule that proposes it."""


def any_patch(findings: Sequence[Diagnosis]) -> bool:
    """Whether there is anything to try."""
    return any(True for _ in proposed(findings))


def proposed(findings: Sequence[Diagnosis]) -> Iterator[tuple[Diagnosis, Treatment]]:
    """Yield patches, single ones in the order of the findings and pairs after them."""
    for pair in (False, True):
        for finding in findings:
            for treatment in finding.treatments:
                if treatment.pair is pair and treatment.patched is not None:
                    yield finding, treatment


def without_role(findings: Sequence[Diagnosis], role: Role) -> tuple[Diagnosis, ...]:
    """Return the findings without the treatments of a role."""
    return tuple(
        replace(one, treatments=tuple(t for t in one.treatments if t.role != role))
        for one in findings
    )


def treatment_on(cause: Diagnosis, original: Cell, cell: Cell) -> Treatment | None:
    """Return the first treatment of a cause, as an edit of a cell that others have edited."""
    wanted = next((one.name for one in cause.treatments if _is_single_cure(one)), "")
    rule = next((one for one in catalogue() if one.name == cause.rule), None)
    if rule is None or not wanted:
        return None
    finding = Finding(
        title=cause.title,
        says=cause.says,
        where=replace(cause.where, line=_moved(cause.where.line, original, cell)),
        measured=cause.measured,
        expected=cause.expected,
        facts=cause.facts,
        rule=cause.rule,
    )
    made = rule.treatments(finding, cell)
    return next((one for one in made if one.name == wanted and one.patched is not None), None)


def proposed_for(role: Role, cell: Cell, length: TrainingLength) -> Proposal | None:
    """Return the treatment of a role for a cell whose copy is found by trial to need one.

    Parameters
    ----------
    role : str
    cell : Cell
    length : TrainingLength
        How long and how fast the copy is trained.
    """
    rule = next((one for one in catalogue() if role in one.roles), None)
    if rule is None:
        return None
    finding = Finding(
        title="The treated copy still learns when the cell stops",
        says="",
        facts=length,
        rule=rule.name,
    )
    made = rule.treatments(finding, cell)
    found = (one for one in made if one.role == role and one.patched is not None)
    return next(((rule.name, one) for one in found), None)


def explained_by(name: str) -> frozenset[str]:
    """Return a rule, and those whose findings are consequences of its own."""
    rules: Iterator[Rule[Any]] = (one for one in catalogue() if one.name == name)
    return frozenset({name, *(other for rule in rules for other in rule.explains)})


def _is_single_cure(treatment: Treatment) -> bool:
    return treatment.patched is not None and not treatment.pair and treatment.effect != "none"


def _moved(line: int | None, original: Cell, cell: Cell) -> int | None:
    """Return where a line of the original stands in the edited cell."""
    if line is None:
        return None
    old, new = original.source.split("\n"), cell.source.split("\n")
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        _, start, stop, other, _ = block
        if start <= line - 1 < stop:
            return other + line - start
    return line
