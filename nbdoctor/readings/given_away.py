"""Columns that tell the target by themselves, in a way that columns measured before it do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.capture.sample import Part, Sample
from nbdoctor.look.look import Look
from nbdoctor.look.predicting import RowsDoNotFitError, predictions_of
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.asked import asked_by
from nbdoctor.readings.behind import columns_behind
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.head import Head
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.score import score
from nbdoctor.readings.source import Source
from nbdoctor.readings.task import NotScorableError, task_of
from nbdoctor.readings.telling_columns import (
    FEWEST_ROWS,
    TellingColumn,
    telling_columns,
    telling_steps,
)
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

PREDICTED = 400
SECONDS = 0.5
SEED = 0x6A
PAIR, WINDOW = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAway:
    """The columns that tell the target.

    Attributes
    ----------
    columns : tuple of TellingColumn
    of : int
        Columns that were looked at.
    """

    columns: tuple[TellingColumn, ...]
    of: int


@reading(
    "columns that tell the target",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no input is a table with one label per row"),
    once=True,
)
def given_away(  # noqa: PLR0913, PLR0917
    training: TrainingSample | None,
    sample: Sample | None,
    namespace: Namespace,
    source: Source | None,
    tokens: Tokens | None,
    look: Look | None,
    head: Head | None,
    layers: Layers | None,
) -> GivenAway | None:
    """Look at each column by itself, and at the trained model without those that tell much."""
    rows = training if training is not None else _rows_of(sample)
    if rows is None or len(rows.whole) != 1 or len(rows.targets) != 1 or tokens is not None:
        return None
    (name, values), (target,) = *rows.whole.items(), tuple(rows.targets.values())
    x, y = np.asarray(values), one_per_row(np.asarray(target))
    if x.ndim == WINDOW and x.dtype.kind == "f" and y is not None and len(y) == len(x):
        return GivenAway(columns=tuple(telling_steps(x, y)), of=int(np.prod(x.shape[1:])))
    if x.ndim != PAIR or x.dtype.kind not in "iuf" or y is None or len(y) != len(x):
        return None
    found = list(telling_columns(x, y))
    if found:
        reached = source.reaches_fit if source is not None else ()
        given = rows.columns.get(name, ())
        behind = columns_behind(x, namespace, reached)
        named = []
        for one in found:
            known = behind.get(one.place)
            label = given[one.place] if one.place < len(given) else f"column {one.place}"
            value = one.value
            if known is not None:
                label, value = known.column, _raw(x[:, one.place], known.values, one)
            table = known.table if known is not None else ""
            named.append(replace(one, name=label, table=table, value=value))
        found = list(_with_model(named, rows, look, head, layers))
    return GivenAway(columns=tuple(found), of=x.shape[1])


def _rows_of(sample: Sample | None) -> Rows | None:
    """Rows of batches that have passed, where a dataset cannot be drawn from without a trace."""
    if sample is None or len(sample.train) < FEWEST_ROWS:
        return None
    every, x = np.arange(len(sample.train)), sample.train.inputs
    return Rows(inputs=x, targets=sample.train.targets, index=every, total=None, whole=x)


def one_per_row(target: Array) -> Array | None:
    """Labels as one number per row: classes of one-hot rows, or the values themselves."""
    if target.dtype.kind not in "biuf":
        return None
    if target.ndim == PAIR and target.shape[1] > 1:
        binary = ((target == 0) | (target == 1)).all() and (target.sum(axis=1) == 1).all()
        return target.argmax(axis=1) if binary else None
    flat = target.reshape(-1)
    return flat if flat.size == len(target) and np.isfinite(flat).all() else None


def _raw(column: Array, raw: Array, one: TellingColumn) -> float:
    """The value as the user's table has it: there it is as common."""
    if one.kind != "one value":
        return one.value
    wanted = float((column == np.float64(one.value)).mean())
    kinds, counts = np.unique(raw, return_counts=True)
    return float(kinds[np.abs(counts / len(raw) - wanted).argmin()])


def _with_model(
    found: list[TellingColumn],
    rows: Rows,
    look: Look | None,
    head: Head | None,
    layers: Layers | None,
) -> Iterator[TellingColumn]:
    """With the scores of the trained model, where it can predict."""
    scores = {}
    if look is not None and head is not None and look.trained and has_call(look.model):
        scores = _scores([one.place for one in found], rows, look, head, layers)
    for one in found:
        both = scores.get(one.place)
        yield one if both is None else replace(one, with_it=both[0], shuffled=both[1])


def _scores(
    places: list[int], rows: Rows, look: Look, head: Head, layers: Layers | None
) -> dict[int, tuple[float, float]]:
    ((name, values),), ((label, target),) = rows.whole.items(), rows.targets.items()
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(min(len(values), len(target)))[:PREDICTED]
    few, labels = np.asarray(values)[chosen], np.asarray(target)[chosen]
    copies = [few]
    for place in places:
        dealt = few.copy()
        dealt[:, place] = rng.permutation(dealt[:, place])
        copies.append(dealt)
    part = Part(
        inputs={name: np.concatenate(copies)},
        targets={label: np.concatenate([labels] * len(copies))},
    )
    try:
        made = predictions_of(look, part.inputs, part.targets, np.arange(len(part)), SECONDS)
        if made is None or len(made[0]) != 1 or len(head.outputs) != 1:
            return {}
        predicted = made[0][0]
        task = task_of(labels, asked_by(head.outputs[0], layers, predicted.shape))
        whole = len(predicted) // len(few)
        scores = [score(task, predicted[i * len(few) : (i + 1) * len(few)]) for i in range(whole)]
    except (RowsDoNotFitError, NotScorableError):
        return {}
    return {place: (scores[0], one) for place, one in zip(places, scores[1:], strict=False)}
