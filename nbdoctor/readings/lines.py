"""Which line of the cell makes each layer."""

from __future__ import annotations

from typing import Any

from nbdoctor.backend.keras_internals.structure import layers as layers_of
from nbdoctor.cell.call import Call
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.source import Source


def lines_of_layers(model: Any, source: Source | None) -> dict[str, int]:
    """Line of the cell that creates each layer of `model`, by the layer's name."""
    known = layer_paths(model)
    layers = [(one.name, type(one).__name__) for one in layers_of(model) if id(one) in known]
    return layer_lines(source.calls_behind if source is not None else (), layers)


def layer_lines(calls: tuple[Call, ...], layers: list[tuple[str, str]]) -> dict[str, int]:
    """Line of the cell that creates each layer, where the text leaves no doubt.

    A layer is known by its literal name, or because the cell writes as many calls of its class
    as the model has layers of it.

    Parameters
    ----------
    calls : tuple of Call
    layers : list of (str, str)
        Name and class of each layer of the model, in order.
    """
    lines: dict[str, int] = {}
    of_name: dict[str, list[int]] = {}
    for kind in {kind for _, kind in layers}:
        named = [name for name, of in layers if of == kind]
        written = [call for call in calls if call.name == kind]
        if len(named) == len(written):
            lines |= {name: call.line for name, call in zip(named, written, strict=True)}
        for call in written:
            given = call.argument("name")
            if given is not None:
                of_name.setdefault(given.text.strip("'\""), []).append(call.line)
    return lines | {name: found[0] for name, found in of_name.items() if len(found) == 1}
