"""Where the gradient of a step stops being a number: a root of 0, a logarithm of 0."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.parts import Edge
from nbdoctor.capture.data import Rows
from nbdoctor.cell.cell import Cell
from nbdoctor.look.look import Look
from nbdoctor.look.step_notes import Rehearsal
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class InfiniteSlope:
    """An operation that was at a place where its slope is infinite, in a step made on copies.

    Attributes
    ----------
    kind : str
        "square root", "logarithm", "division", "power" or "inverse function".
    at : float
        What it was applied to.
    layer : str
        The layer that it belongs to, "" for the loss or where it is not known.
    line : int or None
        Line of the cell that made it.
    text : str
        What that line says.
    values, of : int
        How many values of the batch were there, of how many.
    batch : int
        Number of the batch, from 1; 0 for one that was put together from rows of the data.
    rows : int
        Rows of the data that are so, where the batch was put together.
    loss : float or None
        Loss of that batch before its step.
    weights : int
        Weights (tensors) whose gradient was not finite.
    """

    kind: str
    at: float
    layer: str = ""
    line: int | None = None
    text: str = ""
    values: int = 0
    of: int = 0
    batch: int = 1
    rows: int = 0
    loss: float | None = None
    weights: int = 0


@reading(
    "infinite slopes",
    when=Moment.FURTHER_STEPS | Moment.FURTHER_BATCH,
    missing=does_not_apply("no step on copies has a gradient that is not finite"),
)
def infinite_slope(
    look: Look, gradients: Gradients, rows: Rows | None, layers: Layers | None, cell: Cell | None
) -> InfiniteSlope | None:
    """The first operation that was at its edge in a step whose gradient is not finite."""
    del gradients  # without them nothing is known
    run = look.run
    if run is None or run.anatomy.total is None:
        return None
    made = _broken_batch(look) or _equal_pairs(look, rows)
    if made is None:
        return None
    number, batch, broken, there = made
    for edge, hits, of in run.at_edges(batch):
        if hits:
            return _described(edge, layers, cell, hits, of, number, there, look, broken)
    return None


def _described(  # noqa: PLR0913, PLR0917  (what was found, and whose it is)
    edge: Edge,
    layers: Layers | None,
    cell: Cell | None,
    hits: int,
    of: int,
    number: int,
    rows: int,
    look: Look,
    broken: int,
) -> InfiniteSlope:
    lines = cell.source.split("\n") if cell is not None else []
    known = edge.line is not None and 0 < edge.line <= len(lines)
    return InfiniteSlope(
        kind=edge.kind,
        at=edge.at,
        layer=_layer_of(edge.scope, layers),
        line=edge.line,
        text=lines[edge.line - 1].strip() if known and edge.line is not None else "",
        values=hits,
        of=of,
        batch=number,
        rows=rows,
        loss=look.first.loss if number == 1 else None,
        weights=broken,
    )


def _layer_of(scope: str, layers: Layers | None) -> str:
    """The innermost layer among the names that an operation was made under."""
    names = {one.name.rpartition("/")[2]: one.name for one in (layers.layers if layers else ())}
    for part in reversed(scope.split("/")):
        for name in (part, re.sub(r"_\d+$", "", part)):
            if name in names:
                return names[name]
    return ""


Broken = tuple[int, Any, int, int]
"""Number of a batch, the batch, gradients that are not finite, rows of the data like its rows."""


def _broken_batch(look: Look) -> Broken | None:
    """The first batch of those looked at whose step has a gradient that is not finite."""
    for number, gradients in enumerate(look.gradients[: len(look.batches)], start=1):
        broken = _count_broken(gradients)
        if broken:
            return number, look.batches[number - 1], broken, 0
    return None


def _count_broken(gradients: Any) -> int:
    return sum(one is not None and not math.isfinite(one.norm) for one in gradients.values())


def _equal_pairs(look: Look, rows: Rows | None) -> Broken | None:
    """A batch of pairs that hold one row twice, where the data has such and none came by yet."""
    import keras

    there = 0 if rows is None else equal_rows(rows)
    if not there or look.run is None or not look.run.anatomy.edges():
        return None
    x, *rest = look.batches[0] if isinstance(look.batches[0], tuple) else (None,)
    leaves = [] if x is None else keras.tree.flatten(x)
    if len(leaves) != PAIR or leaves[0].shape != leaves[1].shape:
        return None
    batch = (keras.tree.pack_sequence_as(x, [leaves[0], leaves[0]]), *rest)
    look.run.restart()
    noted: Rehearsal = look.run(batch)
    look.run.restart()
    broken = _count_broken(noted.gradients)
    return (0, batch, broken, there) if broken else None


def equal_rows(rows: Rows) -> int:
    """How many rows, of those looked at, hold the same values in both of two inputs."""
    inputs = list(rows.inputs.values())
    if len(inputs) != PAIR or inputs[0].shape != inputs[1].shape or not len(inputs[0]):
        return 0
    if any(one.dtype.kind != "f" for one in inputs):  # ids have tables of their own
        return 0
    first, second = (one.reshape(len(one), -1) for one in inputs)
    return int(np.all(first == second, axis=1).sum())
