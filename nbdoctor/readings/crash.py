"""What ended the cell."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.names import used_names
from nbdoctor.errors.exceptions import is_cell_file, links, type_name
from nbdoctor.errors.words import text_of
from nbdoctor.look.look import Look
from nbdoctor.readings.columns import OddColumn, odd_columns, tables_of_cell, tables_of_fit
from nbdoctor.readings.given import Namespace, Stop
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


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


MOST_READ = 10_000
"""Characters of a message, half of them from its end: TensorFlow lists the whole stack before it
says what is wrong. An expression that looks for this may begin anew at each place."""

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
    message = _shortened(text_of(error))
    shapes = {kind: _shape(text) for kind, text in SHAPE.findall(message)}
    layer, inputs = entered[-1] if entered else ("", ())
    return Crash(
        type=type_name(error),
        message=message,
        phase=phase,
        target_shape=shapes.get("target"),
        output_shape=shapes.get("output"),
        layer=layer,
        layer_inputs=tuple(tuple(shape) for shape in inputs),
        line=_line_in_cell(error) or line,
        columns=odd_columns(tables, message),
    )


@reading("the error", when=Moment.ENDED, missing=does_not_apply("nothing was raised"))
def crash_of_fit(stop: Stop, call: FitCall, namespace: Namespace, look: Look | None) -> Crash:
    """What stopped training, in which layer, and over which columns of the data."""
    entered = look.first.entered if look is not None else []
    tables = tables_of_fit(call.arguments, namespace)
    return read_crash(stop.error, "fitting", entered, call.line, tables)


@reading("the error", when=Moment.CELL_STOPPED)
def crash_of_cell(stop: Stop, cell: Cell, namespace: Namespace) -> Crash:
    """What stopped the cell before it came to any training."""
    tables = tables_of_cell(used_names(cell), namespace)
    return read_crash(stop.error, _phase(stop.error), [], None, tables)


def _phase(error: BaseException) -> str:
    """What the cell was doing when it raised; Keras takes most of its own frames out."""
    frames = [(link.tb_frame.f_code.co_filename, link.tb_lineno) for link in links(error)]
    if not any("keras" in file for file, _ in frames):
        return "running"
    compiles = any(".compile(" in linecache.getline(file, line) for file, line in frames)
    return "compiling" if compiles else "building"


def _shape(text: str) -> tuple[int | None, ...]:
    sizes = [size.strip() for size in text.split(",") if size.strip()]
    return tuple(int(size) if size.isdigit() else None for size in sizes)


def _shortened(message: str) -> str:
    """The beginning and the end of what is too long to be searched."""
    half = MOST_READ // 2
    return message if len(message) <= MOST_READ else f"{message[:half]}{message[-half:]}"


def _line_in_cell(error: BaseException) -> int | None:
    """The innermost line of the cell itself (a function of the cell counts)."""
    lines = [
        link.tb_lineno for link in links(error) if is_cell_file(link.tb_frame.f_code.co_filename)
    ]
    return lines[-1] if lines else None
