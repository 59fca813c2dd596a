"""Edit the labels that a cell trains on."""

from __future__ import annotations

from nbdoctor.cell.cell import Cell


def with_labels(cell: Cell, name: str, labels: str) -> Cell | None:
    """Hand `labels`, an expression of `name`, to the one `fit` that is given `name` itself.

    Returns
    -------
    Cell or None
        None where `fit` gets other labels, or validates on rows that would have to change, too.
    """
    calls = cell.calls_of("fit")
    given = calls[0].argument("y", 1) if len(calls) == 1 else None
    if given is None or given.text not in {name, labels} or calls[0].argument("validation_data"):
        return None
    return cell.with_argument("fit", "y", labels, position=1)
