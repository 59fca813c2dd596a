"""How much each row counts, and who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import Rows, rows_of_batches
from nbdoctor.readings.given import Batches
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWeights:
    """Weights of classes, or of rows.

    Attributes
    ----------
    given : str
        "class_weight" or "sample_weight" as named in `fit`, "third item" of what the data yields.
    type : str
        Type of `class_weight` ("dict", "str", "ndarray"), "" for weights of rows.
    keys : tuple of str
        Keys of `class_weight` that name no class, as written: text, or a class that no row has.
    missing : tuple of (float, int)
        Classes without a weight, with their rows.
    classes : int
        Classes among the labels.
    rows : int
        Rows that were looked at.
    mean, minimum, maximum : float or None
        Of the weight of a row.
    zero_share : float
        Share of rows whose weight is 0.
    shape : tuple of int
        Of the weights of one row: () as a rule.
    column : str
        The column of the inputs that the weights equal, "" for none.
    misread : str
        What Keras takes for the class of a row in place of it: "first mark" where rows have
        several marks, "place of the largest" where they have a label for each of several places;
        "" where it takes the class.
    imbalance, weighted_imbalance : float or None
        Rows of the most frequent class over those of the rarest, without and with the weights.
    overshoots : bool
        With the weights the rarest class counts more than the most frequent one.
    balanced : tuple of (float, float)
        Classes with the weights by which each counts the same in all, and a row 1 on average.
    """

    given: str
    type: str = ""
    keys: tuple[str, ...] = ()
    missing: tuple[tuple[float, int], ...] = ()
    classes: int = 0
    rows: int = 0
    mean: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    zero_share: float = 0.0
    shape: tuple[int, ...] = ()
    column: str = ""
    misread: str = ""
    imbalance: float | None = None
    weighted_imbalance: float | None = None
    overshoots: bool = False
    balanced: tuple[tuple[float, float], ...] = ()


def read_class_weights(given: Any, labels: Array, target: Target) -> RowWeights | None:
    """What `class_weight` makes of these labels.

    Parameters
    ----------
    given : Any
        The argument; Keras wants a dict from class numbers to weights and takes 1 for the others.
    labels : array
        Shape (rows, ...).
    target : Target

    Returns
    -------
    RowWeights or None
        None where the labels are no classes.
    """
    kind = type(given).__name__
    if not isinstance(given, Mapping):
        return RowWeights(given="class_weight", type=kind, classes=target.distinct)
    if misread := _misread(target):
        return RowWeights(
            given="class_weight",
            type=kind,
            classes=target.distinct,
            rows=len(labels),
            misread=misread,
        )
    if target.encoding not in ("ids", "one-hot"):
        return None
    numbers = labels.argmax(axis=-1) if target.encoding == "one-hot" else labels
    classes, counts = np.unique(np.round(numbers.astype(np.float64)).ravel(), return_counts=True)
    present = {float(c): int(n) for c, n in zip(classes, counts, strict=True)}
    known = {float(key): float(value) for key, value in given.items() if _is_number(key)}
    rows = sum(present.values())
    weights = {c: known.get(c, 1.0) for c in present}
    counted = {c: weights[c] * n for c, n in present.items()}
    often, rarely = (choose(present, key=present.__getitem__, default=0.0) for choose in (max, min))
    return RowWeights(
        given="class_weight",
        type=kind,
        keys=tuple(repr(k) for k in given if not _is_number(k) or float(k) not in present),
        missing=tuple((c, n) for c, n in present.items() if c not in known),
        classes=len(present),
        rows=rows,
        mean=sum(counted.values()) / max(1, rows),
        minimum=min(weights.values(), default=None),
        maximum=max(weights.values(), default=None),
        zero_share=sum(n for c, n in present.items() if weights[c] == 0) / max(1, rows),
        imbalance=_imbalance(list(present.values())),
        weighted_imbalance=_imbalance(list(counted.values())),
        overshoots=counted.get(rarely, 0.0) > counted.get(often, 0.0),
        balanced=tuple((c, rows / (len(present) * n)) for c, n in present.items()),
    )


def _misread(target: Target) -> str:
    """Keras takes the largest column of each row, where it has several, for its class."""
    if target.encoding == "multi-hot":
        return "first mark"
    several = target.shape[-1:] not in ((), (1,))
    return "place of the largest" if target.encoding == "ids" and several else ""


def _imbalance(rows: Sequence[float]) -> float | None:
    return max(rows) / min(rows) if len(rows) > 1 and min(rows) > 0 else None


@reading("the class weights", when=Moment.FIT_CALLED | Moment.BATCHES)
def class_weights(call: FitCall, rows: Rows, labels: Labels) -> RowWeights | None:
    """How much each row counts by its class."""
    given = call.arguments.get("class_weight")
    if given is None:
        return None
    target = labels.targets[0]
    return read_class_weights(given, rows.targets[target.name], target)


def _is_number(key: object) -> bool:
    return isinstance(key, (int, float, np.integer, np.floating)) and not isinstance(key, bool)


def read_row_weights(
    given: str, weights: Sequence[Any], inputs: Mapping[str, Sequence[Any]]
) -> RowWeights | None:
    """Describe the weights that come with batches of rows.

    Parameters
    ----------
    given : str
        As in `RowWeights.given`.
    weights : sequence of array
        Of each batch, shape (rows, ...).
    inputs : mapping of str to sequence of array
        Inputs of the same batches, by name.
    """
    parts = [np.asarray(part) for part in weights]
    alike = [part for part in parts if part.shape[1:] == parts[0].shape[1:]]
    if not alike or alike[0].dtype.kind not in "biuf":
        return None
    together = np.concatenate(alike).astype(np.float64)
    if not together.size or not np.isfinite(together).all():
        return None
    return RowWeights(
        given=given,
        rows=len(together),
        mean=float(together.mean()),
        minimum=float(together.min()),
        maximum=float(together.max()),
        zero_share=float((together == 0).mean()),
        shape=tuple(int(size) for size in together.shape[1:]),
        column=_equal_column(parts[0], {name: np.asarray(x[0]) for name, x in inputs.items()}),
    )


@reading("the row weights", when=Moment.BATCHES, missing=does_not_apply("all rows count the same"))
def third_items(call: FitCall, passed: Batches) -> RowWeights | None:
    """How much each row counts by what the data yields third."""
    import keras

    if call.arguments.get("class_weight") is not None:
        return None
    parts = [keras.utils.unpack_x_y_sample_weight(batch) for batch in passed.batches]
    here = keras.ops.convert_to_numpy
    weights = [here(part[2]) for part in parts if hasattr(part[2], "shape")]
    if len(weights) != len(parts):
        return None
    named = call.arguments.get("sample_weight") is not None
    rows = rows_of_batches(call.model, [passed.batches[0]], None)
    inputs = {name: [values] for name, values in rows.inputs.items()}
    return read_row_weights("sample_weight" if named else "third item", weights, inputs)


def _equal_column(weights: Array, inputs: Mapping[str, Array]) -> str:
    """The input, or its column, that holds the same numbers row by row."""
    if np.ptp(weights) == 0:
        return ""
    for name, values in inputs.items():
        if values.shape == weights.shape and np.array_equal(values, weights):
            return f"`{name}`"
        if values.ndim == 2 and weights.size == len(values):  # noqa: PLR2004  (a table)
            same = np.flatnonzero((values == weights.reshape(-1, 1)).all(axis=0))
            if same.size:
                return f"column {same[0]} of `{name}`"
    return ""
