"""The rows that a `fit` call trains and validates on, as NumPy arrays, nothing consumed."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.namespace import is_data

Array = npt.NDArray[Any]

AUTOMATIC = re.compile(r"(keras_tensor|input_layer|input)(_\d+)?(CLONE)?$")
"""Names that Keras makes up mean nothing to the user."""

MOST_INPUT_VALUES = 200_000
"""Of each input so many values are kept for statistics: some 5 ms of NumPy."""

MOST_INPUT_ROWS = 2048
"""... and so many rows, spread evenly over the data."""

FEWEST_INPUT_ROWS = 64
"""... but so many in any case, however wide they are."""


@dataclass(frozen=True)
class Rows:
    """Rows of data by the names of the model's inputs and outputs.

    Attributes
    ----------
    inputs : mapping of str to array
        Shape (rows, ...): evenly spread rows of each input.
    index : array of int
        Which rows of the data those are.
    targets : mapping of str to array
        Shape (rows, ...): every row where the data is in memory, else those of the batches.
    total : int or None
        Rows there are, None when the data does not tell.
    batches : int
        Batches the rows came from, 0 when the data is in memory.
    whole : mapping of str to array
        The inputs themselves where they are in memory, for tests that need every row.
    columns : mapping of str to tuple of str
        Column names of inputs that are tables.
    """

    inputs: Mapping[str, Array]
    targets: Mapping[str, Array]
    index: Array
    total: int | None
    batches: int = 0
    whole: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is no row, or nothing in one."""
        return not self.inputs or self.total == 0

    @property
    def complete(self) -> bool:
        """Whether `targets` hold every row."""
        return self.batches == 0


def training_rows(call: FitCall) -> Rows | None:
    """The rows that `fit` trains on, None when they are not in memory."""
    arguments = call.arguments
    return _rows_in_memory(
        call.model, arguments.get("x"), arguments.get("y"), training_part(arguments)
    )


def validation_rows(call: FitCall) -> Rows | None:
    """The rows that judge, None when there are none or they are not in memory."""
    arguments = call.arguments
    given = arguments.get("validation_data")
    if given is not None:
        if not isinstance(given, (list, tuple)) or len(given) < 2:  # noqa: PLR2004  (x and y)
            return None
        return _rows_in_memory(call.model, given[0], given[1], slice(None))
    split = _split_at(arguments)
    if split is None:
        return None
    return _rows_in_memory(call.model, arguments.get("x"), arguments.get("y"), slice(split, None))


def rows_of_batches(
    model: Any, batches: list[Any], total: int | None, *, keep: bool = False
) -> Rows:
    """The rows of batches that have passed; `keep` all of them, as if they were in memory.

    Batches of other row shapes than the first (ragged ones, padded each to its own width) are left
    out as a whole, so that inputs and targets stay in step.
    """
    parts = [_named_arrays(model, batch) for batch in batches]
    alike = [part for part in parts if _row_shapes(part) == _row_shapes(parts[0])]
    inputs, targets = (
        {name: _stacked([part[side][name] for part in alike]) for name in alike[0][side]}
        for side in (0, 1)
    )
    rows = _length(inputs, targets)
    index = _spread(rows, inputs)
    return Rows(
        inputs={name: values[index] for name, values in inputs.items()},
        targets=targets,
        index=index,
        total=total,
        batches=0 if keep else len(alike),
        whole=inputs if keep else {},
    )


def _named_arrays(model: Any, batch: Any) -> tuple[dict[str, Array], dict[str, Array]]:
    """Inputs and targets of one batch by name; sparse and ragged ones dense."""
    import keras

    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    inputs, targets = named(x, input_names(model), "x"), named(y, output_names(model), "y")
    dense = keras.ops.convert_to_numpy
    return (
        {name: np.asarray(dense(values)) for name, values in inputs.items()},
        {name: np.asarray(dense(values)) for name, values in targets.items()},
    )


def _row_shapes(part: tuple[dict[str, Array], dict[str, Array]]) -> list[tuple[Any, ...]]:
    return [(name, values.shape[1:]) for side in part for name, values in side.items()]


def named(structure: Any, names: list[str], fallback: str) -> dict[str, Any]:
    """The leaves of `structure` by name: its own keys, else the model's, else numbered."""
    import keras

    if structure is None:
        return {}
    if isinstance(structure, Mapping):
        return {str(key): value for key, value in structure.items() if value is not None}
    leaves = [leaf for leaf in keras.tree.flatten(structure) if leaf is not None]
    if len(leaves) == 1:
        return {names[0] if len(names) == 1 else fallback: leaves[0]}
    if len(names) != len(leaves):
        names = [f"{fallback}_{number}" for number in range(1, len(leaves) + 1)]
    return dict(zip(names, leaves, strict=True))


def input_names(model: Any) -> list[str]:
    """Names that the user gave the model's inputs; empty where Keras made them up."""
    names = [tensor.name for tensor in getattr(model, "inputs", None) or []]
    return [] if any(AUTOMATIC.match(name) for name in names) else names


def output_names(model: Any) -> list[str]:
    """Names of the model's outputs; empty where they have none."""
    return list(getattr(model, "output_names", None) or [])


def as_array(values: Any) -> Array | None:
    """`values` as a NumPy array, None for what is no array (a dataset, a generator, a list).

    An object of the user's own class is none, whatever it can be made into: making it is theirs.
    """
    if not is_data(values) or not hasattr(values, "shape"):
        return None
    if isinstance(values, np.ndarray):
        return values
    if hasattr(values, "columns"):
        return _table(values)
    for method in ("numpy", "to_numpy"):
        if hasattr(values, method):
            return np.asarray(getattr(values, method)())
    return np.asarray(values) if hasattr(values, "__array__") else None


def _table(frame: Any) -> Array:
    """A frame of pandas as Keras takes it: mixed and nullable columns become its float type."""
    import keras

    values = np.asarray(frame.to_numpy())
    if values.dtype == object:
        with contextlib.suppress(TypeError, ValueError):  # text: Keras will say so
            return np.asarray(frame.astype(keras.config.floatx()).to_numpy())
    return values


def training_part(arguments: Mapping[str, Any]) -> slice:
    """The rows that train: all but the last ones, where `validation_split` takes these."""
    return slice(None, _split_at(arguments))


def _split_at(arguments: Mapping[str, Any]) -> int | None:
    """First validation row, as Keras computes it: the tail, before any shuffle."""
    share = arguments.get("validation_split")
    if not share or arguments.get("validation_data") is not None:
        return None
    import keras

    for leaf in keras.tree.flatten(arguments.get("x")):
        if getattr(leaf, "shape", None):
            return math.floor(int(leaf.shape[0]) * (1.0 - float(share)))
    return None


def _rows_in_memory(model: Any, x: Any, y: Any, part: slice) -> Rows | None:
    inputs = _arrays(named(x, input_names(model), "x"), part)
    targets = _arrays(named(y, output_names(model), "y"), part)
    if not inputs or targets is None:
        return None
    rows = _length(inputs, targets)
    index = _spread(rows, inputs)
    return Rows(
        inputs={name: values[index] for name, values in inputs.items()},
        targets=targets,
        index=index,
        total=rows,
        whole=inputs,
        columns=_column_names(named(x, input_names(model), "x")),
    )


def _arrays(structure: dict[str, Any], part: slice) -> dict[str, Array] | None:
    arrays = {}
    for name, values in structure.items():
        array = as_array(values)
        if array is None or array.ndim == 0:
            return None
        arrays[name] = array[part]
    return arrays


def _column_names(structure: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(str(column) for column in values.columns)
        for name, values in structure.items()
        if hasattr(values, "columns")
    }


def _length(*groups: Mapping[str, Array]) -> int:
    lengths = [len(values) for group in groups for values in group.values()]
    return min(lengths, default=0)


def _spread(rows: int, inputs: Mapping[str, Array]) -> Array:
    """Indices of evenly spread rows, so that sorted data is seen from end to end."""
    values_per_row = max((int(np.prod(a.shape[1:])) for a in inputs.values()), default=1)
    affordable = MOST_INPUT_VALUES // max(1, values_per_row)
    most = min(MOST_INPUT_ROWS, max(FEWEST_INPUT_ROWS, affordable))
    if rows <= most:
        return np.arange(rows)
    return np.linspace(0, rows - 1, most).astype(int)


def _stacked(parts: list[Array]) -> Array:
    """Batches as one array."""
    return np.concatenate(parts) if parts[0].ndim else np.stack(parts)
