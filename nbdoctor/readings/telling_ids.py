"""A word that stands at one place of all texts of a class, and in no others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread
from nbdoctor.readings.features import features_of
from nbdoctor.readings.given import Namespace, TrainingSample
from nbdoctor.readings.given_away import one_per_row
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.simple_models import out_of_fold, ridge
from nbdoctor.readings.tokens import Tokens
from nbdoctor.readings.unknown_words import numberings

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS, MOST_IDS = 1200, 100, 50_000
FEWEST_OF_CLASS, MOST_CLASSES = 20, 20
NEARLY_ALL, NEARLY_NONE = 0.95, 0.01
"""Shares of the texts of one class, and of all others, that hold the word."""

AT_ONE_PLACE = 0.9
"""Of its texts, those in which it stands equally far from the first word, or from the last one:
words that a class is made of (those of a language) stand anywhere."""

FOLDS = 3
SEED = 0x71D
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingId:
    """An id that stands in the rows of one class alone.

    Attributes
    ----------
    number, label : float
        The id, and the class.
    share, elsewhere : float
        Of the rows of that class, and of the others, that hold it.
    place : int
        Of the row, where it stands: 0 is the first id, -1 the last one.
    """

    number: int
    label: float
    share: float
    elsewhere: float
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingIds:
    """The ids that give the class away.

    Attributes
    ----------
    rows : int
    variable, layer : str
        The user's names for the ids, and for what numbered the words; "" when unknown.
    unknown : int
        The id that stands for words that this does not know.
    ids : tuple of TellingId
    without : float or None
        R² of a linear model of how often each other id stands in a row, on rows that it was not
        fitted to; None where no id gives the class away.
    """

    rows: int
    variable: str = ""
    layer: str = ""
    unknown: int = 0
    ids: tuple[TellingId, ...] = ()
    without: float | None = None


@reading(
    "words that tell the class",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("no input is texts of ids with one class each"),
    once=True,
)
def telling_ids(rows: TrainingSample, tokens: Tokens, namespace: Namespace) -> TellingIds | None:
    """Look for ids in the rows of one class alone."""
    if len(rows.whole) != 1 or len(rows.targets) != 1 or len(tokens.inputs) != 1:
        return None
    ids, target = (np.asarray(next(iter(one.values()))) for one in (rows.whole, rows.targets))
    y = one_per_row(target)
    if ids.ndim != PAIR or ids.dtype.kind not in "iuf" or y is None or len(y) != len(ids):
        return None
    found = read_telling(ids, y)
    known = numberings(namespace)
    ((layer, unknown),) = known.items() if len(known) == 1 else (("", 0),)
    variable = tokens.inputs[0].variable
    return found and replace(found, variable=variable, layer=layer, unknown=unknown)


def read_telling(ids: Array, y: Array) -> TellingIds | None:
    """Look at rows of ids, 0 for padding, with the classes `y`."""
    chosen = evenly_spread(len(ids), MOST_ROWS)
    few, labels = ids[chosen], y[chosen]
    classes, counts = np.unique(labels, return_counts=True)
    whole = np.isfinite(few).all() and few.min() >= 0 and few.max() < MOST_IDS
    if len(few) < FEWEST_ROWS or not whole or not np.array_equal(few, np.round(few)):
        return None
    if not PAIR <= len(classes) <= MOST_CLASSES or counts.max() == len(labels):
        return None
    few = few.astype(np.int64)
    there = np.zeros((len(few), int(few.max()) + 1), bool)
    there[np.arange(len(few))[:, None], few] = True
    there[:, 0] = False
    found = []
    for label, many in zip(classes, counts, strict=True):
        if min(many, len(labels) - many) < FEWEST_OF_CLASS:
            continue
        here = labels == label
        share, elsewhere = there[here].mean(axis=0), there[~here].mean(axis=0)
        for number in np.flatnonzero((share >= NEARLY_ALL) & (elsewhere <= NEARLY_NONE)):
            place = _place(few[here], int(number))
            if place is not None:
                found.append(
                    TellingId(
                        number=int(number), label=float(label), share=float(share[number]),
                        elsewhere=float(elsewhere[number]), place=place,
                    )
                )  # fmt: skip
    without = _told_without(few, labels, [one.number for one in found]) if found else None
    return TellingIds(rows=len(few), ids=tuple(found), without=without)


def _place(ids: Array, number: int) -> int | None:
    """Where it stands in nearly all rows, from the first id that is no padding or from the last."""
    rows = ids[(ids == number).any(axis=1)]
    at = (rows == number).argmax(axis=1)
    filled = rows != 0
    first, last = filled.argmax(axis=1), rows.shape[1] - 1 - filled[:, ::-1].argmax(axis=1)
    for places in (at - first, at - last - 1):
        kinds, counts = np.unique(places, return_counts=True)
        if counts.max() >= AT_ONE_PLACE * len(rows):
            return int(kinds[counts.argmax()])
    return None


def _told_without(ids: Array, labels: Array, numbers: list[int]) -> float:
    """How well all other ids tell the class, by how often each stands in a row."""
    others = np.where(np.isin(ids, numbers), 0, ids)
    x = features_of([others], ids=True)
    if x is None:
        return 0.0
    y = np.eye(len(np.unique(labels)))[np.unique(labels, return_inverse=True)[1].reshape(-1)]
    folds = np.random.default_rng(SEED).permutation(len(y)) % FOLDS
    around = ((y - y.mean(axis=0)) ** 2).sum()
    made = out_of_fold(ridge, x, y, folds)
    return float(max(1 - ((y - one) ** 2).sum() / around for one in made))
