"""What the findings propose, also for a cell that is treated already."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbdoctor.capture.cell import Cell
from nbdoctor.report import Diagnosis, Treatment
from nbdoctor.rules import catalogue
from nbdoctor.rules.rule import Finding
from nbdoctor.rules.too_few_steps import TRAIN_LONGER


def without_longer(findings: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """What was found of a copy that was trained for some steps only, without "train longer"."""
    return tuple(
        replace(one, treatments=tuple(t for t in one.treatments if t.title != TRAIN_LONGER))
        for one in findings
    )


def treatment_on(cause: Diagnosis, original: Cell, cell: Cell) -> Treatment | None:
    """The first treatment of a cause as an edit of a cell that others have edited already."""
    wanted = next(
        (
            one.title
            for one in cause.treatments
            if one.patched is not None and not one.pair and one.effect != "none"
        ),
        "",
    )
    rule = next((one for one in catalogue() if one.name == cause.rule), None)
    if rule is None or not wanted:
        return None
    where = replace(cause.where, line=_moved(cause.where.line, original, cell))
    finding = Finding(
        title=cause.title,
        says=cause.says,
        where=where,
        measured=cause.measured,
        expected=cause.expected,
        rule=cause.rule,
    )
    made = rule.treatments(finding, cell)
    return next((one for one in made if one.title == wanted and one.patched is not None), None)


def _moved(line: int | None, original: Cell, cell: Cell) -> int | None:
    """Where a line of the original stands in the edited cell."""
    if line is None:
        return None
    old, new = original.source.split("\n"), cell.source.split("\n")
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        _, start, stop, other, _ = block
        if start <= line - 1 < stop:
            return other + line - start
    return line


def any_patch(findings: Sequence[Diagnosis]) -> bool:
    """Whether there is anything to try."""
    return any(True for _ in proposed(findings))


def proposed(findings: Sequence[Diagnosis]) -> Iterator[tuple[Diagnosis, Treatment]]:
    """Patches, single ones in the order of the findings and pairs after them."""
    for pair in (False, True):
        for finding in findings:
            for treatment in finding.treatments:
                if treatment.pair is pair and treatment.patched is not None:
                    yield finding, treatment
