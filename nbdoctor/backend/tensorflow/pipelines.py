"""Pipelines of `tf.data`, read from the live datasets.

A dataset knows its inputs, its arguments and the trace of its function. Elements are drawn only
from stages that keep nothing from one iterator to the next: what shuffles, repeats, caches or
batches is passed by, and where a function runs Python or writes anything, nothing is drawn.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import op_def_registry

from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.patching import Patch
from nbdoctor.backend.pipelines import Redrawn, Stage
from nbdoctor.backend.sampling import Array
from nbdoctor.backend.tensorflow.operations import (
    CALLS,
    FOR_ONE_RUN,
    NOT_AS_REGISTERED,
    ON_THEIR_OWN,
    WRITE_NOTHING,
)
from nbdoctor.backend.tensorflow.stages import (
    function_of,
    inputs_of,
    is_replaced,
    is_stranger,
    kind_of,
    name_of,
    operations_of,
    options_of,
    walk,
)
from nbdoctor.backend.tensorflow.step import Shadow

KEEPS_NOTHING = frozenset(
    {"TensorSlice", "Tensor", "Range", "Zip", "Concatenate", "Map", "Filter", "Take", "Skip"}
    | {"Shard", "Batch", "PaddedBatch", "Unbatch", "Prefetch", "Options"}
)
"""Kinds that keep nothing from one iterator to the next, where their functions do not."""

PASSED_BY = frozenset({"Shuffle", "Cache", "Repeat", "Prefetch", "Options", "Model", "Rebatch"})
"""Kinds that give the elements before them, in another order or more than once."""

CUTS = frozenset({"Take", "Skip"})
CHOOSES = CUTS | {"Shard", "Filter", "TakeWhile", "Sample", "Window"}
"""Kinds that leave out some of the elements before them."""

BATCHES = frozenset({"Batch", "PaddedBatch", "RaggedBatch"})

READ_ONLY = frozenset({"ReadVariableOp", "LookupTableFindV2", "LookupTableSizeV2", "VariableShape"})
"""Operations on something that is captured, which leave it as it is."""

RANDOM = re.compile(r"Random|^Rng|^Stateful(?!Partitioned)|^Multinomial|Distorted|TruncatedNormal")
"""Operations that draw random numbers, or move on a generator of them."""

ROWS_OF_A_BATCH = 64


def stages(dataset: Any, line_of: Callable[[Any], int | None]) -> Stage:
    """The last stage of a dataset, with all before it; nothing is drawn."""
    if is_stranger(dataset):
        return Stage(kind=kind_of(dataset), key=id(dataset), line=line_of(dataset))
    wrapped = function_of(dataset)
    return Stage(
        kind=kind_of(dataset),
        key=id(dataset),
        line=line_of(dataset),
        function=name_of(wrapped),
        options=dict(options_of(dataset)),
        parts=_parts(dataset),
        is_random=wrapped is not None and any(RANDOM.search(op) for op in operations_of(wrapped)),
        inputs=tuple(stages(one, line_of) for one in inputs_of(dataset)),
    )


def _parts(dataset: Any) -> int:
    """Tensors of an element; 1 where the user's code would have to tell."""
    return 1 if any(map(is_stranger, walk(dataset))) else len(tf.nest.flatten(dataset.element_spec))


@contextlib.contextmanager
def made(note: Callable[[Any], None]) -> Iterator[None]:
    """Call `note` with each dataset that is made in the block."""

    def around(begin: Callable[..., None]) -> Callable[..., None]:
        def noted(dataset: Any, *args: Any, **kwargs: Any) -> None:
            begin(dataset, *args, **kwargs)
            note(dataset)

        return noted

    with Patch(tf.data.Dataset, "__init__", around):
        yield


@contextlib.contextmanager
def iterated(note: Callable[[Any], None]) -> Iterator[None]:
    """Call `note` with each dataset of which an iterator is made in the block."""

    def around(begin: Callable[..., Any]) -> Callable[..., Any]:
        def noted(dataset: Any, *args: Any) -> Any:
            note(dataset)
            return begin(dataset, *args)

        return noted

    with Patch(tf.data.Dataset, "__iter__", around):
        yield


def sources(dataset: Any) -> list[list[Array]]:
    """The arrays of each source that is in memory, without copying them, as far as they are used.

    Rows that `take` and `skip` leave out right behind the source are left out. Nothing is returned
    of a source from which a later stage may choose: which rows it takes is not known.
    """
    kind, inputs = kind_of(dataset), inputs_of(dataset)
    if kind == "TensorSlice":
        tensors = getattr(dataset, "_tensors", [])
        plain = [t for t in tensors if isinstance(t, tf.Tensor) and t.dtype != tf.variant]
        return [[np.asarray(t) for t in plain]] if len(plain) == len(tensors) else []
    if kind in CUTS and len(inputs) == 1 and kind_of(inputs[0]) in {"TensorSlice", *CUTS}:
        count = tf.get_static_value(vars(dataset).get("_count"))
        if count is None:
            return []
        most = sys.maxsize if count < 0 else int(count)
        part = slice(most) if kind == "Take" else slice(most, None)
        return [[array[part] for array in arrays] for arrays in sources(inputs[0])]
    if kind in CHOOSES:
        return []
    return [found for one in inputs for found in sources(one)]


def shapes(dataset: Any) -> list[list[tuple[int | None, ...]]] | None:
    """The shapes of the tensors of an element, by its parts; nothing is drawn."""
    if any(map(is_stranger, walk(dataset))):
        return None
    spec = dataset.element_spec
    parts = [tf.nest.flatten(part) for part in (spec if isinstance(spec, tuple) else (spec,))]
    ranks = [leaf.shape.rank for part in parts for leaf in part if leaf is not None]
    if None in ranks:
        return None
    return [[tuple(leaf.shape) for leaf in part if leaf is not None] for part in parts]


def kept(dataset: Any, name: str) -> Any:
    """What the last stage that was given an attribute `name` keeps there, None without one."""
    found = (vars(one).get(name) for one in walk(dataset))
    return next((value for value in found if value is not None), None)


def draws_alone(dataset: Any) -> bool:
    """Whether drawing from an iterator over a dataset changes nothing but this iterator."""
    wrapped = function_of(dataset)
    leaves_no_trace = wrapped is None or all(map(_leaves_no_trace, operations_of(wrapped)))
    if kind_of(dataset) not in KEEPS_NOTHING | {"Shuffle", "Repeat"} or not leaves_no_trace:
        return False
    return all(map(draws_alone, inputs_of(dataset)))


def batches_in_order(dataset: Any, rows: int, seconds: float) -> list[Any] | None:
    """Batches of the rows below what shuffles, repeats and batches them."""
    if not _is_batched(dataset) or is_replaced():
        return None
    elements = _elements(dataset)
    if elements is None:
        return None
    taken: list[Any] = []
    seen, until = 0, time.perf_counter() + seconds
    for element in elements:
        leaves = [leaf for leaf in tf.nest.flatten(element) if leaf is not None]
        taken.append(element)
        seen += int(leaves[0].shape[0] or 0)
        if seen >= rows or time.perf_counter() > until:
            break
    return taken


def _elements(dataset: Any) -> Iterator[Any] | None:
    """Elements of a dataset in the order of its source; None where drawing leaves a trace."""
    if _is_only_read(dataset):
        drawn: Iterator[Any] = iter(dataset)
        return drawn
    kind, inputs = kind_of(dataset), inputs_of(dataset)
    before = _elements(inputs[0]) if len(inputs) == 1 else None
    if before is None:
        return None
    if kind in PASSED_BY:
        return before
    if kind in BATCHES:
        return _batched(before)
    wrapped = function_of(dataset)
    if kind == "Map" and all(map(_leaves_no_trace, operations_of(wrapped))):
        return (_called(dataset, wrapped, element) for element in before)
    return None


def _batched(elements: Iterator[Any]) -> Iterator[Any]:
    while some := list(itertools.islice(elements, ROWS_OF_A_BATCH)):
        yield tf.nest.map_structure(lambda *leaves: tf.stack(leaves), *some)


def _called(dataset: Any, wrapped: Any, element: Any) -> Any:
    made = wrapped.function(*tf.nest.flatten(element))
    return tf.nest.pack_sequence_as(dataset.element_spec, tf.nest.flatten(made))


def redrawn(dataset: Any, elements: int, draws: int) -> list[Redrawn]:
    """What random stages make of the same few elements, by traces on copies."""
    found: list[Redrawn] = []
    for one in () if is_replaced() else walk(dataset):
        wrapped = function_of(one)
        if kind_of(one) != "Map" or wrapped is None:
            continue
        if not any(RANDOM.search(op) for op in operations_of(wrapped)):
            continue
        source = _elements(inputs_of(one)[0])
        if source is None:
            continue
        try:
            run = Shadow(wrapped.function.graph, lambda: ())
            given = list(itertools.islice(source, elements))
            made_of = [[_as_arrays(one, run(each)[0]) for each in given] for _ in range(draws)]
        except RefusedError:
            continue
        found.append(Redrawn(id(one), made_of, _is_batched(inputs_of(one)[0])))
    return found


def _as_arrays(dataset: Any, flat: Any) -> Any:
    leaves = [np.asarray(leaf) for leaf in tf.nest.flatten(flat)]
    return tf.nest.pack_sequence_as(dataset.element_spec, leaves)


def _is_only_read(dataset: Any) -> bool:
    """Whether drawing leaves all else as it would be, and gives the same rows each time."""
    kind, wrapped = kind_of(dataset), function_of(dataset)
    dealt_once = kind == "Shuffle" and not dict(options_of(dataset)).get("reshuffle", 1)
    if not (kind in KEEPS_NOTHING or dealt_once):
        return False
    if wrapped is not None and not all(_leaves_no_trace(op) for op in operations_of(wrapped)):
        return False
    return all(map(_is_only_read, inputs_of(dataset)))


def _leaves_no_trace(operation: str) -> bool:
    if operation.startswith(("__inference", "__forward")):  # a function, looked into as well
        return True
    registered = op_def_registry.get(operation)
    if registered is None or operation in NOT_AS_REGISTERED or "Dataset" in operation:
        return False
    known = (*CALLS, *READ_ONLY, *ON_THEIR_OWN, *FOR_ONE_RUN, *WRITE_NOTHING)
    return not registered.is_stateful or operation in known


def _is_batched(dataset: Any) -> bool:
    if kind_of(dataset) in BATCHES:
        return True
    if kind_of(dataset) == "Unbatch":
        return False
    return any(map(_is_batched, inputs_of(dataset)))
