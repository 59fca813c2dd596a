"""Trials of several cells at once: findings in the lines of the whole, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbdoctor.capture.program import Program
from nbdoctor.report import Diagnosis, Fix
from nbdoctor.treat.elsewhere import narrowed, widened
from nbdoctor.trials.course import Course


def needed(program: Program | None, findings: Sequence[Diagnosis]) -> Program | None:
    """The program, where another cell than the diagnosed one is treated: else that is enough."""
    treatments = (treatment for one in findings for treatment in one.treatments)
    return program if any(one.cell for one in treatments) else None


def as_tried(findings: Sequence[Diagnosis], program: Program | None) -> tuple[Diagnosis, ...]:
    """The findings with patches of all cells that take part, in the lines of the whole."""
    if program is None:
        return tuple(findings)
    return tuple(
        replace(
            one,
            where=replace(one.where, line=program.line(one.where.line)),
            treatments=tuple(widened(treatment, program) for treatment in one.treatments),
        )
        for one in findings
    )


def as_shown(
    findings: Sequence[Diagnosis], course: Course, program: Program | None
) -> tuple[tuple[Diagnosis, ...], Fix | None]:
    """The findings with what came of their treatments, and what helps most, cell by cell."""
    tried, fix = course.attached(as_tried(findings, program)), course.fix
    if program is None:
        return tried, fix
    shown = tuple(
        replace(
            after,
            where=before.where,
            treatments=tuple(narrowed(one, program) for one in after.treatments),
        )
        for before, after in zip(findings, tried, strict=True)
    )
    return shown, None if fix is None else replace(fix, treatment=narrowed(fix.treatment, program))
