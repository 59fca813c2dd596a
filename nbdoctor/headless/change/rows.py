"""Rows that a cell trains on or validates by, kept to judge its model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.trials.copying.rows import sample_of

Array = npt.NDArray[Any]

MOST_ROWS = 2048
"""Rows that judge: a share is known to a hundredth by then."""

MOST_MARKED = 200_000
"""Rows that are known again: a second of hashing."""

MOST_BATCHES = 64
"""... or so many batches, where rows only pass."""


@dataclass(frozen=True, kw_only=True)
class KeptRows:
    """Rows that may judge.

    Attributes
    ----------
    inputs : Any
        As the model takes them: an array, or a structure of arrays.
    labels : tuple of array
        By output.
    held_out : bool
        Training did not use them.
    origin : str
        "validation", "held back", "training" or "given".
    """

    inputs: Any
    labels: tuple[Array, ...]
    held_out: bool
    origin: str

    def __len__(self) -> int:
        """Rows."""
        return len(self.labels[0]) if self.labels else 0

    def of(self, index: Array) -> KeptRows:
        """Some of them."""
        import keras

        return replace(
            self,
            inputs=keras.tree.map_structure(lambda one: one[index], self.inputs),
            labels=tuple(one[index] for one in self.labels),
        )


def sample_size(x: Any) -> int:
    """Rows of inputs in memory."""
    return sample_of(x).total


def kept_rows(
    x: Any, y: Any, index: Array | None, *, held_out: bool, origin: str
) -> KeptRows | None:
    """Copies of some rows; None where they are no arrays.

    Parameters
    ----------
    x, y : Any
        In memory; without labels the inputs are to be rebuilt.
    index : array of int or None
        Which; all of them where None.
    held_out, origin
        See `KeptRows`.
    """
    import keras

    try:
        inputs = keras.tree.map_structure(as_array, _arrays(x))
        labels = inputs if y is None else keras.tree.map_structure(as_array, _arrays(y))
        leaves, answers = keras.tree.flatten(inputs), keras.tree.flatten(labels)
        total = len(leaves[0])
        chosen = np.arange(total) if index is None else index
        chosen = chosen[evenly_spread(len(chosen), min(len(chosen), MOST_ROWS))]
        if any(len(one) != total for one in (*leaves, *answers)):
            return None
        return KeptRows(
            inputs=keras.tree.map_structure(lambda one: one[chosen], inputs),
            labels=tuple(one[chosen] for one in answers),
            held_out=held_out,
            origin=origin,
        )
    except (TypeError, ValueError):
        return None


def _arrays(value: Any) -> Any:
    """The same with a plain list of numbers as one array; `fit` takes both."""
    if isinstance(value, (list, tuple)) and not any(hasattr(one, "shape") for one in value):
        return np.asarray(value)
    return value


def as_array(value: Any) -> Array:
    """A copy of rows; texts as texts of NumPy, which can be stored."""
    import keras

    values = np.array(keras.ops.convert_to_numpy(value) if _is_tensor(value) else value)
    if values.dtype == object:
        first = values.ravel()[0] if values.size else ""
        if isinstance(first, bytes):
            return np.array([one.decode(errors="replace") for one in values.ravel()]).reshape(
                values.shape
            )
        return values.astype(str if isinstance(first, str) else "float64")
    return values


def _is_tensor(value: Any) -> bool:
    import keras

    return bool(keras.ops.is_tensor(value)) and "string" not in str(value.dtype)


def each_of(value: Any, index: Array) -> Any:
    """Some rows of everything in a structure, tables as tables."""
    import keras

    def some(one: Any) -> Any:
        if hasattr(one, "iloc"):
            return one.iloc[index]
        if keras.ops.is_tensor(one):
            return keras.ops.take(one, index, axis=0)
        return np.asarray(one)[index]

    return keras.tree.map_structure(some, _arrays(value))


def of_validation(validation: Any) -> KeptRows | None:
    """What `fit` is given as `validation_data`."""
    if isinstance(validation, (list, tuple)) and len(validation) > 1:
        x, y = validation[:2]
        return kept_rows(x, y, None, held_out=True, origin="validation")
    return _joined(_some_batches(validation), held_out=True, origin="validation")


def drawn(given: Mapping[str, Any]) -> KeptRows | None:
    """Rows of data that is not in memory, drawn once more."""
    return _joined(_some_batches(given.get("x")), held_out=False, origin="training")


def _some_batches(data: Any) -> list[Any]:
    """Batches of a dataset, or of what can be asked for them by number."""
    if backend.is_supported() and backend.current().batches.is_dataset(data):
        return list(backend.current().batches.first_of(data, MOST_BATCHES))
    if hasattr(data, "__getitem__") and hasattr(data, "__len__") and not hasattr(data, "shape"):
        count = len(data)
        return [data[int(at)] for at in evenly_spread(count, min(count, MOST_BATCHES))]
    return []


def _joined(batches: Sequence[Any], *, held_out: bool, origin: str) -> KeptRows | None:
    import keras

    rows = []
    for batch in batches:
        x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
        rows.append(kept_rows(x, y, None, held_out=held_out, origin=origin))
    return together([one for one in rows if one is not None])


def together(parts: Sequence[KeptRows]) -> KeptRows | None:
    """Rows of one form behind one another; those of another form than the last are left out."""
    import keras

    if len(parts) < 2:  # noqa: PLR2004
        return parts[0] if parts else None
    last = parts[-1]
    form = _form(last)
    alike = [one for one in parts if _form(one) == form and one.held_out == last.held_out]
    inputs = keras.tree.map_structure(
        lambda *leaves: np.concatenate(leaves), *[one.inputs for one in alike]
    )
    labels = tuple(map(np.concatenate, zip(*[one.labels for one in alike], strict=True)))
    index = _distinct(keras.tree.flatten(inputs), labels)
    whole = replace(last, inputs=inputs, labels=labels)
    return whole.of(index)


def _form(rows: KeptRows) -> tuple[Any, ...]:
    import keras

    leaves = [*keras.tree.flatten(rows.inputs), *rows.labels]
    return tuple((one.shape[1:], one.dtype.kind) for one in leaves)


def _distinct(inputs: Sequence[Array], labels: Sequence[Array]) -> Array:
    """The first of each of several equal rows, `MOST_ROWS` of them, in their order."""
    seen: dict[bytes, int] = {}
    for row in range(len(labels[0])):
        seen.setdefault(b"".join(one[row].tobytes() for one in (*inputs, *labels)), row)
    found = np.array(list(seen.values()), dtype=np.int64)
    return found[evenly_spread(len(found), min(len(found), MOST_ROWS))]


def marks_of(rows: KeptRows) -> list[bytes]:
    """What tells each row from others: its inputs."""
    return _marks(rows.inputs)


def marks_of_rows(x: Any) -> list[bytes]:
    """The same of all rows of inputs in memory; none where they are no arrays."""
    import keras

    try:
        return _marks(keras.tree.map_structure(as_array, _arrays(x)))
    except (TypeError, ValueError):
        return []


def _marks(inputs: Any) -> list[bytes]:
    import keras

    leaves = [
        one.astype("float32") if one.dtype.kind in "biuf" else one
        for one in keras.tree.flatten(inputs)
    ]
    return [
        hashlib.blake2b(b"".join(one[row].tobytes() for one in leaves), digest_size=12).digest()
        for row in range(min(len(leaves[0]), MOST_MARKED))
    ]
