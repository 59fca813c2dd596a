"""Whether two targets of one kind are exchanged in a part of the rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.readings.features import features_of, shortened
from nbdoctor.readings.given import TrainingSample
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.simple_models import nearest, out_of_fold, ridge
from nbdoctor.readings.tokens import Tokens

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 800, 80
MOST_VALUES = 8_000_000
"""Of the inputs: 32 MB in single precision."""

MOST_PAIRS = 12
MOST_POINTS = 12
CLEAR = 0.25
"""Differences of a pair below this part of the usual one lie between both orders."""

UNCLEAR = 0.03
"""Share of rows up to which they may; two numbers without an order have 0.15 of them or more."""

FOLDS = 3
SEED = 0xE5
PAIR, RANK = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedPair:
    """Two targets that have an order in nearly all rows, and in some the other one.

    Attributes
    ----------
    one, other : str
        Outputs, or parts of one.
    share : float
        Of the rows, those in the rarer order.
    as_given, in_order : float
        R² of the best simple model on rows that it was not fitted to, for the targets as they are,
        and with those of the rarer order exchanged.
    first : int
        The first row in the rarer order.
    """

    one: str
    other: str
    share: float
    as_given: float
    in_order: float
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangedTargets:
    """The pairs that have such an order.

    Attributes
    ----------
    rows : int
    pairs : tuple of ExchangedPair
    """

    rows: int
    pairs: tuple[ExchangedPair, ...]


@reading(
    "the order of the targets",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("there are no two targets of one kind"),
    once=True,
)
def exchanged_targets(rows: TrainingSample, tokens: Tokens | None) -> ExchangedTargets | None:
    """Compare targets of the same shape, two by two."""
    found = list(pairs_of(rows.targets))
    if not found or tokens is not None:
        return None
    return read_exchanged(rows, found)


def pairs_of(targets: Mapping[str, Any]) -> Iterator[tuple[str, str, Array, Array]]:
    """Two outputs of one shape, the halves of one, or two of its points."""
    numeric = {
        name: np.asarray(values)
        for name, values in targets.items()
        if values.dtype.kind == "f" and values.ndim in (1, PAIR, RANK)
    }
    for one, other in combinations(numeric, PAIR):
        if numeric[one].shape == numeric[other].shape and numeric[one].ndim <= PAIR:
            yield one, other, numeric[one], numeric[other]
    for name, values in numeric.items():
        points = values
        if values.ndim == PAIR and values.shape[1] % PAIR == 0 and values.shape[1] > PAIR:
            points = values.reshape(len(values), -1, PAIR)
        if points.ndim == RANK and 1 < points.shape[1] <= MOST_POINTS:
            for one_at, other_at in combinations(range(points.shape[1]), PAIR):
                first, second = (f"point {at + 1} of {name}" for at in (one_at, other_at))
                yield first, second, points[:, one_at], points[:, other_at]


def read_exchanged(
    rows: Rows, pairs: list[tuple[str, str, Array, Array]]
) -> ExchangedTargets | None:
    """Judge each pair by what simple models make of it, as it is and in one order."""
    total = min(len(values) for values in (*rows.whole.values(), pairs[0][2]))
    per_row = sum(max(1, math.prod(one.shape[1:])) for one in rows.whole.values())
    most = min(total, MOST_ROWS, MOST_VALUES // per_row)
    if most < FEWEST_ROWS:
        return None
    rng = np.random.default_rng(SEED)
    chosen = np.sort(rng.permutation(total)[:most])
    features = features_of([np.asarray(values)[chosen] for values in rows.whole.values()])
    if features is None:
        return None
    folds = rng.permutation(len(chosen)) % FOLDS
    found: list[ExchangedPair] = []
    for one, other, left, right in pairs[: MOST_PAIRS * MOST_PAIRS]:
        a, b = (v[chosen].reshape(len(chosen), -1).astype(np.float64) for v in (left, right))
        rare = rarer_order(a, b)
        if rare is None or len(found) >= MOST_PAIRS:
            continue
        swapped = rare[:, None]
        sorted_a, sorted_b = np.where(swapped, b, a), np.where(swapped, a, b)
        found.append(
            ExchangedPair(
                one=one,
                other=other,
                share=float(rare.mean()),
                as_given=_explained(features, np.concatenate([a, b], axis=1), folds),
                in_order=_explained(features, np.concatenate([sorted_a, sorted_b], axis=1), folds),
                first=int(chosen[rare.argmax()]),
            )
        )
    return ExchangedTargets(rows=len(chosen), pairs=tuple(found)) if found else None


def rarer_order(one: Array, other: Array) -> Array | None:
    """Rows whose difference points the other way than that of most; None without two clear ways."""
    apart = one - other
    if not np.isfinite(apart).all():
        return None
    _, vectors = np.linalg.eigh(apart.T @ apart)
    along = apart @ vectors[:, -1]
    usual = float(np.median(np.abs(along)))
    if not usual > 0 or float((np.abs(along) < CLEAR * usual).mean()) > UNCLEAR:
        return None
    high = along > 0
    rare: Array = high if high.mean() <= 0.5 else ~high  # noqa: PLR2004
    return rare if rare.any() else None


def _explained(features: Array, targets: Array, folds: Array) -> float:
    """R² of the better of two simple models, out of fold."""
    short = shortened(features)
    made = [
        *out_of_fold(ridge, features, targets, folds),
        *out_of_fold(nearest, short, targets, folds),
    ]
    around = max(float(((targets - targets.mean(axis=0)) ** 2).sum()), 1e-300)
    return max(1 - float(((targets - one) ** 2).sum()) / around for one in made)
