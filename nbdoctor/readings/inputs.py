"""What reaches the model: ranges, distributions, broken values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nbdoctor.capture.data import Array, Rows
from nbdoctor.readings.broken import broken_values
from nbdoctor.readings.given import ValidationRows
from nbdoctor.readings.histogram import Histogram, histograms
from nbdoctor.readings.input_columns import Column, columns_of
from nbdoctor.readings.missing import not_measured
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.row_classes import RowClasses, classes_of
from nbdoctor.readings.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class InputTensor:
    """One input of the model over the rows that were looked at.

    Attributes
    ----------
    name : str
        Name of the model's input, or "x".
    variable : str
        The user's variable, "" when unknown.
    shape : tuple of int
        Shape of one row.
    dtype : str
        As it reaches `fit`.
    rows, total_rows : int, int or None
        Rows looked at, and rows there are (None when the data does not tell).
    nan, inf : int
        Count of such values.
    first_bad : tuple of (int, int) or None
        Row (in the data where it is in memory, else in the probe) and flat column of the first
        value that is not finite.
    minimum, maximum, mean, std : float
        Over finite values.
    is_table : bool
        A frame of named columns was given, not an array.
    constant : bool
        Every row is the same: no column varies.
    constant_columns : int
        Columns with the same value in all rows.
    integral : bool
        All values are whole numbers.
    duplicate_rows : int
        Rows that repeat an earlier row.
    columns : tuple of Column
        Per column (tables) or channel (images), the widest spread first, at most 24.
    histogram : Histogram or None
        Of all finite values.
    validation : Histogram or None
        The same bins over the validation rows.
    validation_minimum, validation_maximum, validation_mean, validation_std : float or None
        Over the finite values of the validation rows.
    entry_layer : str
        First layer with a kernel that this input reaches, "" when unknown.
    entry_minimum, entry_maximum, entry_mean, entry_std : float or None
        Values as that layer receives them.
    entry_ops : tuple of str
        Kinds of the layers before it ("Rescaling", "Flatten").
    """

    name: str
    variable: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    rows: int = 0
    total_rows: int | None = None
    nan: int = 0
    inf: int = 0
    first_bad: tuple[int, int] | None = None
    minimum: float = 0.0
    maximum: float = 0.0
    mean: float = 0.0
    std: float = 0.0
    is_table: bool = False
    constant: bool = False
    constant_columns: int = 0
    integral: bool = False
    duplicate_rows: int = 0
    columns: tuple[Column, ...] = ()
    histogram: Histogram | None = None
    validation: Histogram | None = None
    validation_minimum: float | None = None
    validation_maximum: float | None = None
    validation_mean: float | None = None
    validation_std: float | None = None
    entry_layer: str = ""
    entry_minimum: float | None = None
    entry_maximum: float | None = None
    entry_mean: float | None = None
    entry_std: float | None = None
    entry_ops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All inputs of the model.

    Attributes
    ----------
    tensors : tuple of InputTensor
    no_numbers : tuple of str
        Names of those that hold text or other values that are no numbers.
    """

    tensors: tuple[InputTensor, ...]
    no_numbers: tuple[str, ...] = ()


def read_inputs(
    rows: Rows,
    validation: Rows | None,
    variables: dict[str, str] | None = None,
) -> Inputs:
    """Describe what reaches the model, before any layer.

    Parameters
    ----------
    rows, validation : Rows
        Training rows, and validation rows where there are any.
    variables : dict of str to str
        The user's variable for each input.
    """
    tensors, no_numbers = [], []
    classes = classes_of(rows)
    for name, values in rows.inputs.items():
        if values.dtype.kind not in "biuf":
            no_numbers.append((variables or {}).get(name) or name)
            continue
        beside = None if validation is None else validation.inputs.get(name)
        if beside is not None and beside.shape[1:] != values.shape[1:]:
            beside = None  # other columns: Keras will say so
        tensor = _tensor(name, values, beside, rows.columns.get(name, ()), classes)
        tensor = replace(
            tensor,
            variable=(variables or {}).get(name, ""),
            total_rows=rows.total,
            **broken_values(values, rows.whole.get(name), rows.index),
        )
        tensors.append(tensor)
    return Inputs(tensors=tuple(tensors), no_numbers=tuple(no_numbers))


@reading(
    "the inputs",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BATCHES,
    missing=not_measured("the inputs could not be read before training"),
)
def inputs_of_rows(
    rows: Rows, validation: ValidationRows | None, source: Source | None
) -> Inputs | None:
    """What reaches the model, by the user's name for it."""
    if rows.is_empty:
        return None
    name = source.x_name if source is not None else ""
    names = dict.fromkeys(rows.inputs, name) if len(rows.inputs) == 1 else {}
    return read_inputs(rows, validation, names)


def _tensor(
    name: str,
    values: Array,
    validation: Array | None,
    columns: tuple[str, ...],
    classes: RowClasses | None,
) -> InputTensor:
    numbers = values.astype(np.float64, copy=False)
    good = np.isfinite(numbers)
    finite = numbers if good.all() else numbers[good]
    if not finite.size:
        finite = np.zeros(1)
    flat = numbers.reshape(len(numbers), -1)
    varies = np.any(flat != flat[:1], axis=0) if len(flat) else np.zeros(0, bool)
    whole, beside = histograms(values, validation)
    return InputTensor(
        name=name,
        shape=tuple(int(size) for size in values.shape[1:]),
        dtype=str(values.dtype),
        rows=len(values),
        minimum=float(finite.min()),
        maximum=float(finite.max()),
        mean=float(finite.mean()),
        std=float(finite.std()),
        is_table=bool(columns),
        constant=len(flat) > 1 and not varies.any(),
        constant_columns=int((~varies).sum()) if len(flat) > 1 else 0,
        integral=bool(np.all(finite == np.round(finite))),
        duplicate_rows=len(flat) - len({row.tobytes() for row in flat}),
        columns=columns_of(numbers, validation, columns, classes),
        histogram=whole,
        validation=beside,
        **_validation_summary(validation),
    )


def _validation_summary(values: Array | None) -> dict[str, Any]:
    if values is None or values.dtype.kind not in "biuf":
        return {}
    numbers = values.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    if not finite.size:
        return {}
    return {
        "validation_minimum": float(finite.min()),
        "validation_maximum": float(finite.max()),
        "validation_mean": float(finite.mean()),
        "validation_std": float(finite.std()),
    }
