"""Pairs of arrays of the cell that the rows of a training may come from.

Lines that change a variable (`Case.before`) leave what it held before. Where a line made a new
array of the same rows in another order, the one beside it may be the one that was meant. Rows that
come out of a data set or a generator may come from two arrays of the cell, row by row.
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
from nbdoctor.trials.copying.rows import FEWEST_TO_HOLD_OUT, is_in_memory, sample_of
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
    if type(x) is np.ndarray and type(y) is np.ndarray and len(x) == len(y):
        pairs = _pairs(case, x, y)
    elif is_in_memory(x):
        return ()
    else:
        pairs = _pairs_of_arrays(case, rows)
    found = []
    for inputs, labels, words in pairs:
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


def _pairs_of_arrays(case: Case, rows: TrainedRows) -> Iterator[tuple[Array, Array, str]]:
    """Arrays whose rows look like those that were trained, no more of them than these.

    More rows alone would tell more.
    """
    x, y = rows.inputs[0], rows.labels[0]
    arrays = list(_arrays(case.namespace))
    for name, inputs in arrays:
        if not _has_rows_like(inputs, x) or len(inputs) < FEWEST_TO_HOLD_OUT:
            continue
        some = np.linspace(0, len(inputs) - 1, min(len(inputs), len(x))).astype(int)
        for other, labels in arrays:
            if other != name and len(labels) == len(inputs) and _has_rows_like(labels, y):
                words = f"`{name}` and `{other}`, row by row"
                yield _like_rows(inputs[some], x), _like_rows(labels[some], y), words


def _has_rows_like(one: Array, other: Array) -> bool:
    """Whether rows have the same shape; an axis of one at the end does not count."""
    return one.ndim > 0 and _bare(one) == _bare(other)


def _bare(rows: Array) -> tuple[int, ...]:
    shape = rows.shape[1:]
    return shape[:-1] if shape and shape[-1] == 1 else shape


def _like_rows(one: Array, other: Array) -> Array:
    return one.reshape(len(one), *other.shape[1:])


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
