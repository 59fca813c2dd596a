"""Treat several cells at once: a patch of the whole program is shown as one of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import Part, Program
from nbdoctor.report import Diagnosis, Fix
from nbdoctor.rules.treatment import Treatment
from nbdoctor.trials.search import TreatmentSearch


def needed(program: Program | None, findings: Sequence[Diagnosis]) -> Program | None:
    """Return the program, where a cell other than the diagnosed one is treated."""
    treatments = (treatment for one in findings for treatment in one.treatments)
    return program if any(one.cell for one in treatments) else None


def as_tried(findings: Sequence[Diagnosis], program: Program | None) -> tuple[Diagnosis, ...]:
    """Return the findings with patches of the whole program, and its lines."""
    if program is None:
        return tuple(findings)
    return tuple(
        replace(
            one,
            where=replace(one.where, line=program.line(one.where.line)),
            treatments=tuple(to_program(treatment, program) for treatment in one.treatments),
        )
        for one in findings
    )


def as_shown(
    findings: Sequence[Diagnosis], search: TreatmentSearch, program: Program | None
) -> tuple[tuple[Diagnosis, ...], Fix | None]:
    """Return the findings with their trials, and what helps most, cell by cell."""
    tried, fix = search.attached(as_tried(findings, program)), search.fix
    if program is None:
        return tried, fix
    shown = tuple(
        replace(
            after,
            where=before.where,
            treatments=tuple(to_cell(one, program) for one in after.treatments),
        )
        for before, after in zip(findings, tried, strict=True)
    )
    return shown, None if fix is None else replace(fix, treatment=to_cell(fix.treatment, program))


def to_program(treatment: Treatment, program: Program) -> Treatment:
    """Return a patch of one cell as a patch of the whole program."""
    if treatment.patched is None:
        return treatment
    as_used = treatment.as_used and program.with_part(treatment.cell, treatment.as_used)
    patched = program.with_part(treatment.cell, treatment.patched)
    return replace(treatment, patched=patched, as_used=as_used)


def to_cell(treatment: Treatment, program: Program) -> Treatment:
    """Return a patch of the whole program as one of the cell that it changes.

    Where several cells change there is a diff of each, and nothing to apply at once.
    """
    if treatment.patched is None:
        return treatment
    changed = program.changed(treatment.patched)
    diffs = [_diff(program, part, new) for part, new in changed]
    if len(changed) == 1:
        ((part, new),) = changed
        return replace(
            treatment,
            patched=new,
            diff=diffs[0],
            cell="" if part is None else part.source,
            cell_number=None if part is None else part.number,
        )
    numbers = " and ".join("this cell" if p is None else f"cell [{p.number}]" for p, _ in changed)
    text = f"{treatment.text} The change is in {numbers}." if changed else treatment.text
    return replace(treatment, text=text, patched=None, diff="\n".join(diffs))


def _diff(program: Program, part: Part | None, new: str) -> str:
    old = program.current if part is None else part.source
    return Cell(old).diff(Cell(new))
