"""Treatments of cells that were run before: made for all of them at once, shown for one."""

from __future__ import annotations

from dataclasses import replace

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.program import Part, Program
from nbdoctor.rules.treatment import Treatment


def widened(treatment: Treatment, program: Program) -> Treatment:
    """A patch of one cell as a patch of the whole program."""
    if treatment.patched is None:
        return treatment
    return replace(treatment, patched=program.with_part(treatment.cell, treatment.patched))


def narrowed(treatment: Treatment, program: Program) -> Treatment:
    """A patch of the whole program as one of the cell that it changes.

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
