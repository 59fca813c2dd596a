"""The treatment of data that a line of the cell damaged: leave that line out."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.rules.rule import Finding, facts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedData:
    """Facts of a finding about data that a line of the cell may have changed.

    Attributes
    ----------
    by_line : bool
        Whether `Finding.where.line` is the line that changed the data. The number itself is not
        repeated here, since it moves when another treatment edits the cell.
    """

    by_line: bool


def without_changing_line(finding: Finding, cell: Cell) -> Cell | None:
    """Return the cell without the line that changed the data, None where no such line is known.

    Raises
    ------
    CannotEditError
        The line is not a statement of its own at the top level of the cell.
    """
    if not facts_of(finding, ChangedData).by_line or finding.where.line is None:
        return None
    return cell.without_statement(finding.where.line)
