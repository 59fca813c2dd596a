"""Numbers of steps that are numbers of rows: Keras counts batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.strangers import Stranger
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.namespace import is_data
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import Batches, Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source
from nbdoctor.readings.stages import Stages

FEWEST = 20
"""Fewer steps are as many as some variable has rows by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsInRows:
    """A number of steps that is the number of rows of the data.

    Attributes
    ----------
    argument : str
        "steps_per_epoch" or "validation_steps".
    steps : int
        As given, and as many rows as there are.
    batch : int
        Rows of a batch, 2 or more.
    rows_of : str
        What has so many rows: a variable, an attribute of the data, or "the dataset".
    written : str
        The argument as it is written in the cell, "" when unknown.
    """

    argument: str
    steps: int
    batch: int
    rows_of: str
    written: str = ""

    @property
    def is_length(self) -> bool:
        """Whether it is written as a number of rows, which nothing divides."""
        asks = any(word in self.written for word in ("len(", ".shape[0]", ".samples"))
        return asks and "/" not in self.written


@reading(
    "the number of steps",
    when=Moment.FIT_CALLED | Moment.BATCHES,
    missing=does_not_apply("`fit` is given no number of steps, or one that is no number of rows"),
)
def steps_in_rows_of_fit(  # noqa: PLR0913, PLR0917
    call: FitCall,
    fit: Fit,
    cell: Cell,
    namespace: Namespace,
    source: Source | None,
    stages: Stages | None,
    passed: Batches | None,
) -> StepsInRows | None:
    """Compare the numbers of steps with the rows of what batches are made from."""
    training = stages.training if stages is not None else None
    judging = stages.validation if stages is not None else None
    known = [*_arrays(source, namespace), *_kept(call.arguments.get("x"))]
    of_training = _found("steps_per_epoch", call, training, known, fit.batch_size or _size(passed))
    found = of_training or _found("validation_steps", call, judging, [], None)
    return replace(found, written=_written(cell, found.argument, call.line)) if found else None


def _found(
    argument: str,
    call: FitCall,
    last: Stage | None,
    known: list[tuple[str, int]],
    batch: int | None,
) -> StepsInRows | None:
    steps = call.arguments.get(argument)
    if not isinstance(steps, int) or steps < FEWEST:
        return None
    if last is not None:
        known = [*known, *(("the dataset", rows) for rows in _rows_of(last))]
        batch = batch or _batch_of(last)
    name = next((name for name, rows in known if rows == steps), "")
    if not name or not batch or batch == 1:
        return None
    return StepsInRows(argument=argument, steps=steps, batch=batch, rows_of=name)


def _rows_of(last: Stage) -> Iterator[int]:
    """Rows of each source in memory, where there is one."""
    return (one.options["rows"] for one in last.walk() if "rows" in one.options)


def _batch_of(last: Stage) -> int | None:
    """Rows of a batch, where one stage of the pipeline makes them."""
    sizes = [one.options["batch_size"] for one in last.walk() if "batch_size" in one.options]
    return sizes[0] if len(sizes) == 1 and sizes[0] > 0 else None


def _size(passed: Batches | None) -> int | None:
    """Rows of the first batch that training has drawn."""
    import keras

    if passed is None or not passed.batches:
        return None
    leaves = [leaf for leaf in keras.tree.flatten(passed.batches[0]) if leaf is not None]
    return int(leaves[0].shape[0]) if leaves and leaves[0].shape else None


def _arrays(source: Source | None, namespace: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Rows of the variables from which what `fit` is given is computed."""
    for name in source.reaches_fit if source is not None else ():
        value = namespace.get(name)
        shape = getattr(value, "shape", None) if is_data(value) else None
        if isinstance(shape, tuple) and shape and isinstance(shape[0], int):
            yield name, shape[0]


def _kept(data: Any) -> list[tuple[str, int]]:
    """Rows of the arrays that an object of the user's keeps."""
    arrays = data.arrays if type(data) is Stranger else {}
    return [(name, len(value)) for name, value in arrays.items() if value.ndim]


def _written(cell: Cell, argument: str, line: int | None) -> str:
    calls = [call for call in cell.calls_of("fit") if line in (None, call.line)]
    given = calls[0].argument(argument) if len(calls) == 1 else None
    return given.text if given is not None else ""
