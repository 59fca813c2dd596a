"""Edits of the rows that `fit` gets."""

from __future__ import annotations

from nbdoctor.cell.cell import Cell


def with_rows_shuffled(cell: Cell) -> Cell | None:
    """Shuffle inputs and labels together before the only `fit`; None where they have no name."""
    calls = cell.calls_of("fit")
    given = [calls[0].argument(*place) for place in (("x", 0), ("y", 1))] if calls else []
    x, y = (given[0], given[1]) if len(calls) == 1 and all(given) else (None, None)
    if x is None or y is None or not (x.text.isidentifier() and y.text.isidentifier()):
        return None
    lines = (
        f"row_order = np.random.default_rng(0).permutation(len({x.text}))",
        f"{x.text} = np.asarray({x.text})[row_order]",
        f"{y.text} = np.asarray({y.text})[row_order]",
    )
    return cell.with_lines_before("fit", "\n".join(("import numpy as np", *lines)))
