"""Pairs of arrays of the cell that the rows of a training may come from.

Lines that change a variable (`Case.before`) leave what it held before. Where a line made a new
array of the same rows in another order, the one beside it may be the one that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.experiment.rows import TrainedRows
from nbdoctor.experiment.taken_rows import trained_rows
from nbdoctor.readings.asked import Asked
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.rows import sample_of
from nbdoctor.trials.refusal import UntriedError

Array = npt.NDArray[Any]

MOST_PAIRS = 4
"""Simple models take some tenths of a second for each."""


def earlier_rows(
    case: Case, rows: TrainedRows, outputs: Sequence[Asked]
) -> tuple[TrainedRows, ...]:
    """Return pairs of arrays that the rows may come from, of one input and one output."""
    given = case.arguments or {}
    x, y = given.get("x"), given.get("y")
    if len(rows.inputs) != 1 or len(rows.labels) != 1 or rows.tasks[0].kind == "rebuilding":
        return ()
    if type(x) is not np.ndarray or type(y) is not np.ndarray or len(x) != len(y):
        return ()
    found = []
    for inputs, labels, words in _pairs(case, x, y):
        sample = sample_of(inputs)
        made = _rows(sample.of(inputs), sample.of(labels), outputs, words)
        if made is not None and _is_alike(made, rows):
            found.append(made)
        if len(found) == MOST_PAIRS:
            break
    return tuple(found)


def _pairs(case: Case, x: Array, y: Array) -> Iterator[tuple[Array, Array, str]]:
    for line, values in sorted(case.before.items(), reverse=True):
        told = case.told(line, line)
        for name, before in values.items():
            now = case.namespace.get(name)
            words = f"`{name}` as it was before {told}"
            if now is x and _may_stand_for(before, x):
                yield before, y, words
            elif now is y and _may_stand_for(before, y):
                yield x, before, words
    for name, other in _arrays(case.namespace):
        words = f"`{name}`"
        if other is not y and other.shape == y.shape and _holds_the_same(other, y):
            yield x, other, words
        elif other is not x and other.shape == x.shape and _holds_the_same(other, x):
            yield other, y, words


def _arrays(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Array]]:
    for name, value in namespace.items():
        if type(value) is np.ndarray and value.dtype.kind in "biuf" and not name.startswith("_"):
            yield name, value


def _may_stand_for(before: Any, now: Array) -> bool:
    return type(before) is np.ndarray and before.shape == now.shape and before.dtype.kind in "biuf"


def _holds_the_same(other: Array, now: Array) -> bool:
    """Whether both hold the same rows, in another order."""
    if other.dtype.kind != now.dtype.kind or np.array_equal(other, now):
        return False
    ours, theirs = (np.sort(one.reshape(len(one), -1).sum(axis=1)) for one in (other, now))
    return bool(np.allclose(ours, theirs))


def _is_alike(other: TrainedRows, rows: TrainedRows) -> bool:
    """Whether both ask for the same kind of answer."""
    ours, theirs = other.tasks[0], rows.tasks[0]
    return ours.kind == theirs.kind and len(ours.values) == len(theirs.values)


def _rows(inputs: Array, labels: Array, outputs: Sequence[Asked], words: str) -> TrainedRows | None:
    try:
        made = trained_rows([inputs], [labels], outputs, None, embeds=False)
    except UntriedError:  # no score fits these labels
        return None
    return replace(made, words=words)
