"""Rows of training and validation that can be compared with each other once the cell has ended."""

from __future__ import annotations

from typing import Any

from nbdoctor import backend
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows, rows_of_batches, validation_rows

MOST_ROWS = 6000
"""Rows that are drawn from a dataset for comparing."""

SECONDS = 1.0
"""... or as many as come in this time."""


def sample_of_training(call: FitCall, rows: Rows | None) -> Rows | None:
    """The training rows, every one where they are in memory.

    Parameters
    ----------
    call : FitCall
    rows : Rows or None
        What is known of them already.
    """
    if rows is not None and rows.whole:
        return _paired(rows)
    return _drawn(call.model, call.arguments.get("x"))


def sample_of_validation(call: FitCall) -> Rows | None:
    """The rows that judge."""
    rows = validation_rows(call)
    if rows:
        return _paired(rows)
    return _drawn(call.model, call.arguments.get("validation_data"))


def _paired(rows: Rows) -> Rows | None:
    """The same, None where a row has no label of its own: `fit` raises then."""
    lengths = {len(one) for one in (*rows.whole.values(), *rows.targets.values())}
    return rows if len(lengths) <= 1 else None


def _drawn(model: Any, data: Any) -> Rows | None:
    """Rows of a dataset from which can be drawn without leaving a trace; in order of its source."""
    if model is None or not backend.is_supported():
        return None
    here = backend.current()
    if not here.batches.is_dataset(data):
        return None
    batches = here.pipelines.batches_in_order(data, MOST_ROWS, SECONDS)
    if not batches:
        return None
    return rows_of_batches(model, batches, None, keep=True)
