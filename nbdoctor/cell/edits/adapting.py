"""Edits that adapt a Normalization layer to the rows that `fit` gets."""

from __future__ import annotations

import re

from nbdoctor.cell.cell import Cell

MADE = re.compile(r"^(\w+)\s*=\s*[\w.]*\bNormalization\(", re.MULTILINE)


def with_adapted_layer(cell: Cell, rows: str) -> Cell | None:
    """Adapt the only such layer before `fit`; None where layer or rows have no name."""
    made = MADE.findall(cell.source)
    if len(made) != 1 or not rows:
        return None
    return cell.with_lines_before("fit", f"{made[0]}.adapt({rows})")
