"""What simple models saw before a line put inputs or labels alone into another order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.changes import DATA, Changes
from nbdoctor.capture.data import training_rows
from nbdoctor.capture.sample import sample_of
from nbdoctor.readings.data_changes import DataChange, DataChanges
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.signal import Signal, asked_for, read_signal


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierSignal:
    """What simple models saw in the rows before a line put one of both into another order.

    Attributes
    ----------
    change : DataChange
    signal : Signal
        Of inputs and labels as they stood beside each other until then.
    """

    change: DataChange
    signal: Signal


@reading(
    "the rows before they were reordered",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no line of the cell reorders inputs or labels alone"),
    once=True,
)
def read_earlier_signal(  # noqa: PLR0913, PLR0917  (what it is taken from)
    changed: DataChanges,
    signal: Signal,
    changes: Changes,
    call: FitCall,
    head: Head | None,
    layers: Layers | None,
) -> EarlierSignal | None:
    """Fit the simple models again, to the rows before the last line that took them apart."""
    if not changed.apart:
        return None
    change = changed.apart[-1]
    x, y = values_before(change, changes, call.arguments)
    rows = training_rows(replace(call, arguments={**call.arguments, "x": x, "y": y}))
    sample = sample_of(rows, None)
    if sample is None:
        return None
    name = next(iter(sample.train.targets))
    outputs = {one.name: one for one in (head.outputs if head is not None else ())}
    asked = asked_for(outputs.get(name), layers)
    earlier = read_signal(sample.train, name, signal.input_kind, asked)
    return None if earlier is None else EarlierSignal(change=change, signal=earlier)


def values_before(
    change: DataChange, changes: Changes, arguments: Mapping[str, Any]
) -> tuple[Any, Any]:
    """Inputs and labels as they stood beside each other before a line changed one of them."""
    given = {name: arguments.get(name) for name in DATA}
    given[change.argument] = changes.before[change.line][change.variable]
    return given["x"], given["y"]
