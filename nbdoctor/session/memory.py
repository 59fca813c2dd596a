"""A few numbers of the rows that models were trained on, for cells that only use the models."""

from __future__ import annotations

import weakref
from typing import Any

from nbdoctor.capture.data import Rows
from nbdoctor.capture.summary import Summary, summary_of_rows

_trained_on: weakref.WeakKeyDictionary[Any, Summary] = weakref.WeakKeyDictionary()
"""By model; nothing of ours keeps a model, and no row is kept."""


def remember(model: Any, rows: Rows | None) -> None:
    """Note what rows a model was trained on look like."""
    if model is not None and rows is not None and not rows.is_empty:
        _trained_on[model] = summary_of_rows(rows)


def known_rows(model: Any) -> Summary | None:
    """What is known of the rows that a model was trained on, in this cell or an earlier one."""
    return _trained_on.get(model)
