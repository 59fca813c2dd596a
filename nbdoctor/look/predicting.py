"""What a trained model predicts for many rows, without effect, for a limited time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.look.batches import row_count
from nbdoctor.look.forward import without_effect
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import better_as_graph
from nbdoctor.look.training_mode import mode

Array = npt.NDArray[Any]

ROWS_AT_ONCE = 256


class RowsDoNotFitError(Exception):
    """The rows have another form than the batches of the training."""


def predictions_of(
    look: Look,
    inputs: Mapping[str, Array],
    targets: Mapping[str, Array],
    order: Array,
    seconds: float,
) -> tuple[list[Array], Array] | None:
    """Predict rows in inference mode, a part of them where time is short.

    Where code of the user's would have to run again, steps are made on copies instead, of which
    only the predictions are kept: these are of training mode.

    Parameters
    ----------
    look : Look
        Of the model as training has left it.
    inputs, targets : mapping of str to array
    order : array of int
        The rows, those first that matter most.
    seconds : float
        After this no further rows are begun.

    Returns
    -------
    (list of array, array of int) or None
        Each output, shape (rows, ...), and which rows these are. None where nothing shows what
        the model returns.

    Raises
    ------
    RowsDoNotFitError
        The rows cannot be given to the model as training gave them.
    """
    size = _rows_at_once(look, len(order))
    chunks = [order[at : at + size] for at in range(0, len(order), size)]
    if not look.memory.divisible or not look.is_pure:
        chunks = [chunk for chunk in chunks if len(chunk) == size]
    ends, parts, done = time.perf_counter() + seconds, [], []
    predict = _of_pure(look) if look.is_pure else _of_step(look)
    for chunk in chunks:
        padded = np.resize(chunk, size)  # a trace takes one size
        x = _as_given(look, 0, {name: values[padded] for name, values in inputs.items()})
        y = None if look.is_pure else _as_given(look, 1, _rows(targets, padded))
        found = look.memory.measure(lambda x=x, y=y: predict(x, y), lambda: False)  # type: ignore[misc]
        if found is None:
            return None
        parts.append([one[: len(chunk)] for one in found])
        done.append(chunk)
        if time.perf_counter() > ends:
            break
    if not parts:
        return None
    outputs = [np.concatenate(same) for same in zip(*parts, strict=True)]
    return outputs, np.concatenate(done)


def _rows(targets: Mapping[str, Array], index: Array) -> dict[str, Array]:
    return {name: values[index] for name, values in targets.items()}


def _rows_at_once(look: Look, rows: int) -> int:
    batch = row_count(look.batches[0])
    if not look.is_pure or not look.memory.divisible:
        return batch
    return max(1, min(rows, ROWS_AT_ONCE, look.memory.probe_rows))


def _of_pure(look: Look) -> Any:
    model = look.model
    in_graph = better_as_graph(model)
    traced: list[Any] = []

    def call(x: Any) -> Any:
        return model(x, **mode(model, training=False))

    def predict(x: Any, _: Any) -> list[Array]:
        with without_effect(model):
            if in_graph and not traced:
                traced.append(backend.current().traces.traced(call, x))
            return _arrays((traced[0] if in_graph else call)(x))

    return predict


def _of_step(look: Look) -> Any:
    import keras

    def predict(x: Any, y: Any) -> list[Array] | None:
        if look.run is None:
            return None
        _, _, weights = keras.utils.unpack_x_y_sample_weight(look.batches[0])
        look.run.restart()
        passed = look.run(keras.utils.pack_x_y_sample_weight(x, y, weights)).passed
        return None if passed is None or passed.final is None else _arrays(passed.final)

    return predict


def _arrays(predicted: Any) -> list[Array]:
    import keras

    leaves: Sequence[Any] = keras.tree.flatten(predicted)
    return [np.asarray(keras.ops.convert_to_numpy(leaf)) for leaf in leaves]


def _as_given(look: Look, side: int, named: Mapping[str, Array]) -> Any:
    """Inputs (0) or labels (1) in the structure, the type and the row shape of the batches."""
    import keras

    given = keras.utils.unpack_x_y_sample_weight(look.batches[0])[side]
    if isinstance(given, Mapping):
        return {key: _leaf(given[key], named.get(str(key))) for key in given}
    leaves = keras.tree.flatten(given)
    if len(leaves) != len(named):
        raise RowsDoNotFitError
    pairs = zip(leaves, named.values(), strict=True)
    return keras.tree.pack_sequence_as(given, [_leaf(leaf, values) for leaf, values in pairs])


def _leaf(given: Any, values: Array | None) -> Any:
    import keras

    if values is None or not backend.current().values.is_dense(given):
        raise RowsDoNotFitError
    shape = tuple(int(size) for size in given.shape[1:])
    if math.prod(shape) != math.prod(values.shape[1:]):
        raise RowsDoNotFitError
    kind = keras.backend.standardize_dtype(given.dtype)
    if kind == "string" or values.dtype.kind not in "biuf":
        raise RowsDoNotFitError
    return keras.ops.convert_to_tensor(values.reshape(len(values), *shape), dtype=kind)
