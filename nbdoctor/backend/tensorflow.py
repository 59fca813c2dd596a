"""Keras on TensorFlow: read and write state without a trace, replay batches, sample tensors."""

from __future__ import annotations

import contextlib
import functools
import random
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.data.ops import dataset_ops
from tensorflow.python.eager import context as eager_context
from tensorflow.python.ops import script_ops
from tensorflow.python.ops.resource_variable_ops import BaseResourceVariable

from nbdoctor.backend.sampling import Array, stride_for

OUT_OF_DATA = (StopIteration, tf.errors.OutOfRangeError)
"""What an iterator raises when its data ends."""

_SEEDS = ("_seed", "_rng")
"""Where TensorFlow's context keeps its random state; there is no public way."""

_WRITES = ("assign", "scatter_", "batch_scatter_", "_strided_slice_assign")
_PYTHON_OPS = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})


class Journal:
    """The values that variables had before they were first written.

    Parameters
    ----------
    around : Journal or None
        The one in whose block this one is opened. What a trace writes does not pass through
        Python: it is told here, and has to be known there before it is undone here.
    """

    def __init__(self, around: Journal | None = None) -> None:
        self._before: dict[Any, tuple[Any, Any]] = {}
        self._around = around

    def note(self, variable: Any) -> None:
        """Keep the value of `variable`, once."""
        if self._around is not None:
            self._around.note(variable)
        key = variable.handle._id  # noqa: SLF001  (the only identity a resource has)
        if key not in self._before:
            with tf.init_scope():  # inside of a trace: the value now, before the trace is run
                self._before[key] = (variable, tf.identity(variable))

    def change(self, variable: Any) -> tuple[float, float]:
        """Norms of the change of `variable` since it was noted, and of what it was.

        Large kernels are sampled by rows; both norms come from the same rows, so that their
        ratio is right.
        """
        key = variable.handle._id  # noqa: SLF001
        now = sample(variable)
        if key not in self._before:
            return 0.0, float(np.linalg.norm(now))
        before = sample(self._before[key][1])
        return float(np.linalg.norm(now - before)), float(np.linalg.norm(before))

    def noted(self) -> list[Any]:
        """The variables that were written."""
        return [variable for variable, _ in self._before.values()]

    def restore(self) -> None:
        """Give every noted variable its value back.

        What was made inside of the block and had no value yet when it was noted is left alone.
        One that cannot be written does not keep the others from their values.
        """
        failed: Exception | None = None
        for variable, before in reversed(self._before.values()):
            if not variable.shape.is_compatible_with(before.shape):
                continue
            try:
                variable.assign(before)
            except Exception as error:  # noqa: BLE001  (raised again below)
                failed = failed or error
        if failed is not None:
            raise failed


@contextlib.contextmanager
def journal() -> Iterator[Journal]:
    """Undo every write to every `tf.Variable` when the block ends, whoever owns it.

    Copies are made at the first write only, so what is not written costs nothing. Writes of
    other threads are left alone.
    """
    kept = Journal(_open[-1] if _open else None)
    with contextlib.ExitStack() as stack:
        stack.callback(kept.restore)
        _open.append(kept)
        stack.callback(_open.remove, kept)
        stack.enter_context(writes(kept.note))
        yield kept


_open: list[Journal] = []
"""Journals whose block is being run, outermost first."""


@contextlib.contextmanager
def writes(note: Callable[[Any], None]) -> Iterator[None]:
    """Call `note(variable)` before this thread writes a `tf.Variable`, or traces that it will."""
    here = threading.get_ident()

    def watched(write: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(write)
        def noted(variable: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == here:
                note(variable)
            return write(variable, *args, **kwargs)

        return noted

    # Subclasses carry copies of the writing methods, so patching the base alone is not seen.
    patched = [
        (kind, name, kind.__dict__[name])
        for kind in _family(BaseResourceVariable)
        for name in kind.__dict__
        if name.startswith(_WRITES)
    ]
    try:  # an interrupt between two patches must not leave the first behind
        for kind, name, write in patched:
            setattr(kind, name, watched(write))
        yield
    finally:
        for kind, name, write in patched:
            setattr(kind, name, write)


@contextlib.contextmanager
def own_random_state() -> Iterator[None]:
    """A seed of our own inside the block, so that no kernel shares its state with the user's."""
    with repeated_random_state():
        context = eager_context.context()
        context._seed, context._rng = 0x5EED, random.Random(0x5EED)  # noqa: SLF001, S311
        yield


@contextlib.contextmanager
def repeated_random_state(unless: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Give TensorFlow's random state back when the block ends; inside it goes on as it was.

    Not where `unless()` is true at the end.
    """
    context = eager_context.context()
    before = {name: vars(context)[name] for name in _SEEDS if name in vars(context)}
    generator = before.get("_rng")
    drawn = generator.getstate() if generator is not None else None
    try:
        yield
    finally:
        if not unless():
            for name in _SEEDS:
                vars(context).pop(name, None)
            vars(context).update(before)
            if generator is not None:
                generator.setstate(drawn)


@contextlib.contextmanager
def eagerly() -> Iterator[None]:
    """Run the user's `tf.function`s as plain Python: tracing would cost more than the answer."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)  # noqa: FBT003  (TensorFlow's signature)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


def as_tensors(batch: Any) -> Any:
    """The leaves of `batch` as TensorFlow converts them where a traced function is called."""
    return tf.nest.map_structure(
        lambda leaf: None if leaf is None else tf.convert_to_tensor(leaf), batch
    )


def is_dense(value: object) -> bool:
    """Whether `value` is a plain tensor, neither ragged nor sparse."""
    return isinstance(value, tf.Tensor)


def is_float(value: object) -> bool:
    """Whether `value` is a floating tensor."""
    return isinstance(value, tf.Tensor) and value.dtype.is_floating


def sample(tensor: Any) -> Array:
    """Whole rows of `tensor` as float32, (rows, last axis), at most about 16 k values."""
    return as_rows(some_rows(tensor))


def some_rows(tensor: Any) -> Any:
    """The same, still a tensor: also inside of a trace."""
    if isinstance(tensor, tf.IndexedSlices):
        tensor = tensor.values
    channels = int(tensor.shape[-1] or 1) if len(tensor.shape) > 1 else 1
    stride = stride_for(int(np.prod([size or 1 for size in tensor.shape])), channels)
    return tf.reshape(tensor, [-1, channels])[::stride] if stride > 1 else tensor


def as_rows(tensor: Any) -> Array:
    """`tensor` as float32, (rows, last axis)."""
    values = np.asarray(tensor)
    return values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1).astype(np.float32)


def norm(tensor: Any) -> Any:
    """Euclidean norm of a whole tensor; NaN or infinity where it holds such."""
    values = tensor.values if isinstance(tensor, tf.IndexedSlices) else tensor
    return tf.norm(tf.cast(values, tf.float32))


def runs_eagerly() -> bool:
    """Whether the user wants functions to run op by op."""
    return bool(tf.config.functions_run_eagerly())


def digest(variables: Iterable[Any]) -> int:
    """CRC of the bytes of `variables` (Keras variables), in order."""
    checksum = 0
    for variable in variables:
        value = np.ascontiguousarray(variable.numpy())
        checksum = zlib.crc32(value.view(np.uint8).data if value.size else b"", checksum)
    return checksum


def random_state() -> str:
    """TensorFlow's global seed and the state of the generator of its operation seeds."""
    context = eager_context.context()
    generator = getattr(context, "_rng", None)  # made when a seed is first set or drawn
    return repr((context._seed, generator and generator.getstate()))  # noqa: SLF001


def is_iterator(value: object) -> bool:
    """Whether `value` is the iterator of a dataset on one device."""
    return isinstance(value, tf.data.Iterator)


def runs_python(dataset: object) -> bool:
    """Whether drawing a batch of `dataset` runs Python code of the user.

    Such code may share state with callbacks, so the order of draws and steps must stay as it is.
    """
    if not isinstance(dataset, tf.data.Dataset):
        return False
    functions = dataset._functions()  # noqa: SLF001  (there is no public way)
    if any(_PYTHON_OPS & _operations(function.function.graph) for function in functions):
        return True
    return any(runs_python(source) for source in dataset._inputs())  # noqa: SLF001


def called_back() -> list[Any]:
    """Python functions that operations of TensorFlow may call, from whichever thread."""
    return list(script_ops._py_funcs._funcs.values())  # noqa: SLF001  (there is no public way)


def _operations(graph: Any) -> set[str]:
    """Types of the operations of `graph` and of every function that it calls."""
    definition = graph.as_graph_def()
    bodies = [definition.node, *(called.node_def for called in definition.library.function)]
    return {operation.op for body in bodies for operation in body}


def replay(batches: list[Any], iterator: Any, *, and_the_rest: bool = False) -> Any:
    """An iterator over `batches` that the traced training function takes for `iterator`.

    Parameters
    ----------
    batches : list
        They were drawn from `iterator`.
    iterator : tf.data.Iterator
    and_the_rest : bool
        Go on with what is left in `iterator`.
    """
    dataset = tf.data.Dataset.from_tensors(batches[0])
    for batch in batches[1:]:
        dataset = dataset.concatenate(tf.data.Dataset.from_tensors(batch))
    if and_the_rest:
        dataset = dataset.concatenate(_rest_of(iterator))
    return iter(_SameSpec(dataset, iterator.element_spec))


def _rest_of(iterator: Any) -> Any:
    """What is left in `iterator`, drawn from it only when it is asked for."""
    as_it_is = tf.autograph.experimental.do_not_convert
    endless = tf.data.Dataset.from_tensors(0).repeat()
    drawn = endless.map(as_it_is(lambda _: iterator.get_next_as_optional()))
    there = drawn.take_while(as_it_is(lambda one: one.has_value()))
    return there.map(as_it_is(lambda one: one.get_value()))


class _SameSpec(dataset_ops.UnaryUnchangedStructureDataset):  # type: ignore[misc]
    """A dataset under another element_spec: with the same spec nothing is traced again."""

    def __init__(self, dataset: Any, spec: Any) -> None:
        self._input_dataset = dataset
        self._wanted = spec
        super().__init__(dataset, dataset._variant_tensor)  # noqa: SLF001

    @property
    def element_spec(self) -> Any:
        return self._wanted


def device_name() -> str:
    """The device that Keras computes on: "CPU" or "GPU (its name)"."""
    gpus = tf.config.get_visible_devices("GPU")
    if not gpus:
        return "CPU"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "")
    return f"GPU ({name})" if name else "GPU"


def is_distributed(model: Any) -> bool:
    """Whether `model` was made under a distribution strategy."""
    return getattr(model, "_distribute_strategy", None) is not None


def _family(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for subclass in kind.__subclasses__():
        yield from _family(subclass)
