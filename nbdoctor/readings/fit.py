"""The arguments of the `fit` call that is being examined."""

from __future__ import annotations

import math
import types
from dataclasses import dataclass
from typing import Any

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows
from nbdoctor.capture.strangers import kind_of
from nbdoctor.readings.reading import Moment, reading

ENDLESS = -1
"""`tf.data.INFINITE_CARDINALITY`"""

DEFAULT_BATCH = 32
"""Keras's own, for arrays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How the model is about to be trained, as resolved from the call itself.

    Attributes
    ----------
    data_kind : str
        "arrays", "tf.data", "generator", "PyDataset", "DataLoader" or "other".
    rows : int or None
        Training rows (after `validation_split`), None when the data does not tell.
    batch_size : int or None
        Rows per step.
    epochs, initial_epoch : int
        As given.
    steps_per_epoch : int or None
        Steps of one epoch, given or derived; None when the length is unknown.
    steps_planned : int or None
        Steps of the whole call.
    shuffle : bool
        Whether `fit` shuffles (arrays only).
    validation_split : float
        0.0 when not given.
    has_validation : bool
        Whether any validation data was given or split off.
    validation_steps : int or None
        Steps of one validation pass when known.
    eager : bool
        `run_eagerly=True`.
    compiled_by_xla : bool
        `jit_compile` is on.
    steps_given : bool
        `steps_per_epoch` is an argument of the call.
    batches : int or None
        Batches that the data holds, None when it does not tell.
    endless : bool
        The data says that it never ends (`repeat()`).
    """

    data_kind: str
    rows: int | None = None
    batch_size: int | None = None
    epochs: int = 1
    initial_epoch: int = 0
    steps_per_epoch: int | None = None
    steps_planned: int | None = None
    shuffle: bool = True
    validation_split: float = 0.0
    has_validation: bool = False
    validation_steps: int | None = None
    eager: bool = False
    compiled_by_xla: bool = False
    steps_given: bool = False
    batches: int | None = None
    endless: bool = False


@reading("the arguments of fit", when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BATCHES)
def read_fit(call: FitCall, rows: Rows | None) -> Fit:
    """Resolve the arguments as Keras will; nothing is run."""
    arguments, model = call.arguments, call.model
    kind = data_kind(arguments.get("x"))
    total = rows.total if rows is not None and rows.complete else None
    batch = arguments.get("batch_size") or (DEFAULT_BATCH if kind == "arrays" else None)
    held = math.ceil(total / batch) if total and batch else _batches(arguments.get("x"))
    held = held or call.batches
    given = arguments.get("steps_per_epoch")
    steps = given or held
    epochs = int(arguments.get("epochs") or 0)
    first = int(arguments.get("initial_epoch") or 0)
    return Fit(
        data_kind=kind,
        rows=total,
        batch_size=batch,
        epochs=epochs,
        initial_epoch=first,
        steps_per_epoch=steps,
        steps_planned=steps * max(0, epochs - first) if steps else None,
        shuffle=bool(arguments.get("shuffle")),
        validation_split=float(arguments.get("validation_split") or 0.0),
        has_validation=bool(arguments.get("validation_split"))
        or arguments.get("validation_data") is not None,
        validation_steps=arguments.get("validation_steps"),
        eager=bool(model.run_eagerly),
        compiled_by_xla=model.jit_compile is True,
        steps_given=bool(given),
        batches=held,
        endless=_cardinality(arguments.get("x")) == ENDLESS,
    )


def _cardinality(data: Any) -> int | None:
    """As a `tf.data.Dataset` tells it: below 0 where it never ends or does not know."""
    tell = getattr(data, "cardinality", None)
    return int(tell()) if callable(tell) and hasattr(data, "element_spec") else None


def _batches(data: Any) -> int | None:
    held = _cardinality(data)
    return held if held is not None and held > 0 else None


def data_kind(data: Any) -> str:
    """What kind of training data `fit` was given."""
    import keras

    if isinstance(data, types.GeneratorType):
        return "generator"
    kind = kind_of(data)
    if issubclass(kind, keras.utils.PyDataset):
        return "PyDataset"
    if any("element_spec" in vars(one) for one in type.mro(kind)):
        return "tf.data"
    if kind.__name__ == "DataLoader":
        return "DataLoader"
    leaves = keras.tree.flatten(data)
    return "arrays" if leaves and all(hasattr(leaf, "shape") for leaf in leaves) else "other"
