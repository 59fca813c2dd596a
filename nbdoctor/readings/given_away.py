"""Columns that tell the target by themselves, in a way that columns measured before it do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
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
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 20_000, 60
MOST_COLUMNS, MOST_VALUES = 512, 4_000_000
MOST_CLASSES = 20
FEWEST_OF_CLASS, SMALLEST_CLASS = 20, 0.05
NEARLY_ALL, NEARLY_NONE = 0.95, 0.01
ALL, NONE = 0.99, 0.002
"""Shares of the rows of one class, and of all other rows, in which a column has one value; the
second pair is for columns of few values."""

FEWEST_VALUES = 10
"""Different values of a column beside that one: a column of fewer holds categories."""

SAME = 0.99999
"""Correlation, of values or of ranks, from which on a column is the target in other numbers."""

REPEATS = 10.0
"""Pairs of equal values that whole numbers drawn from the same range would have, were each drawn
for itself: a column without one numbers the rows. By chance that happens once in e**10 columns, and
classes need not be sorted along it."""

APART = 100.0
"""Median steps between numbers of two origins, which are counted each for itself."""

SHORT, ROUNDED = 8.5, 0.1
"""Steps of up to eight whole ones are that within a tenth, scaled and in single precision, too."""

PREDICTED = 400
SECONDS = 0.5
SEED = 0x6A
PAIR, WINDOW = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingColumn:
    """A column that tells the target.

    Attributes
    ----------
    name, table : str
        In the user's table, or "column 3".
    place : int
    kind : str
        "one value" (in one class it has one value, and no other row has it), "the target" (it is
        the target, or a number for each class), or "the row" (it counts rows that are sorted by
        class).
    value, label : float
        Of "one value": that value and the class.
    share, elsewhere : float
        Of the rows of that class, and of the others, that have it.
    with_it, shuffled : float or None
        Score of the trained model on rows as they are, and with this column dealt anew.
    """

    name: str
    kind: str
    place: int
    table: str = ""
    value: float = 0.0
    label: float = 0.0
    share: float = 0.0
    elsewhere: float = 0.0
    with_it: float | None = None
    shuffled: float | None = None


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


def telling_steps(x: Array, y: Array) -> Iterator[TellingColumn]:
    """Steps of windows, shape (rows, steps, features), that are numbers `y` themselves."""
    many = len(np.unique(y)) > MOST_CLASSES
    for one in telling_columns(x.reshape(len(x), -1), y) if many else ():
        of = f" of column {one.place % x.shape[2]}" if x.shape[2] > 1 else ""
        if one.kind == "the target":
            yield replace(one, name=f"step {one.place // x.shape[2] + 1}{of}")


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


def telling_columns(x: Array, y: Array) -> Iterator[TellingColumn]:
    """Columns of shape (rows, columns) that tell labels or numbers `y` by themselves."""
    if len(x) < FEWEST_ROWS or not 1 < x.shape[1] <= MOST_COLUMNS:
        return
    most = min(MOST_ROWS, max(FEWEST_ROWS, MOST_VALUES // x.shape[1]))
    rows = evenly_spread(len(x), most)
    x, y = x[rows].astype(np.float64), y[rows].astype(np.float64)
    classes = np.unique(y)
    named = len(classes) <= MOST_CLASSES and bool(
        len(classes) == PAIR or np.array_equal(classes, np.round(classes))
    )
    for place, column in enumerate(x.T):
        if not np.isfinite(column).all():
            continue
        found = _of_classes(column, y, classes) if named else _of_numbers(column, y)
        if found is not None:
            yield replace(found, place=place, name=f"column {place}")


def _of_classes(column: Array, y: Array, classes: Array) -> TellingColumn | None:
    values = np.unique(column)
    if len(values) == len(classes) > 1 and len(values) < FEWEST_VALUES:
        pairs = np.unique(np.stack([column, y], axis=1), axis=0)
        return (
            TellingColumn(name="", kind="the target", place=0)
            if len(pairs) == len(classes)
            else None
        )
    few = len(values) <= FEWEST_VALUES
    if len(values) <= PAIR:
        return None
    nearly_all, nearly_none = (ALL, NONE) if few else (NEARLY_ALL, NEARLY_NONE)
    for label in classes:
        here = y == label
        enough = max(FEWEST_OF_CLASS, SMALLEST_CLASS * len(y))
        if here.sum() < enough or (~here).sum() < enough:
            continue
        kinds, counts = np.unique(column[here], return_counts=True)
        value = kinds[counts.argmax()]
        share, other = float(counts.max() / here.sum()), float((column[~here] == value).mean())
        if share >= nearly_all and other <= nearly_none:
            return TellingColumn(
                name="", kind="one value", place=0, value=float(value), label=float(label),
                share=share, elsewhere=other,
            )  # fmt: skip
    return None if few else _of_rows(column, y)


def _of_rows(column: Array, y: Array) -> TellingColumn | None:
    """A column that numbers the rows, along which the classes are sorted."""
    ordered = np.sort(column)
    steps = np.diff(ordered)
    if len(steps) < FEWEST_ROWS - 1 or steps.min() <= 0:
        return None
    short = steps[steps < SHORT * steps.min()]
    unit = float(short.sum() / np.round(short / steps.min()).sum())
    if np.abs(short / unit - np.round(short / unit)).max() > ROUNDED:
        return None
    runs = np.split(ordered, np.flatnonzero(steps > APART * np.median(steps)) + 1)
    if sum(len(run) ** 2 / (PAIR * ((run[-1] - run[0]) / unit + 1)) for run in runs) < REPEATS:
        return None
    sorted_by = y[np.argsort(column)]
    changes = int((np.diff(sorted_by) != 0).sum())
    expected = len(y) * (1 - float((np.unique(y, return_counts=True)[1] ** 2).sum()) / len(y) ** 2)
    sorted_by_it = changes <= 0.05 * expected
    return TellingColumn(name="", kind="the row", place=0) if sorted_by_it else None


def _of_numbers(column: Array, y: Array) -> TellingColumn | None:
    if not (column.std() > 0 and y.std() > 0):
        return None
    ranks = (np.unique(one, return_inverse=True)[1] for one in (column, y))
    same = max(_correlation(column, y), _correlation(*ranks)) >= SAME
    return TellingColumn(name="", kind="the target", place=0) if same else None


def _correlation(one: Array, other: Array) -> float:
    return abs(float(np.corrcoef(one, other)[0, 1]))


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
