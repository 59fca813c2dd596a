"""A line that changed the data, for rules that name it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nbdoctor.readings.data_changes import DataChange

PLAIN = DataChange(
    line=2,
    text="x = x / 2",
    variable="x",
    argument="x",
    rows=96,
    constant_before=False,
    constant=False,
    distinct_before=0,
    distinct=0,
    broken_before=0,
    broken=0,
    reordered=False,
)


def changed(**facts: Any) -> DataChange:
    """A line of which only these facts matter."""
    return replace(PLAIN, **facts)
