"""Keras's own adapters of data, and the iterator that counts the batches of an epoch."""

from __future__ import annotations

from typing import Any

from nbdoctor.backend.keras_internals.names import PrivateName, member, note_missing

ITERATOR = PrivateName(
    "keras.src.trainers.epoch_iterator", "EpochIterator", "how many batches an epoch has"
)
COUNT = PrivateName(str(ITERATOR), "_num_batches", "how many batches an epoch has")
ADAPTER = PrivateName(
    "keras.src.trainers.data_adapters.array_data_adapter",
    "ArrayDataAdapter",
    "how Keras makes batches of rows in memory",
)

OLD_ITERATORS = "keras.src.legacy.preprocessing"
"""Where the classes of iterators over files and arrays lie."""


def iterator_class() -> type[Any]:
    """The iterator over epochs that `fit` makes.

    Raises
    ------
    MissingNameError
    """
    found: type[Any] = member(ITERATOR)
    return found


def batches_of_epoch(iterator: Any) -> int | None:
    """Batches of an epoch, as the iterator has counted them; None where it does not know."""
    own = vars(iterator)
    if COUNT.name not in own:
        note_missing(COUNT)
    found: int | None = own.get(COUNT.name)
    return found


def adapter_of_arrays(*arrays: Any, **options: Any) -> Any:
    """What makes batches of rows in memory for `fit`: an `ArrayDataAdapter`.

    Parameters
    ----------
    *arrays : arrays
        x, y and sample weights.
    **options
        `batch_size`, `shuffle`, `class_weight`.

    Raises
    ------
    MissingNameError
    """
    return member(ADAPTER)(*arrays, **options)


def is_directory_iterator(data: Any) -> bool:
    """Whether data is an iterator over batches as `ImageDataGenerator.flow...` makes them."""
    module: object = type(data).__module__
    return isinstance(module, str) and module.startswith(OLD_ITERATORS)
