"""Draw a batch on TensorFlow just before the step that trains on it, and give it the same batch."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import tensorflow as tf
from tensorflow.python.data.ops import iterator_ops
from tensorflow.python.data.util import structure
from tensorflow.python.framework import op_def_registry, ops

from nbdoctor.backend.engine import Drawn
from nbdoctor.backend.tensorflow.operations import CALLS, NOT_AS_REGISTERED
from nbdoctor.backend.tensorflow.trace import OVER_BATCHES, function_in
from nbdoctor.errors.exceptions import is_a
from nbdoctor.errors.guard import attempt

OUT_OF_DATA = (StopIteration, tf.errors.OutOfRangeError)
"""What an iterator raises when its data ends."""

DRAWS = "IteratorGetNext"
"""The operation by which a traced step draws one batch."""

_DRAWN_EAGERLY = re.compile(r"^\{\{function_node __wrapped__IteratorGetNext[^{}]*\}\} ")
_OF_THE_DRAW = re.compile(r" \[Op:IteratorGetNext\] name: \S*$")
_FUNCTION = re.compile(r"\{\{function_node [^{}]*\}\}(?=\{\{node )")
_DRAW = re.compile(rf"\n\t \[\[{DRAWS}(?:_[0-9]{{1,9}})?\]\]")
_NODE = re.compile(r"\{\{node ([^{}]*)\}\}")


def draw(iterator: Any, number: int) -> Drawn:
    """Draw as many batches as one step draws."""
    if not isinstance(iterator, tf.data.Iterator):
        return _drawn_from_python(iterator)
    batches: list[Any] = []
    try:
        while len(batches) < number:
            batches.append(next(iterator))
    except OUT_OF_DATA:
        pass  # an iterator that has ended goes on saying so
    except tf.errors.OpError as error:
        return Drawn(batches[0] if batches else None, _replay(batches, iterator, error), error)
    if not batches:
        return Drawn(None, iterator)
    again = attempt(_replay, batches, iterator)
    # Slower, since it is traced anew, but the same batches in the same order.
    return Drawn(batches[0], (one for one in batches) if again is None else again)


def _drawn_from_python(iterator: Iterator[Any]) -> Drawn:
    """From Keras's own generator, which `train_on_batch` hands to the step: one batch."""
    given = next(iterator)
    batch = tf.nest.map_structure(
        lambda leaf: None if leaf is None else tf.convert_to_tensor(leaf), given
    )
    return Drawn(batch, (one for one in [given]), given=given)


def spec_of(iterator: Any) -> Any:
    """Shapes and types of the batches of `iterator`, None where it does not tell."""
    return getattr(iterator, "element_spec", None)


def draws_of(train_function: Any, iterator: Any, steps: int) -> int | None:
    """How many batches a call of a training step draws, None where that is not known.

    Parameters
    ----------
    train_function : callable
        Of a Keras model. One that an earlier `fit` has traced draws as many as it did then.
    iterator : Any
        What the step is about to draw from.
    steps : int
        `steps_per_execution` of the model now.
    """
    if not isinstance(iterator, tf.data.Iterator):
        is_of_keras = inspect.isgenerator(iterator) and iterator.gi_code.co_name == "data"
        return 1 if is_of_keras else None
    function = function_in(train_function, OVER_BATCHES)
    if function is None or function.experimental_get_tracing_count() == 0:
        return steps
    graph = function.get_concrete_function(iterator).graph
    names = [operation.type for operation in graph.get_operations()]
    if DRAWS in names:
        return names.count(DRAWS)
    return steps if steps > 1 else None


def as_met(error: Exception, drawn: Drawn) -> Exception:
    """The error that a step met in `drawn.again`, worded as it would be met in the data itself."""
    original: Any = drawn.error
    if not all(is_a(one, tf.errors.OpError) for one in (error, original)):
        return error
    raw = _OF_THE_DRAW.sub("", _DRAWN_EAGERLY.sub("", original.message))
    raw = _FUNCTION.sub("", raw)
    draws = list(_DRAW.finditer(str(error)))
    if not draws:  # op by op: the step itself draws as we do
        return drawn.error or error
    mark, end = draws[-1][0], str(error)[draws[-1].end() :]
    node = _NODE.findall(raw)
    where = (
        f"Detected at node {node[-1]} defined at (most recent call last):\n"
        "<stack traces unavailable>\n"
        if node
        else ""
    )
    worded: Exception = type(original)(
        None, None, f"Graph execution error:\n\n{where}{raw}{mark}{end}"
    )
    return worded.with_traceback(error.__traceback__)


SAFE = (
    "TensorSlice",
    "Tensor",
    "Zip",
    "Batch",
    "ParallelBatch",
    "PaddedBatch",
    "Map",
    "ParallelMap",
    "Take",
    "Skip",
    "Range",
    "Repeat",
    "Prefetch",
    "Options",
    "Window",
    "Shard",
    "Filter",
    "Unbatch",
    "Concatenate",
)
"""Kinds of datasets that keep nothing from one iterator to the next: no order, no cache."""


def is_dataset(value: object) -> bool:
    """Whether `value` is a `tf.data.Dataset`."""
    return isinstance(value, tf.data.Dataset)


def first_of(dataset: Any, most: int) -> Iterator[Any]:
    """The first batches of a dataset."""
    return iter(dataset.take(most))


def is_only_read(dataset: Any) -> bool:
    """Whether drawing from a dataset leaves the next iterator as it would be.

    A shuffled dataset deals its rows anew for each iterator, so that one more would change what
    training gets; and code of the user's may keep anything.
    """
    definition = dataset._as_serialized_graph().numpy()  # noqa: SLF001  (there is no public way)
    graph = tf.compat.v1.GraphDef.FromString(definition)
    bodies = [graph.node, *(one.node_def for one in graph.library.function)]
    return all(_keeps_nothing(node.op) for body in bodies for node in body)


def _keeps_nothing(operation: str) -> bool:
    """Whether an operation of a dataset leaves the next iterator as it would be."""
    kind, mark, _ = operation.partition("Dataset")
    if mark:
        return kind in SAFE
    registered = op_def_registry.get(operation)
    if registered is None or operation in NOT_AS_REGISTERED:
        return False
    return not registered.is_stateful or operation in (*CALLS, "Assert")


def _replay(batches: list[Any], iterator: Any, error: Exception | None = None) -> Any:
    """An iterator over `batches` that a traced step takes for `iterator`, and that may fail.

    With the same element_spec nothing is traced again. It is made of operations alone: methods of
    `tf.data.Dataset` may be replaced by code of the user's, which must not run for us.
    """
    spec = iterator.element_spec
    kinds, shapes = structure.get_flat_tensor_types(spec), structure.get_flat_tensor_shapes(spec)
    parts = [_of_one(structure.to_tensor_list(spec, batch)) for batch in batches]
    failing = None if error is None else _failing(iterator)
    if failing is not None:
        parts.append(failing._variant_tensor)  # noqa: SLF001
    whole = parts[0]
    for part in parts[1:]:
        whole = tf.raw_ops.ConcatenateDataset(
            input_dataset=whole, another_dataset=part, output_types=kinds, output_shapes=shapes
        )
    with ops.colocate_with(whole):
        resource = tf.raw_ops.AnonymousIteratorV3(output_types=kinds, output_shapes=shapes)
        tf.raw_ops.MakeIterator(dataset=whole, iterator=resource)
    made = iterator_ops.OwnedIterator(components=[resource], element_spec=spec)
    made._dataset = failing  # noqa: SLF001  (its function lives as long)
    return made


def _of_one(tensors: list[Any]) -> Any:
    shapes = [tensor.shape for tensor in tensors]
    return tf.raw_ops.TensorDataset(components=tensors, output_shapes=shapes)


def _failing(iterator: Any) -> Any:
    """A dataset of batches like those of `iterator`, whose first one fails; none is drawn."""

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def fail(condition: Any) -> Any:
        with tf.control_dependencies([tf.debugging.Assert(condition, ["the data failed"])]):
            return iterator.get_next()

    return tf.data.Dataset.from_tensors(tf.constant(value=False)).map(fail)
