"""Take batches ahead of training, so many as can be given back in order."""

from __future__ import annotations

import time
from typing import Any

from nbdoctor import backend

PEEK_SECONDS = 0.5
"""Batches are taken ahead of training for at most this long: they are trained on anyway."""

PEEK_BYTES = 256 << 20
"""... and until they fill this much memory."""


def take(
    iterator: Any,
    most: int,
    ends: tuple[type[BaseException], ...],
) -> tuple[list[Any], Exception | None]:
    """Up to `most` batches, and the error that broke the data, for training to meet in its turn."""
    import keras

    batches: list[Any] = []
    started, held = time.perf_counter(), 0
    while len(batches) < most:
        try:
            batch = next(iterator)
        except ends:
            break
        except Exception as error:  # noqa: BLE001  (raised again when training gets there)
            return batches, error
        batches.append(batch)
        held += sum(getattr(leaf, "nbytes", 0) or 0 for leaf in keras.tree.flatten(batch))
        if time.perf_counter() - started > PEEK_SECONDS or held > PEEK_BYTES:
            break
    return batches, None


def batches_to_take(data: Any, steps: int | None, wanted: int) -> int:
    """One, where drawing runs the user's Python: its order against callbacks must not change."""
    here = backend.current()
    if here.runs_python(data) or not _is_plain(data):
        return 1
    return max(1, min(wanted, steps or wanted))


def _is_plain(data: Any) -> bool:
    """Arrays, frames and datasets: Keras draws their batches without calling user code."""
    import keras

    leaves = keras.tree.flatten(data)
    return all(hasattr(leaf, "shape") or hasattr(leaf, "element_spec") for leaf in leaves)


def tensors(batch: Any) -> Any:
    """A batch as a generator yields it, with the types that Keras gives it."""
    import keras

    return keras.tree.map_structure(
        lambda leaf: None if leaf is None else keras.ops.convert_to_tensor(leaf, _dtype(leaf)),
        batch,
    )


def _dtype(leaf: Any) -> str | None:
    """Keras casts what generators yield: floats to its own float type."""
    import keras

    kind = getattr(getattr(leaf, "dtype", None), "kind", "f" if isinstance(leaf, float) else "")
    return str(keras.config.floatx()) if kind == "f" else None
