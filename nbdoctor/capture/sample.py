"""Rows that the trained model is judged by: copies, so that the cell may change its data later."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.capture.data import Array, Rows

MOST_ROWS = 2048
MOST_VALUES = 800_000
"""Of each input and each target: some milliseconds of copying."""

FEWEST_ROWS = 64
MOST_KINDS = 20
FEWEST_OF_KIND = 64
"""Rows of a rare class that are taken beyond their share: a score needs some of each."""

MOST_COUNTED = 2_000_000
"""Labels that are counted by class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some rows, by the names of inputs and outputs.

    Attributes
    ----------
    inputs, targets : mapping of str to array
        Shape (rows, ...), in step.
    shares : mapping of str to mapping of float to float
        By output, of each class among all rows, where these name a few classes.
    index : array of int or None
        Number of each row in data that is in memory; None where rows have no number.
    """

    inputs: Mapping[str, Array]
    targets: Mapping[str, Array]
    shares: Mapping[str, Mapping[float, float]] = field(default_factory=dict)
    index: Array | None = None

    def __len__(self) -> int:
        """Rows."""
        return min((len(values) for values in self.inputs.values()), default=0)

    def of(self, index: Array) -> Part:
        """The same of some rows."""
        return Part(
            inputs={name: values[index] for name, values in self.inputs.items()},
            targets={name: values[index] for name, values in self.targets.items()},
            shares=self.shares,
            index=None if self.index is None else self.index[index],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows that trained, and rows that judge where the cell has any."""

    train: Part
    held_out: Part | None = None


def sample_of(rows: Rows | None, held_out: Rows | None) -> Sample | None:
    """Copy evenly spread rows, and more of rare classes; None without labels."""
    train = _part(rows) if rows is not None else None
    if train is None:
        return None
    return Sample(train=train, held_out=_part(held_out) if held_out is not None else None)


def _part(rows: Rows) -> Part | None:
    if rows.is_empty or not rows.targets:
        return None
    whole = rows.whole or rows.inputs
    length = min(len(values) for values in (*whole.values(), *rows.targets.values()))
    if not rows.whole:  # batches: inputs are a choice of the rows already
        targets = {name: values[rows.index] for name, values in rows.targets.items()}
        part = Part(inputs=dict(rows.inputs), targets=targets)
        return part.of(distinct_rows(part))
    most = min(_affordable(values) for values in (*whole.values(), *rows.targets.values()))
    index = evenly_spread(length, most)
    classes = {name: _classes(values[:length]) for name, values in rows.targets.items()}
    known = {name: found for name, found in classes.items() if found is not None}
    if MOST_ROWS // 2 <= most < length:
        for found in known.values():
            index = _with_rare_classes(index, found)
    return Part(
        inputs={name: np.array(values[index]) for name, values in whole.items()},
        targets={name: np.array(values[index]) for name, values in rows.targets.items()},
        shares={name: _shares(found) for name, found in known.items()},
        index=index if rows.complete else None,
    )


def distinct_rows(part: Part) -> Array:
    """The first of each of several equal rows: a copy tells nothing that is new.

    Returns
    -------
    array of int
        Ascending.
    """
    columns = [*part.inputs.values(), *part.targets.values()]
    flat = [np.ascontiguousarray(one).reshape(len(one), -1) for one in columns]
    if any(one.dtype.kind == "O" for one in flat):
        return np.arange(len(part))
    seen: dict[bytes, int] = {}
    for row in range(len(part)):
        seen.setdefault(b"".join(one[row].tobytes() for one in flat), row)
    return np.array(list(seen.values()), dtype=np.int64)


def _affordable(values: Array) -> int:
    per_row = max(1, math.prod(values.shape[1:]))
    return int(min(MOST_ROWS, max(FEWEST_ROWS, MOST_VALUES // per_row)))


def _classes(labels: Array) -> Array | None:
    """The class of each row, where labels name a few classes."""
    if labels.dtype.kind not in "biuf" or labels.size > MOST_COUNTED:
        return None
    if labels.ndim == 2 and 1 < labels.shape[1] <= MOST_KINDS:  # noqa: PLR2004
        binary = ((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all()
        return labels.argmax(axis=1) if binary else None
    if labels.size != len(labels):
        return None
    flat = labels.ravel()
    few = len(np.unique(flat[: 10 * MOST_KINDS])) <= MOST_KINDS
    return flat if few and len(np.unique(flat)) <= MOST_KINDS else None


def _with_rare_classes(index: Array, classes: Array) -> Array:
    parts: list[Any] = [index]
    for kind in np.unique(classes):
        if int((classes[index] == kind).sum()) < FEWEST_OF_KIND:
            of_kind = np.flatnonzero(classes == kind)
            parts.append(of_kind[evenly_spread(len(of_kind), FEWEST_OF_KIND)])
    return np.unique(np.concatenate(parts))


def _shares(classes: Array) -> dict[float, float]:
    kinds, counts = np.unique(classes, return_counts=True)
    return {float(one): float(many / len(classes)) for one, many in zip(kinds, counts, strict=True)}
