"""Labels that simple models contradict where they are surest.

Where classes overlap, a model errs least where it is surest. Where labels are wrong, it is
contradicted as often there as elsewhere: by how often, tells how many labels are wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.readings.features import features_of, shortened, thinned
from nbdoctor.readings.given import TimeLeft, TrainingSample
from nbdoctor.readings.given_away import one_per_row
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.simple_models import PENALTIES, nearest, out_of_fold, ridge, trees

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 1000, 80
MOST_VALUES = 8_000_000
MOST_FEATURES = 1024
MOST_CLASSES, FEWEST_OF_CLASS = 20, 12
FOLDS = 3
SURE = 0.6
"""Share of the rows that counts as sure: those of the largest margins."""

FEWEST_SURE = 12
"""Sure rows of a class, below which nothing is said of it."""

LARGE = 0.1
OTHERS = 0.15
"""Of rows of other classes than a pair, share that may be contradicted, and of all rows share of
those that may be taken for the other side: above, models cannot tell classes anyhow."""

FEW_VALUES, MOST_KIND_COLUMNS, ROWS_OF_KIND = 12, 256, 5
PRODUCT_COLUMNS, PRODUCT_FOLDS = 24, 5
NAMED = 5
SEED = 0x1AB
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradicted:
    """How often sure predictions contradict labels.

    Attributes
    ----------
    rows, sure : int
        That were predicted by models which never saw them; of these, those predicted surely.
    share : float
        Of the sure rows, those with another label.
    by_class : tuple of (float, int, float)
        Of each predicted class with enough sure rows: its label, how many, and the share of these
        with another label.
    classes : int
    guess : float
        Share of the rows that have another label than the commonest.
    covered : float
        Of the classes with a tenth of the labels or more, that which is least among the sure
        predictions: its share there over its share of the labels.
    ranked : float
        Chance that a contradicted sure row is predicted more surely than another one of the same
        predicted class that is not: one half where contradictions do not care, near 0 where they
        are errors of the models.
    error : float
        Standard error of that.
    first : tuple of int
        Some rows that are contradicted most surely.
    repeated : float
        Share of rows that are equal to one before them.
    by_kind : float
        Of the sure rows, those that are predicted as most rows of their kind are: of the same
        values in all columns of few values. 0 where there are no such columns, or many kinds.
    explained : float
        Of contradicted sure rows, the share in which a linear model of products of columns names
        the label, less the share of other sure rows in which it does not. It never saw them. 0
        where it is no better than the others: wrong labels it names no more often.
    pair : Contradicted or None
        Of more than two classes, the same for the rows of those two that contradict each other
        most, where models tell the others well.
    """

    rows: int
    sure: int
    share: float
    by_class: tuple[tuple[float, int, float], ...]
    classes: int
    guess: float
    covered: float
    ranked: float
    error: float
    first: tuple[int, ...] = ()
    repeated: float = 0.0
    by_kind: float = 0.0
    explained: float = 0.0
    pair: Contradicted | None = None


@reading(
    "labels that models contradict",
    when=Moment.CELL_ENDED,
    missing=does_not_apply("the labels name no few classes, one per row"),
    once=True,
)
def contradicted(
    rows: TrainingSample, layers: Layers | None, time_left: TimeLeft | None
) -> Contradicted | None:
    """Predict labels by simple models that were fitted to other rows."""
    if time_left is not None:
        time_left.must_be_left()
    return read_contradicted(rows, ids=bool(layers is not None and layers.embeds_inputs))


def read_contradicted(rows: Rows, *, ids: bool = False) -> Contradicted | None:
    """Compare the labels of one output with predictions; None where there are too few."""
    if len(rows.targets) != 1 or not rows.whole:
        return None
    labels = one_per_row(np.asarray(next(iter(rows.targets.values()))))
    if labels is None or any(len(one) != len(labels) for one in rows.whole.values()):
        return None
    per_row = sum(max(1, math.prod(one.shape[1:])) for one in rows.whole.values())
    rng = np.random.default_rng(SEED)
    chosen = np.sort(rng.permutation(len(labels))[: min(MOST_ROWS, MOST_VALUES // per_row)])
    kinds, counts = np.unique(labels[chosen], return_counts=True)
    if not PAIR <= len(kinds) <= MOST_CLASSES or not np.array_equal(kinds, np.round(kinds)):
        return None
    chosen = chosen[np.isin(labels[chosen], kinds[counts >= FEWEST_OF_CLASS])]
    kinds = kinds[counts >= FEWEST_OF_CLASS]
    if len(kinds) < PAIR or len(chosen) < FEWEST_ROWS:
        return None
    few = [thinned(np.asarray(values)[chosen], MOST_FEATURES) for values in rows.whole.values()]
    x = features_of(few, ids=ids)
    if x is None:
        return None
    truth = np.searchsorted(kinds, labels[chosen])
    votes = votes_of(x, np.eye(len(kinds))[truth], rng)
    repeated = 1 - len(np.unique(x, axis=0)) / len(x)
    found = compared(votes, truth, kinds, chosen, repeated=repeated)
    return replace(
        found,
        pair=of_pair(votes, truth, kinds, chosen, repeated),
        by_kind=decided_by_kind(x, votes.argmax(axis=1)),
        explained=explained_by_products(x, votes, truth),
    )


def decided_by_kind(x: Array, named: Array) -> float:
    """How well columns of few values alone say what is predicted of a row."""
    few = [
        column
        for column in x.T[:MOST_KIND_COLUMNS]
        if len(np.unique(column[: 10 * FEWEST_ROWS])) <= FEW_VALUES
    ]
    if not few:
        return 0.0
    _, kind = np.unique(np.stack(few, axis=1), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    if kind.max() + 1 > len(x) / ROWS_OF_KIND:
        return 0.0
    counts = np.zeros((kind.max() + 1, named.max() + 1))
    np.add.at(counts, (kind, named), 1)
    return float(counts.max(axis=1).sum() / len(x))


def explained_by_products(x: Array, votes: Array, truth: Array) -> float:
    """How far products of columns tell what simple models miss; see `Contradicted.explained`."""
    short = shortened(x)[:, :PRODUCT_COLUMNS]
    short = (short - short.mean(axis=0)) / np.maximum(short.std(axis=0), 1e-12)
    one, other = np.triu_indices(short.shape[1])
    wide = np.hstack([short, short[:, one] * short[:, other]])
    folds = np.random.default_rng(SEED).permutation(len(x)) % PRODUCT_FOLDS
    (made,) = out_of_fold(_firm, wide, np.eye(votes.shape[1])[truth], folds)
    named, said = votes.argmax(axis=1), made.argmax(axis=1)
    sure = _margins(votes) >= np.quantile(_margins(votes), 1 - SURE)
    wrong, right = sure & (named != truth), sure & (named == truth)
    if not wrong.any() or not right.any() or (said == truth).mean() <= (named == truth).mean():
        return 0.0
    sided = (said == truth)[wrong].mean() - (said != truth)[right].mean()
    return float(max(sided, 0.0))


def _firm(x: Array, targets: Array, new: Array) -> list[Array]:
    return ridge(x, targets, new, PENALTIES[-1:])


def _margins(votes: Array) -> Array:
    ordered = np.sort(votes, axis=1)
    margins: Array = ordered[:, -1] - ordered[:, -2]
    return margins


def of_pair(
    votes: Array, truth: Array, kinds: Array, index: Array, repeated: float = 0.0
) -> Contradicted | None:
    """Compare the rows of the two classes that are taken for each other most, both ways."""
    if len(kinds) == PAIR:
        return None
    taken = np.zeros((len(kinds), len(kinds)))
    np.add.at(taken, (truth, votes.argmax(axis=1)), 1)
    both = np.triu(np.minimum(taken, taken.T), 1)
    one, other = np.unravel_index(both.argmax(), both.shape)
    here = np.flatnonzero((truth == one) | (truth == other))
    if both.max() == 0 or len(here) < FEWEST_ROWS // PAIR:
        return None
    named = votes.argmax(axis=1)
    inside, said = (np.isin(some, (one, other)) for some in (truth, named))
    if max((named != truth)[~inside].mean(), (inside != said).mean()) > OTHERS:
        return None
    two = votes[here][:, [one, other]]
    shared = two / np.maximum(two.sum(axis=1, keepdims=True), 1e-12)
    labels = (truth[here] == other).astype(int)
    return compared(shared, labels, kinds[[one, other]], index[here], repeated=repeated)


def votes_of(x: Array, targets: Array, rng: np.random.Generator) -> Array:
    """Mean votes of simple models for each class, each row by models that never saw it."""
    short = shortened(x)
    folds = rng.permutation(len(x)) % FOLDS
    votes = np.zeros_like(targets)
    for fold in range(FOLDS):
        out = folds == fold
        for model, values in ((ridge, x), (nearest, short), (trees, short)):
            made = model(values[~out], targets[~out], values[out])[-1]
            votes[out] += np.clip(made, 0, 1)
    mean: Array = votes / 3  # of neighbours alone most margins are the same
    return mean


def compared(
    votes: Array, truth: Array, kinds: Array, index: Array, *, repeated: float = 0.0
) -> Contradicted:
    """Count contradictions among sure predictions.

    Parameters
    ----------
    votes : array
        Shape (rows, classes).
    truth : array of int
        Shape (rows,).
    kinds : array
        The label of each class.
    index : array of int
        Which row of the data each is.
    repeated : float
    """
    margin = _margins(votes)
    named = votes.argmax(axis=1)
    sure = margin >= np.quantile(margin, 1 - SURE)
    wrong = sure & (named != truth)
    right = sure & (named == truth)
    by_class = [
        (float(label), int((sure & (named == at)).sum()), float(wrong[sure & (named == at)].mean()))
        for at, label in enumerate(kinds)
        if (sure & (named == at)).sum() >= FEWEST_SURE
    ]
    ranked, error = _ranked(margin, named, wrong, right)
    worst = np.flatnonzero(wrong)[np.argsort(-margin[wrong])][:NAMED]
    return Contradicted(
        rows=len(truth),
        sure=int(sure.sum()),
        share=float(wrong.sum() / max(1, sure.sum())),
        by_class=tuple(by_class),
        classes=len(kinds),
        guess=1 - float(np.bincount(truth).max() / len(truth)),
        covered=_covered(named[sure], truth, len(kinds)),
        ranked=ranked,
        error=error,
        first=tuple(int(one) for one in np.sort(index[worst])),
        repeated=repeated,
    )


def _ranked(margin: Array, named: Array, wrong: Array, right: Array) -> tuple[float, float]:
    """Compare the margins of both within each predicted class; the rank, and its error."""
    above, pairs, variance = 0.0, 0, 0.0
    for one in np.unique(named):
        a, b = margin[wrong & (named == one)], margin[right & (named == one)]
        if len(a) and len(b):
            larger = (a[:, None] > b).sum() + 0.5 * (a[:, None] == b).sum()
            above, pairs = above + float(larger), pairs + len(a) * len(b)
            variance += len(a) * len(b) * (len(a) + len(b) + 1) / 12
    return (above / pairs, math.sqrt(variance) / pairs) if pairs else (0.5, 1.0)


def _covered(sure: Array, truth: Array, classes: int) -> float:
    """How much less often the most neglected of the larger classes is predicted surely."""
    theirs = np.bincount(truth, minlength=classes) / len(truth)
    ours = np.bincount(sure, minlength=classes) / max(1, len(sure))
    large = theirs >= LARGE
    return float((ours[large] / theirs[large]).min()) if large.any() else 0.0
