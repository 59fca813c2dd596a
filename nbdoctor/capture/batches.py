"""Batches of rows that are in memory, like those that training draws itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.keras_internals.data import adapter_of_arrays
from nbdoctor.capture.data import as_array, training_part

DEFAULT_BATCH = 32
"""Rows of a batch where `fit` is told no number."""


def batches_in_memory(arguments: Mapping[str, Any], like: Any, most: int) -> list[Any]:
    """Further batches of the arrays that `fit` was given, so that none has to be drawn.

    Parameters
    ----------
    arguments : mapping of str
        Of `fit`.
    like : Any
        A batch as training draws it: its structure, types and number of rows.
    most : int
        Batches to make; fewer where there are fewer rows.

    Returns
    -------
    list
        Of rows from all over the data; none where these arrays are not all that makes a batch.
    """
    import keras

    given = [arguments.get(name) for name in ("x", "y", "sample_weight")]
    leaves = [leaf for leaf in keras.tree.flatten(given) if leaf is not None]
    arrays = [as_array(leaf) for leaf in leaves]
    wanted = [leaf for leaf in keras.tree.flatten(like) if leaf is not None]
    if len(arrays) != len(wanted) or any(one is None for one in arrays):
        return []
    part = training_part(arguments)
    rows = [one[part] for one in arrays if one is not None]
    if any(one.shape[1:] != tuple(leaf.shape[1:]) for one, leaf in zip(rows, wanted, strict=True)):
        return []
    size, there = max(1, int(wanted[0].shape[0])), len(rows[0])
    further = there - size  # as many as training has beyond the batch that is there already
    stride = max(1, -(-there // size))
    order = np.concatenate([np.arange(first, there, stride) for first in range(stride)])[:further]
    starts = range(0, max(0, further), size)[:most]
    return [_filled(like, rows, order[start : start + size]) for start in starts]


def _filled(like: Any, rows: list[Any], index: Any) -> Any:
    import keras

    left = iter(rows)
    return keras.tree.map_structure(
        lambda leaf: (
            None if leaf is None else backend.current().values.as_type(next(left)[index], leaf)
        ),
        like,
    )


def can_be_drawn_alone(arguments: Mapping[str, Any]) -> bool:
    """Whether a batch can be drawn for `fit` without running code of the user's, or moving on more.

    A generator, a `PyDataset`, a cache and a queue notice each batch.
    """
    import keras

    x = arguments.get("x")
    if backend.is_supported() and backend.current().batches.is_dataset(x):
        return backend.current().pipelines.draws_alone(x)
    leaves = [leaf for leaf in keras.tree.flatten(x) if leaf is not None]
    return bool(leaves) and all(as_array(leaf) is not None for leaf in leaves)


def first_batches(arguments: Mapping[str, Any], most: int) -> list[Any]:
    """The first batches of data that nobody trains on now; none where that would change it.

    Rows in memory are taken as they lie. A generator is not drawn from, nor code of the user's
    run. A `tf.data.Dataset` is read where its operations keep nothing.
    """
    import keras

    x = arguments.get("x")
    here = backend.current().batches if backend.is_supported() else None
    if here is None:
        return []
    if here.is_dataset(x):
        return list(here.first_of(x, most)) if here.is_only_read(x) else []
    leaves = [leaf for leaf in keras.tree.flatten(x) if leaf is not None]
    if not leaves or any(as_array(leaf) is None for leaf in leaves):
        return []
    return list(here.first_of(_dataset(arguments), 1))


def _dataset(arguments: Mapping[str, Any]) -> Any:
    """The first rows as Keras makes batches of them, in order."""
    import keras

    size = int(arguments.get("batch_size") or DEFAULT_BATCH)
    stop = training_part(arguments).stop
    rows = slice(None, size if stop is None else min(size, stop))
    parts = [
        keras.tree.map_structure(lambda leaf: None if leaf is None else leaf[rows], part)
        for part in (arguments.get("x"), arguments.get("y"), arguments.get("sample_weight"))
    ]
    weights = arguments.get("class_weight")
    adapter = adapter_of_arrays(*parts, batch_size=size, shuffle=False, class_weight=weights)
    return adapter.get_tf_dataset()
