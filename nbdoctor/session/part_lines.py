"""The line of the cell at which each part of a program stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import ACTIVATION_POSITION
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.rules.experiment import WRITTEN_IN
from nbdoctor.rules.replacing import DROPS, NOISE, PENALTIES, SQUASHING, activation_given, freezing

INITIALIZERS = ("kernel_initializer", "bias_initializer", "recurrent_initializer")

OF_CALLS: Mapping[str, Callable[[Call], bool]] = {
    "activations": lambda call: (
        call.name in ACTIVATION_POSITION and activation_given(call) in SQUASHING
    ),
    "init": lambda call: _has(call, *INITIALIZERS),
    "masks": lambda call: call.name == "Embedding",
    "normalisation": lambda call: call.name == "BatchNormalization",
    "regularisation": lambda call: call.name in NOISE or _has(call, *PENALTIES, *DROPS),
}
"""Parts that stand in calls of their own, of which the first is told."""


def line_of_part(name: str, cell: Cell, readings: Readings, fit: int | None) -> int | None:
    """Return the line at which a part stands, None where the cell does not say it in one place.

    Parameters
    ----------
    name : str
        Of the part.
    cell : Cell
    readings : Readings
        That tell which layer makes the output, and where the cell makes it.
    fit : int or None
        The line that trains.
    """
    if not cell.is_read:
        return None
    if name == "loop":
        return fit
    if name == "head":
        return _line_of_head(readings.get(Head), readings.get(Layers))
    if name == "trainable":
        return next((node.lineno for node in freezing(cell)), None)
    if name in OF_CALLS:
        return next((call.line for call in cell.calls if OF_CALLS[name](call)), None)
    where = WRITTEN_IN.get(name)
    return None if where is None else _line_of_argument(cell, where.call, where.argument, fit)


def _line_of_argument(cell: Cell, callee: str, argument: str, fit: int | None) -> int | None:
    """The line of an argument, or of its call; where several call it, of the one that trains."""
    calls = [call for call in cell.calls_of(callee) if call.callee != "re.compile"]
    if callee == "fit" and len(calls) > 1:
        calls = [call for call in calls if call.line == fit]
    if len(calls) != 1:
        return None
    given = calls[0].argument(argument)
    return calls[0].line if given is None else given.line


def _line_of_head(head: Head | None, layers: Layers | None) -> int | None:
    if head is None or layers is None or len(head.outputs) != 1:
        return None
    name = head.outputs[0].layer
    return next((one.line for one in layers.layers if one.name == name), None)


def _has(call: Call, *names: str) -> bool:
    return any(one.name in names for one in call.arguments)
