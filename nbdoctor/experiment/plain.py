"""Small networks that are known to work for rows and answers of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.experiment.objective import NUMBERS
from nbdoctor.experiment.rows import InputKind, TrainedRows
from nbdoctor.readings.task import Task

Array = npt.NDArray[Any]

WIDE = 2048
"""A series of more values is not read as a whole beside its windows."""

SHORT = 40
"""Ids up to this length are read in order, too; pictures up to this size as they are."""

FEWEST_TO_POOL = 4
EMBEDDED = 32
PAIR = 2

WORDS = {
    "table": "dense layers",
    "ids": "an embedding, its mean and windows of three",
    "series": "convolutions over five steps",
    "picture": "two convolutions with pooling",
}


def plain_network(
    rows: TrainedRows, inputs: Sequence[Array], kinds: Sequence[InputKind], narrowest: int
) -> Any:
    """Make a small network without dropout or penalties that gives features for each output.

    Parameters
    ----------
    rows : TrainedRows
    inputs : sequence of array
        As they are handed in.
    kinds : sequence of str
    narrowest : int
        Units of the narrowest of the user's layers: who rebuilds the input gets no more room.
    """
    import keras
    from keras import layers, ops

    taken = [keras.Input(x.shape[1:] if x.ndim > 1 else (1,)) for x in inputs]
    if rows.tasks[0].kind == "rebuilding":
        narrow = max(2, min(narrowest, int(np.prod(inputs[0].shape[1:]))))
        inner = layers.Dense(narrow)(_dense(layers.Flatten()(taken[0])))
        return keras.Model(taken, [_dense(inner)])
    by_place = [answers_at_places(task, inputs[0]) for task in rows.tasks]
    placed = _by_place(taken[0], kinds[0], inputs[0]) if any(by_place) else None
    whole: Any = None
    if not all(by_place):
        parts = [_as_whole(*one) for one in zip(taken, kinds, inputs, strict=True)]
        whole = parts[0] if len(parts) == 1 else layers.Concatenate()(parts)
        if len(parts) == PAIR and parts[0].shape == parts[1].shape:
            apart = ops.abs(parts[0] - parts[1])
            whole = layers.Concatenate()([whole, apart, parts[0] * parts[1]])
        whole = _dense(_dense(whole))
    return keras.Model(taken, [placed if at else whole for at in by_place])


def answers_at_places(task: Task, x: Array) -> bool:
    """Whether each place of an input has an answer of its own."""
    if task.kind in NUMBERS:
        shape = task.truth.shape[1:-1] if task.truth.ndim > PAIR else ()
    else:
        shape = task.places
    return bool(shape) and x.shape[1 : 1 + len(shape)] == shape


def _dense(t: Any, units: int = 64) -> Any:
    from keras import layers

    return layers.Dense(units, activation="relu")(t)


def _embedded(t: Any, x: Array) -> Any:
    from keras import layers

    return layers.Embedding(int(x.max()) + 1, EMBEDDED)(t)


def _by_place(t: Any, kind: InputKind, x: Array) -> Any:
    from keras import layers

    if kind == "picture":
        for _ in range(3):
            t = layers.Conv2D(16, 3, padding="same", activation="relu")(t)
        return t
    if kind == "ids":
        t = _embedded(t, x)
    for _ in range(2):
        t = layers.Conv1D(32, 5, padding="same", activation="relu")(t)
    return t


def _as_whole(t: Any, kind: InputKind, x: Array) -> Any:
    if kind == "ids":
        return _of_ids(t, x)
    if kind == "series":
        return _of_series(t)
    if kind == "picture" and len(t.shape) == FEWEST_TO_POOL:
        return _of_pictures(t)
    from keras import layers

    return layers.Flatten()(t)


def _of_ids(t: Any, x: Array) -> Any:
    from keras import layers

    if x.ndim == 1:
        return layers.Flatten()(_embedded(t, x))
    t = _embedded(t, x)
    near = layers.Conv1D(EMBEDDED, 3, padding="same", activation="relu")(t)
    parts = [layers.GlobalAveragePooling1D()(t), layers.GlobalMaxPooling1D()(near)]
    if x.shape[1] <= SHORT:
        parts.append(layers.GRU(24)(t))
    return layers.Concatenate()(parts)


def _of_series(t: Any) -> Any:
    from keras import layers

    near = layers.Conv1D(24, 5, padding="same", activation="relu")(t)
    near = layers.Conv1D(24, 5, padding="same", activation="relu")(near)
    parts = [layers.GlobalAveragePooling1D()(near), layers.GlobalMaxPooling1D()(near)]
    if int(np.prod(t.shape[1:])) <= WIDE:
        parts.append(_dense(layers.Flatten()(t)))
    return layers.Concatenate()(parts)


def _of_pictures(t: Any) -> Any:
    from keras import layers

    while max(t.shape[1:3]) > SHORT:
        t = layers.AveragePooling2D(2)(t)
    for filters in (16, 32):
        t = layers.Conv2D(filters, 3, padding="same", activation="relu")(t)
        if min(t.shape[1:3]) >= FEWEST_TO_POOL:
            t = layers.MaxPooling2D(2)(t)
    return layers.Flatten()(t)
