"""The tab "Inputs": what reaches the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from nbdoctor.readings.input_columns import Column
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.samples import FIRST, HELD_OUT
from nbdoctor.report import Report
from nbdoctor.view import wording
from nbdoctor.view.blocks import NUMBERS, Block, Chart, Table, Text
from nbdoctor.view.tabs.data import data_blocks
from nbdoctor.view.tabs.missing import not_measured, pending
from nbdoctor.view.tabs.samples import sample_rows


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """Per input: a sentence, its distribution, its counts, its columns."""
    inputs: Inputs | None = report.readings.get("Inputs")
    if inputs is None:
        yield not_measured(report, "Inputs", "The inputs")
        return
    if inputs.no_numbers:
        yield Text(text=_no_numbers(inputs.no_numbers))
    drawn = any(f"inputs/{tensor.name}" in charts for tensor in inputs.tensors)
    yield from pending(report, drawn=drawn)
    for tensor in inputs.tensors:
        yield Text(text=_sentence(tensor))
        whole, columns = f"inputs/{tensor.name}", f"columns/{tensor.name}"
        if whole in charts:
            yield charts[whole]
        yield _table(tensor, folded=whole in charts)
        if columns in charts:
            yield charts[columns]
        if len(tensor.columns) > 1:
            yield _columns(tensor, is_under_chart=columns in charts)
    yield from sample_rows(report, charts, FIRST, HELD_OUT)
    yield from data_blocks(report)


def _no_numbers(names: Sequence[str]) -> str:
    """A sentence for inputs that cannot be measured."""
    verb = "contain" if len(names) > 1 else "contains"
    named = ", ".join(wording.code(name) for name in names)
    return f"{named} {verb} text or other values that are not numbers, so they are not measured."


def called(tensor: InputTensor) -> str:
    """The user's name for an input, with the model's where it differs."""
    if not tensor.variable or tensor.variable == tensor.name:
        return wording.code(tensor.name)
    return f"{wording.code(tensor.variable)} (input {wording.code(tensor.name)})"


def _sentence(tensor: InputTensor) -> str:
    looked = _looked(tensor)
    same = " Every row is the same." if tensor.constant else ""
    whole = " All values are whole numbers." if tensor.integral else ""
    return (
        f"{called(tensor)}: {looked} examined, {wording.shape(tensor.shape)} "
        f"each, {tensor.dtype or 'unknown type'}. Values range from "
        f"{wording.span(tensor.minimum, tensor.maximum)}, mean {wording.number(tensor.mean)}, "
        f"standard deviation {wording.number(tensor.std)}.{same}{whole}"
    )


def _looked(tensor: InputTensor) -> str:
    if tensor.total_rows == tensor.rows:
        return f"all {wording.count(tensor.rows, 'row')}"
    return f"{tensor.rows:,}{f' of {tensor.total_rows:,}' if tensor.total_rows else ''} rows"


def _table(tensor: InputTensor, *, folded: bool) -> Table:
    return Table(
        caption=f"{called(tensor)} in numbers",
        header=("", "range", "mean", "standard deviation"),
        rows=tuple(_ranges(tensor)) + tuple(_broken(tensor)),
        folded=folded,
        fold_title=NUMBERS,
    )


def _ranges(tensor: InputTensor) -> Iterator[tuple[str, ...]]:
    yield _range("training", tensor.minimum, tensor.maximum, tensor.mean, tensor.std)
    if tensor.validation_mean is not None:
        yield _range(
            "validation",
            tensor.validation_minimum,
            tensor.validation_maximum,
            tensor.validation_mean,
            tensor.validation_std,
        )
    if tensor.entry_mean is not None and tensor.entry_ops:
        through = ", ".join(tensor.entry_ops)
        yield _range(
            f"as {wording.code(tensor.entry_layer)} receives them, after {through}",
            tensor.entry_minimum,
            tensor.entry_maximum,
            tensor.entry_mean,
            tensor.entry_std,
        )


def _range(
    name: str,
    low: float | None,
    high: float | None,
    mean: float | None,
    std: float | None,
) -> tuple[str, ...]:
    return (name, wording.span(low, high), wording.number(mean), wording.number(std))


def _broken(tensor: InputTensor) -> Iterator[tuple[str, ...]]:
    first = ""
    if tensor.first_bad is not None:
        row, column = tensor.first_bad
        first = f", the first in row {row:,}, column {column:,}"
    yield ("not finite", f"{tensor.nan:,} NaN, {tensor.inf:,} infinite{first}", "", "")
    if math.prod(tensor.shape) > 1:  # single values repeat anyhow
        yield ("constant columns", f"{tensor.constant_columns:,}", "", "")
        yield ("duplicate rows", f"{tensor.duplicate_rows:,}", "", "")


def _columns(tensor: InputTensor, *, is_under_chart: bool) -> Table:
    kind = "Channels" if len(tensor.shape) > 1 else "Columns"
    return Table(
        caption=f"{kind} of {called(tensor)}, the largest values first",
        header=("column", "range", "mean", "standard deviation", "NaN", "infinite"),
        rows=tuple(_column(column) for column in tensor.columns),
        folded=True,
        fold_title=NUMBERS if is_under_chart else "",
    )


def _column(column: Column) -> tuple[str, ...]:
    return (
        wording.code(column.name),
        wording.span(column.minimum, column.maximum),
        wording.number(column.mean),
        wording.number(column.std),
        f"{column.nan:,}",
        f"{column.inf:,}",
    )
