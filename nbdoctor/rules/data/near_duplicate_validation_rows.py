"""Validation rows that are nearly copies of training rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.near_duplicates import NearDuplicates
from nbdoctor.readings.turned_copies import TurnedCopies
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, rule

MOST_BETWEEN = 0.05
"""A share of rows that lie exactly between two others above this is no accident."""

FEWEST = 5

TIMES_CHANCE = 2.0
"""Windows of a series with a daily pattern lie in as many heaps as a day has hours: 116 of 116 such
rows looked like copies, and 88 would by chance."""


@rule(
    family="data",
    severity="critical",
    kind="strong",
    holds="No validation rows are nearly copies of training rows",
    explains=("validation-looks-better", "overfit-to-training"),
)
def near_duplicate_validation_rows(
    near: NearDuplicates, turned: TurnedCopies | None = None, /, *, share: float = 0.2
) -> Iterator[Finding]:
    """Validation rows that are nearly copies of training rows.

    ## What it means
    Rows that were copied with small changes (jitter, SMOTE, frames of one clip, crops of one
    picture, overlapping windows of a series) belong together. If they are split at random, nearly
    every validation row has a sibling in the training rows: the validation score measures how
    well the siblings were memorised, and is far too good.

    ## How it is measured
    For up to 600 validation rows the 64 nearest of up to 4,000 training rows are looked up, with
    columns scaled to a spread of 1. A row is a copy if its nearest rows are three times nearer
    than the next one beyond them; how many rows look so by chance is estimated from the dimension
    of the data and taken off. More than `share` (0.2) of the rows must be copies, and twice as many
    as by chance. Reported as well are rows that lie exactly between two training rows (more than
    5 %), rows that are a training row moved on by one to three steps in time (more than `share`),
    and pictures that are a training picture mirrored or turned (more than `share`): with the light
    and the contrast of each picture taken out, that one is three times nearer than any training
    picture as it stands.

    ## Example
    ```python
    jittered = rare[picked] + 0.05 * rng.normal(size=(1000, 20))  # oversampled before the split
    rows, labels = np.concatenate([rows, jittered]), np.concatenate([labels, np.ones(1000)])
    x_train, x_test, y_train, y_test = train_test_split(rows, labels)
    ```

    ## What the treatment does
    It says in which order to split and to resample.

    ## When to ignore it
    When the rows are known to be independent and happen to lie in small clusters.

    ## References
    Kaufman, Rosset and Perlich, "Leakage in data mining", KDD 2011. Chawla et al., "SMOTE:
    Synthetic minority over-sampling technique", 2002.
    """
    copies = near.copies - near.by_chance
    chance = f"about {figure(near.by_chance, 2)}" if near.by_chance >= 1 else "none"
    between = max(MOST_BETWEEN * near.rows, FEWEST)
    if near.windows > share * near.rows:
        yield _finding(
            "Validation windows overlap with training windows",
            f"{near.windows:,} of {near.rows:,} validation rows are a training row moved on by one "
            "to three steps: the split is not in time, and training has seen most of their values "
            "and targets.",
            {"validation rows that overlap": near.windows},
            {"validation rows that overlap": "a few, at the cut"},
        )
    elif copies > share * near.rows and near.copies >= TIMES_CHANCE * near.by_chance:
        yield _finding(
            "Validation rows are nearly copies of training rows",
            f"{near.copies:,} of {near.rows:,} validation rows have training rows at a distance of "
            f"{figure(near.near)} or less, while the next ones are {figure(near.usual)} away; "
            f"{chance} would look so by chance. They are copies with "
            "small changes, made or recorded before the split.",
            {"validation rows with a near copy in training": near.copies},
            {"validation rows with a near copy in training": chance},
        )
    elif near.between > between:
        yield _finding(
            "Validation rows lie exactly between training rows",
            f"{near.between:,} of {near.rows:,} validation rows lie on a straight line between two "
            "training rows, as synthetic rows (SMOTE) do that were made before the split.",
            {"validation rows between two training rows": near.between},
            {"validation rows between two training rows": 0},
        )
    elif turned is not None and turned.copies > share * turned.rows:
        yield _of_turned(turned)


def _of_turned(turned: TurnedCopies) -> Finding:
    way = max(turned.ways, key=lambda one: turned.ways[one])
    return _finding(
        "Validation pictures are training pictures mirrored or turned",
        f"{turned.copies:,} of {turned.rows:,} validation pictures have a training picture at a "
        f"distance of {figure(turned.near)} once they are mirrored or turned (most often "
        f"{way}), while the nearest as it stands is {figure(turned.usual)} away; pictures have a "
        "spread of 1. They were made of one picture before the split.",
        {"validation pictures with a turned copy in training": turned.copies},
        {"validation pictures with a turned copy in training": 0},
    )


def _finding(
    title: str, says: str, measured: dict[str, int], expected: dict[str, int | str]
) -> Finding:
    return Finding(
        title=title,
        says=says,
        where=Where(call="fit", argument="validation_data"),
        measured=dict(measured),
        expected=dict(expected),
    )


@near_duplicate_validation_rows.treatment("Split before copying rows", effect="judgement")
def split_first(_finding: Finding, _cell: Cell) -> str:
    """Keep rows of the same origin on one side of the split."""
    return (
        "Split first; oversample, augment or cut windows afterwards, in the training rows only. "
        "`GroupShuffleSplit` of scikit-learn keeps rows of one origin on one side; series are cut "
        "at a point in time."
    )
