"""The rows that copies are trained on and judged by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.backend.keras_internals.data import adapter_of_arrays
from nbdoctor.trials.copying.case import Judging, ModelCopy
from nbdoctor.trials.proof.values import is_library_object
from nbdoctor.trials.refusal import UntriedError, refuse

Array = npt.NDArray[Any]

MOST_ROWS = 1536
"""Two thirds of them feed 100 steps of 32 rows three times over; a third judges, whose share of
hits is then known to about two hundredths."""

MOST_BYTES = 64_000_000
"""... but not more than this, for wide rows."""

FEWEST_TO_HOLD_OUT = 60
"""From fewer rows none are held back: 20 rows tell a score to a tenth at best."""

HELD_OUT = 1 / 3


@dataclass(frozen=True)
class Sample:
    """Evenly spread rows of data in memory.

    Attributes
    ----------
    index : array of int
        Which rows.
    total : int
        Rows there are.
    """

    index: Array
    total: int

    def of(self, value: Any) -> Any:
        """Return these rows of what has one entry per row, and other values as they are."""
        if not self.fits(value):
            return value
        if hasattr(value, "iloc"):
            return value.iloc[self.index]
        if isinstance(value, np.ndarray):
            return value[self.index]
        if isinstance(value, (list, tuple)):
            return type(value)(value[int(row)] for row in self.index)
        return backend.current().training.rows(value, self.index)

    def fits(self, value: Any) -> bool:
        """Whether `value` has one entry for each row of the data."""
        return _length(value) == self.total


def sample_of(x: Any) -> Sample:
    """Choose evenly spread rows of inputs in memory.

    Raises
    ------
    UntriedError
        They are not in memory, or there are too few.
    """
    import keras

    arrays = isinstance(x, (list, tuple)) and not any(hasattr(one, "shape") for one in x)
    leaves = [x] if arrays else keras.tree.flatten(x)
    lengths = {_length(leaf) for leaf in leaves}
    if len(lengths) != 1 or None in lengths:
        refuse("the data is not in memory")
    total = lengths.pop() or 0
    width = sum(_bytes_of_row(leaf) for leaf in leaves)
    most = int(min(MOST_ROWS, max(64, MOST_BYTES // max(1, width))))
    if total < 2:  # noqa: PLR2004
        refuse("there are too few rows")
    index = np.arange(total) if total <= most else np.linspace(0, total - 1, most).astype(int)
    return Sample(index=index, total=total)


def is_in_memory(x: Any) -> bool:
    """Whether the rows of inputs are in memory."""
    try:
        sample_of(x)
    except UntriedError:
        return False
    return True


def _length(leaf: Any) -> int | None:
    """Count the rows in memory; None for anything else, which is not asked for its shape."""
    if type(leaf) in {list, tuple}:
        return len(leaf)
    if not is_library_object(leaf) or not hasattr(leaf, "shape"):
        return None
    shape = leaf.shape
    return int(shape[0]) if len(shape) and shape[0] is not None else None


def _bytes_of_row(leaf: Any) -> int:
    shape = getattr(leaf, "shape", (1,))
    return int(np.prod([size or 1 for size in shape[1:]])) * 4


@dataclass(frozen=True)
class Split:
    """Which of the sampled rows train and which judge.

    Attributes
    ----------
    train, judge : array of int
    held_out : bool
        Whether they differ.
    """

    train: Array
    judge: Array
    held_out: bool


def split(rows: int, arguments: Mapping[str, Any]) -> Split:
    """Hold some rows back: those that `fit` validates on, where it splits them off itself."""
    if rows < FEWEST_TO_HOLD_OUT:
        return Split(np.arange(rows), np.arange(rows), held_out=False)
    share = float(arguments.get("validation_split") or 0.0)
    if 0 < share < 1 and arguments.get("validation_data") is None:
        at = int(rows * (1.0 - share))
        return Split(np.arange(at), np.arange(at, rows), held_out=True)
    order = np.random.default_rng(0).permutation(rows)
    judging = int(rows * HELD_OUT)
    return Split(np.sort(order[judging:]), np.sort(order[:judging]), held_out=True)


def judging_rows(copy: ModelCopy, validation: Judging | None = None) -> Judging:
    """Return the rows that judge: validation rows, where a treatment changes these; else held back.

    Parameters
    ----------
    copy : ModelCopy
    validation : Judging, optional
        Those of the cell, where they judge although the treatment leaves them alone.
    """
    import keras

    given = copy.judging or validation
    if given is not None:
        return given
    rows = int(keras.tree.flatten(copy.data)[0].shape[0])
    judge = split(rows, copy.arguments).judge
    batch = backend.current().training.rows(copy.data, judge)
    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    if copy.labels is not None:
        return Judging(x, copy.labels[judge])
    leaves = keras.tree.flatten(y)
    known = len(leaves) == 1 and leaves[0] is not None
    return Judging(x, np.asarray(keras.ops.convert_to_numpy(leaves[0])) if known else None)


def rows_of_steps(
    rows: Array, *, steps: int, size: int, shuffles: bool, deal: np.random.Generator
) -> Array:
    """Choose the rows of every step, shape (steps, size): shuffled in each epoch, or in order."""
    batches: list[Array] = []
    while len(batches) < steps:
        order = deal.permutation(rows) if shuffles else rows
        batches += [order[at : at + size] for at in range(0, len(order) - size + 1, size)]
    return np.stack(batches[:steps]).astype("int64")


def tensors(x: Any, y: Any, weights: Any, class_weight: Any, rows: int) -> Any:
    """Return rows in memory as `fit` hands them to a step, all in one batch."""
    adapter = adapter_of_arrays(
        x,
        y,
        weights,
        class_weight=class_weight,
        batch_size=rows,
        shuffle=False,
    )
    return backend.current().training.whole(adapter)


def validation_rows(given: Any) -> Judging | None:
    """Return evenly spread rows of what `fit` validates on; None where that is not in memory.

    Parameters
    ----------
    given : Any
        The argument of `fit`: inputs and labels, and perhaps weights.
    """
    import keras

    if type(given) not in {list, tuple} or not 2 <= len(given) <= 3:  # noqa: PLR2004
        return None
    try:
        sample = sample_of(given[0])
    except UntriedError:
        return None
    x, y = (each_leaf(sample, one) for one in given[:2])
    batch = tensors(x, y, None, None, len(sample.index))
    return Judging(keras.utils.unpack_x_y_sample_weight(batch)[0], labels_of(y))


def each_leaf(sample: Sample, value: Any) -> Any:
    """Return the rows of every leaf of a structure."""
    import keras

    if isinstance(value, (list, tuple)) and not any(hasattr(one, "shape") for one in value):
        return sample.of(value)
    return keras.tree.map_structure(sample.of, value)


def row_count(x: Any) -> int:
    """Return how many rows inputs have."""
    import keras

    return int(keras.tree.flatten(x)[0].shape[0]) if not isinstance(x, list) else len(x)


def labels_of(y: Any) -> Any:
    """Return labels of one output as an array, None for none or several outputs."""
    import keras

    if y is None:
        return None
    leaves = [y] if not isinstance(y, (dict, list, tuple)) else keras.tree.flatten(y)
    if len(leaves) != 1:
        return None
    leaf = leaves[0]
    if hasattr(leaf, "to_numpy"):
        return leaf.to_numpy()
    return np.asarray(leaf)
