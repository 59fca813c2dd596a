"""Which values are plain data, or objects of exactly the classes of a library."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.structure import functional_class
from nbdoctor.cell import namespace
from nbdoctor.cell.namespace import is_defined_in

KERAS = frozenset({"keras"})

MOST_HELD = 10_000
"""Entries of a container that are looked at; one with more is no container of plain data."""

FIXED = (range, slice, type(Ellipsis))
"""Values of these kinds cannot be changed either."""

SPELLINGS = ("IndexExpression", "RClass", "CClass")
"""What `np.s_`, `np.r_` and `np.c_` are."""


def is_plain(value: Any) -> bool:
    """Whether a value can be read and cannot be changed."""
    kind = type(value)
    return namespace.is_plain(value) or kind in FIXED or _is_of_numpy(kind)


def _is_of_numpy(kind: type[Any]) -> bool:
    return kind.__module__ == "numpy" and issubclass(kind, np.generic)


def is_library_object(value: Any) -> bool:
    """Whether a value is data of exactly one of the kinds that libraries define."""
    kind = type(value)
    root = kind.__module__.split(".")[0]
    if kind is np.ndarray or kind is np.dtype or root == "numpy":
        return kind.__name__ in {"ndarray", *SPELLINGS} or isinstance(value, np.dtype)
    if root == "pandas":
        return kind.__name__ in {"DataFrame", "Series", "Index", "RangeIndex", "Categorical"}
    if root == "tensorflow":
        known = {"EagerTensor", "DType", "TensorShape", "SparseTensor", "RaggedTensor"}
        return kind.__name__ in known
    return root == "scipy" and kind.__module__.startswith("scipy.sparse")


def is_plain_data(value: Any, depth: int = 4) -> bool:
    """Whether reading a value runs no code: data, and plain containers of data."""
    if is_plain(value) or is_library_object(value):
        return not (type(value) is np.ndarray and value.dtype == object and not _all_plain(value))
    kind = type(value)
    if kind in {list, tuple, set, frozenset} and depth:
        return len(value) <= MOST_HELD and all(is_plain_data(one, depth - 1) for one in value)
    if kind is dict and depth:
        held = [*value, *value.values()]
        return len(value) <= MOST_HELD and all(is_plain_data(one, depth - 1) for one in held)
    return False


def _all_plain(value: Any) -> bool:
    return value.size <= MOST_HELD and all(is_plain(one) for one in value.ravel().tolist())


def words_in(value: Any) -> Iterator[str]:
    """Yield the words that plain data holds, those of arrays and tables left out."""
    kind = type(value)
    if kind is str:
        yield value
    elif kind is dict:
        yield from words_in([*value, *value.values()])
    elif kind in {list, tuple, set, frozenset}:
        for one in value:
            yield from words_in(one)


def is_of_keras(value: Any) -> bool:
    """Whether a value is an object of exactly one of Keras's classes."""
    return _is_keras_class(type(value))


def _is_keras_class(kind: type[Any]) -> bool:
    return kind.__module__.split(".")[0] == "keras" and kind in keras_classes()


@cache
def keras_classes() -> frozenset[type[Any]]:
    """Return all classes of Keras that this process knows, as Keras made them."""
    import keras

    waiting, found = [keras.layers.Layer, *_roots(keras)], set()
    while waiting:
        kind = waiting.pop()
        if kind in found:
            continue
        if is_defined_in(KERAS, kind):
            found.add(kind)
        waiting += kind.__subclasses__()
    return frozenset(found)


def _roots(keras: Any) -> list[type[Any]]:
    return [
        keras.Model,
        keras.Sequential,
        functional_class(),
        keras.losses.Loss,
        keras.metrics.Metric,
        keras.optimizers.Optimizer,
        keras.optimizers.schedules.LearningRateSchedule,
        keras.regularizers.Regularizer,
        keras.initializers.Initializer,
        keras.constraints.Constraint,
        keras.random.SeedGenerator,
        keras.DTypePolicy,
        keras.Variable,
        keras.KerasTensor,
    ]
