"""Which classes simple models cannot tell apart, though they tell them from all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.sample import Part, Sample
from nbdoctor.readings.features import features_of, shortened
from nbdoctor.readings.given_away import one_per_row
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.simple_models import barely_penalised, nearest, out_of_fold

Array = npt.NDArray[Any]

MOST_ROWS = 1200
MOST_CLASSES = 40
FEWEST_OF_CLASS = 20
FOLDS = 3
SEED = 0x70
THREE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two classes.

    Attributes
    ----------
    one, other : float
        Their labels.
    rows : int
        Of both.
    apart : float
        Share of these that the best simple model puts into the right one of the two, the mean over
        both; 0.5 is chance.
    from_others : float
        Mean of the shares of the rows of both, and of all others, that it keeps on their side.
    """

    one: float
    other: float
    rows: int
    apart: float
    from_others: float

    @property
    def by_chance(self) -> float:
        """What guessing may reach in so many rows: three standard errors above one half."""
        return float(0.5 + 1.5 / max(self.rows, 1) ** 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldApart:
    """Pairs of classes, those first that are told apart worst.

    Attributes
    ----------
    classes : int
    pairs : tuple of Pair
    usual : float
        Median over all pairs of how well they are told apart.
    """

    classes: int
    pairs: tuple[Pair, ...]
    usual: float = 1.0


@reading(
    "classes that are alike",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the labels name no few classes, one per row"),
    once=True,
)
def told_apart(sample: Sample, layers: Layers | None) -> ToldApart | None:
    """Predict rows by simple models that were fitted to others, and compare classes two by two."""
    return read_told_apart(sample.train, ids=bool(layers is not None and layers.embeds_inputs))


def read_told_apart(part: Part, *, ids: bool = False) -> ToldApart | None:
    """Compare the classes of one output; None where there are too few, or too few rows."""
    if len(part.targets) != 1:
        return None
    labels = one_per_row(np.asarray(next(iter(part.targets.values()))))
    if labels is None or (labels.dtype.kind == "f" and not np.array_equal(labels, labels.round())):
        return None
    kinds, counts = np.unique(labels, return_counts=True)
    kinds = kinds[counts >= FEWEST_OF_CLASS]
    if not THREE <= len(kinds) <= MOST_CLASSES:
        return None
    rng = np.random.default_rng(SEED)
    chosen = np.sort(rng.permutation(np.flatnonzero(np.isin(labels, kinds)))[:MOST_ROWS])
    features = features_of([np.asarray(one)[chosen] for one in part.inputs.values()], ids=ids)
    if features is None:
        return None
    truth = np.searchsorted(kinds, labels[chosen])
    votes = _votes(features, np.eye(len(kinds))[truth], rng)
    pairs = sorted(_pairs(votes, truth, kinds), key=lambda pair: pair.apart)
    usual = float(np.median([pair.apart for pair in pairs]))
    return ToldApart(classes=len(kinds), pairs=tuple(pairs[:THREE]), usual=usual)


def _votes(features: Array, targets: Array, rng: np.random.Generator) -> list[Array]:
    """Predictions of each simple model, each row by one that never saw it."""
    folds = rng.permutation(len(features)) % FOLDS
    short = shortened(features)
    return [
        *out_of_fold(barely_penalised, features, targets, folds),
        *out_of_fold(nearest, short, targets, folds),
    ]


def _pairs(votes: list[Array], truth: Array, kinds: Array) -> Iterator[Pair]:
    for one, other in combinations(range(len(kinds)), 2):
        first, second = truth == one, truth == other
        apart, outside = [], []
        for vote in votes:
            ahead = vote[:, one] - vote[:, other]
            right = ((ahead[first] > 0) + 0.5 * (ahead[first] == 0)).mean()
            left = ((ahead[second] < 0) + 0.5 * (ahead[second] == 0)).mean()
            apart.append(float(right + left) / 2)
            both = vote[:, one] + vote[:, other]
            inside, rest = first | second, np.delete(vote, [one, other], axis=1).max(axis=1)
            outside.append(float((both > rest)[inside].mean() + (both <= rest)[~inside].mean()) / 2)
        yield Pair(
            one=float(kinds[one]),
            other=float(kinds[other]),
            rows=int(first.sum() + second.sum()),
            apart=max(apart),
            from_others=max(outside),
        )
