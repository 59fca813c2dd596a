"""One stage of a pipeline of `tf.data`: what it is, what it takes, and what it calls."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from nbdoctor.backend.patching import beneath
from nbdoctor.errors.exceptions import is_library_file, is_of_a_library

FUNCTIONS = ("_map_func", "_predicate", "_reduce_func", "_key_func", "_scan_func", "_flat_map_func")
"""Where the kinds of datasets keep what they call."""

OPTIONS = {
    "_buffer_size": "buffer_size",
    "_seed": "seed",
    "_seed2": "seed2",
    "_reshuffle_each_iteration": "reshuffle",
    "_count": "count",
    "_batch_size": "batch_size",
}
"""Arguments of stages that are told."""


def walk(dataset: Any) -> Iterator[Any]:
    """A dataset, and all before it."""
    yield dataset
    for one in inputs_of(dataset):
        yield from walk(one)


def is_stranger(dataset: Any) -> bool:
    """Whether a dataset is of a class of the user's, whose methods must not run for us."""
    return not all(map(is_of_a_library, type.mro(type(dataset))))


def is_replaced() -> bool:
    """Whether code of somebody else's stands in the methods by which a dataset is drawn from."""
    methods = (beneath(tf.data.Dataset, name) for name in ("__init__", "__iter__"))
    codes = (getattr(method, "__code__", None) for method in methods)
    return not all(code and is_library_file(code.co_filename) for code in codes)


def inputs_of(dataset: Any) -> list[Any]:
    """The datasets that one takes its elements from; none where only the user's code can tell."""
    if is_stranger(dataset):
        return []
    return list(dataset._inputs())  # noqa: SLF001  (there is no public way)


def kind_of(dataset: Any) -> str:
    """The kind of a stage, as "Shuffle" or "Map"; "" of a class of the user's."""
    if is_stranger(dataset):
        return ""
    name = type(dataset).__name__.strip("_").removesuffix("V2").removesuffix("Dataset")
    return name.removeprefix("Parallel") or name


def function_of(dataset: Any) -> Any:
    """The traced function of a stage, None where it has none."""
    return next((vars(dataset)[name] for name in FUNCTIONS if name in vars(dataset)), None)


def name_of(wrapped: Any) -> str:
    """The name of the function that a stage calls, "" without one."""
    function = inspect.unwrap(getattr(wrapped, "_func", None) or len)
    code = getattr(function, "__code__", None)
    return "" if wrapped is None or code is None else str(code.co_name)


def options_of(dataset: Any) -> Iterator[tuple[str, int]]:
    """Arguments of a stage, as far as they are numbers."""
    for attribute, name in OPTIONS.items():
        value = vars(dataset).get(attribute)
        if isinstance(value, tf.Tensor):
            value = value.numpy() if hasattr(value, "numpy") and value.shape.rank == 0 else None
        if isinstance(value, (bool, int, np.integer)):
            yield name, int(value)
    tensors = vars(dataset).get("_tensors") or [] if kind_of(dataset) == "TensorSlice" else []
    if tensors and tensors[0].shape.rank:
        yield "rows", int(tensors[0].shape[0])


def operations_of(wrapped: Any) -> set[str]:
    """Kinds of the operations of a traced function, and of those that it calls."""
    graph = getattr(getattr(wrapped, "function", None), "graph", None)
    if graph is None:
        return {"unknown"}
    found = {operation.type for operation in graph.get_operations()}
    for one in graph._functions.values():  # noqa: SLF001  (there is no public way)
        found |= {node.op for node in one.cached_definition.node_def}
    return found
