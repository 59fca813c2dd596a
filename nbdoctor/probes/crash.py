"""What ended the cell."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.frames import is_cell_file
from nbdoctor.probes.columns import OddColumn, odd_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """The exception that ended the cell.

    Attributes
    ----------
    type : str
        Class name of the exception ("ValueError").
    message : str
        Its whole text.
    phase : str
        "building", "compiling", "fitting" or "running" (anything else in the cell).
    target_shape, output_shape : tuple or None
        Shapes named in the message; None inside stands for an unknown axis.
    layer : str
        Path of the layer that was being called, "" when none was.
    layer_inputs : tuple of tuple
        Shapes given to that layer.
    line : int or None
        Line of the cell that raised.
    columns : tuple of OddColumn
        Of the tables in question, those that Keras cannot take for numbers.
    """

    type: str
    message: str
    phase: str
    target_shape: tuple[int | None, ...] | None = None
    output_shape: tuple[int | None, ...] | None = None
    layer: str = ""
    layer_inputs: tuple[tuple[int | None, ...], ...] = ()
    line: int | None = None
    columns: tuple[OddColumn, ...] = ()


SHAPE = re.compile(r"(target|output)\.shape=\(([^)]*)\)")
"""As Keras's losses write shapes into their messages."""


def read_crash(
    error: BaseException,
    phase: str,
    entered: list[tuple[str, tuple[Any, ...]]],
    line: int | None = None,
    tables: Iterable[tuple[str, Any]] = (),
) -> Crash:
    """What an exception says, and where it happened.

    Parameters
    ----------
    error : BaseException
    phase : str
        "building", "compiling", "fitting" or "running".
    entered : list of (str, tuple)
        Layers that were being called, outermost first (see `Rehearsal.entered`).
    line : int, optional
        Line of the cell, where the traceback does not show it (yet).
    tables : iterable of (str, Any)
        What was given to `fit`, or what the cell works on, by the user's names.
    """
    message = str(error)
    shapes = {kind: _shape(text) for kind, text in SHAPE.findall(message)}
    layer, inputs = entered[-1] if entered else ("", ())
    return Crash(
        type=type(error).__name__,
        message=message,
        phase=phase,
        target_shape=shapes.get("target"),
        output_shape=shapes.get("output"),
        layer=layer,
        layer_inputs=tuple(tuple(shape) for shape in inputs),
        line=_line_in_cell(error) or line,
        columns=odd_columns(tables, message),
    )


def _shape(text: str) -> tuple[int | None, ...]:
    sizes = [size.strip() for size in text.split(",") if size.strip()]
    return tuple(int(size) if size.isdigit() else None for size in sizes)


def _line_in_cell(error: BaseException) -> int | None:
    """The innermost line of the cell itself (a function of the cell counts)."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if is_cell_file(frame.filename)
    ]
    return lines[-1] if lines else None
