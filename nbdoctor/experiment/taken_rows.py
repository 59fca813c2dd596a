"""Take the rows of a training as its steps get them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.experiment.rows import TrainedRows
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.task import NotScorableError, task_of
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.rows import each_leaf, row_count, sample_of, split, tensors
from nbdoctor.trials.refusal import UntriedError, refuse

Array = npt.NDArray[Any]


def rows_of(case: Case, given_by_loop: tuple[Any, Any] | None) -> tuple[Any, Any, Any]:
    """Return inputs, labels and sample weights: a choice of rows, all in one."""
    import keras

    if given_by_loop is not None:
        sample = sample_of(given_by_loop[0])
        x, y = (each_leaf(sample, one) for one in given_by_loop)
        return x, y, None
    given = case.arguments or {}
    try:
        sample = sample_of(given.get("x"))
    except UntriedError:
        if not case.batches:
            raise
        joined = backend.current().training.joined(list(case.batches))
        return keras.utils.unpack_x_y_sample_weight(joined)  # type: ignore[no-any-return]
    known = [given.get(name) for name in ("x", "y", "sample_weight")]
    x, y, weights = (None if one is None else each_leaf(sample, one) for one in known)
    return x, y, weights


def as_handed(x: Any, y: Any, weights: Any, by_class: Any) -> tuple[list[Array], list[Array], Any]:
    """Return rows as `fit` hands them to a step, as arrays."""
    import keras

    count = len(keras.tree.flatten(x)[0])
    try:
        whole = tensors(x, y, weights, by_class, count)
    except (TypeError, ValueError) as error:
        refuse(f"the rows cannot be handed to a step: {type(error).__name__}")
    x, y, weights = keras.utils.unpack_x_y_sample_weight(whole)
    arrays = keras.tree.map_structure(keras.ops.convert_to_numpy, (x, y))
    inputs = keras.tree.flatten(arrays[0])
    if any(one.dtype.kind not in "biuf" for one in inputs):
        refuse("the inputs are no numbers")
    labels = inputs[:1] if y is None else keras.tree.flatten(arrays[1])
    if weights is not None:
        weights = keras.tree.map_structure(keras.ops.convert_to_numpy, weights)
    return inputs, labels, weights


def trained_rows(
    inputs: Sequence[Array],
    labels: Sequence[Array],
    outputs: Sequence[Asked],
    weights: Any,
    *,
    embeds: bool,
) -> TrainedRows:
    """Return rows with what is asked of them, and which of them train and judge.

    Raises
    ------
    UntriedError
        No score fits their labels.
    """
    if len(labels) != len(outputs):
        refuse("labels and outputs of the model cannot be paired")
    try:
        tasks = [
            task_of(one, asked, inputs=list(inputs), ids=embeds)
            for one, asked in zip(labels, outputs, strict=True)
        ]
    except NotScorableError as why:
        refuse(str(why))
    parts = split(len(inputs[0]), {})
    return TrainedRows(
        inputs=tuple(inputs),
        labels=tuple(labels),
        tasks=tuple(tasks),
        train=parts.train,
        judge=parts.judge,
        weights=weights,
    )


def structure(value: Any) -> Any:
    """Return how inputs or labels are nested; a list of lists is one array of rows."""
    import keras

    if isinstance(value, (list, tuple)) and not any(hasattr(one, "shape") for one in value):
        return 0
    return keras.tree.map_structure(lambda _: 0, value)


def length(x: Any, case: Case) -> int:
    """Return how many rows a training has, of which `x` are a choice.

    Data that is not in memory is not asked: its length may be computed by the user's code.
    """
    try:
        return sample_of((case.arguments or {}).get("x")).total
    except UntriedError:
        return row_count(x)
