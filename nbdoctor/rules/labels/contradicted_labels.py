"""Labels that the inputs contradict."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.contradicted import Contradicted
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

REPEATED = 0.5
"""Where more rows are equal than this, rows of one kind have several labels by nature."""

BY_KIND = 0.9
"""Where columns of few values alone say so much of the predictions, as sex and class do of who was
rescued, rows of one kind have several labels by nature, too."""

COVERED = 0.25
"""Of its share of the labels, that of a large class among sure predictions: below, models cannot
tell this class, and are wrong about the others for that."""

BEYOND_CHANCE = 2.5
"""Standard errors by which sure predictions must be better than the commonest class: models that
know nothing, as of the order of words, are contradicted in one half of the rows."""

ERRORS = 0.5

MOSTLY_RIGHT = 0.5
"""Of the share of rows that have another label than the commonest: sure predictions that err more
than that know little, and do not judge labels. On an exclusive or of three of ten columns, with
all labels right, they erred in 0.34 of 0.5."""

DIFFERS = 2.0
"""Standard errors. Wrong labels count as wrong for every model: none has fewer errors than there
are of these, in rows that were labelled in the same way."""

EXPLAINED = 0.16
"""Share of contradicted rows in which products of columns tell the label, less the share of others
in which they miss it, from which on the models were wrong and not the labels: 0.18 to 0.52 where a
product decides, below 0.16, or no better than the models, where labels were made wrong."""


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="Simple models are right where they are surest",
    explains=(
        "below-simple-models",
        "baseline-not-beaten",
        "overfit-to-training",
        "too-few-steps",
        "majority-class-only",
    ),
)
def contradicted_labels(
    found: Contradicted,
    attained: Attained | None,
    /,
    *,
    share: float = 0.06,
    rank: float = 0.34,
) -> Iterator[Finding]:
    """Simple models contradict labels as often where they are surest as elsewhere.

    ## What it means
    Labels that somebody typed, guessed or joined wrongly cannot be learned. A network memorises
    them in training, and for each of them counts as wrong in validation, whatever it says.

    ## How it is measured
    A linear model, nearest neighbours and random trees vote for the class of rows that they were
    not fitted to. Of these the 60 % with the largest margins are sure. Where classes overlap, sure
    predictions are wrong more seldom the surer they are; wrong labels are anywhere. The finding
    requires that at least `share` (0.06) of the sure rows have another label, in two predicted
    classes or more, but clearly fewer than the commonest class alone would have, and that
    contradicted rows are predicted about as surely as others of the same class: one half is just as
    surely, and at least `rank` (0.34), with half a standard error, is required. On 24 data sets
    that packages ship, errors of the models in all classes reached 0.31, and labels that were made
    wrong at random 0.36 to 0.6. Each larger class must be among the sure predictions, a quarter as
    often as among the labels or more. Of more than two classes the two that are taken for each
    other most are judged by themselves, too. Rows of which half are equal to others have several
    labels by nature, and are not judged, nor where columns of few values decide nearly alone, or
    where products of two columns tell the label of many contradicted rows (0.16 or more, beyond
    what they miss elsewhere): the models were wrong there. Nothing is said where the trained model
    scores 0.9 or more, or clearly more than simple models on rows that it has not seen, nor where
    sure predictions err half as often as the commonest class alone would: such models know too
    little of these rows. Nor is it where the trained model is wrong on held-out rows clearly less
    often than the sure rows are contradicted.

    ## Example
    ```python
    labels = pd.read_csv("crowd.csv")["class"]     # one of five people did not understand the task
    ```

    ## What the treatment does
    It names rows to look at first.

    ## When to ignore it
    When the label is drawn by chance for a part of the rows, or depends on what no column tells.

    ## References
    Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels",
    Journal of Artificial Intelligence Research 70, 2021.
    """
    if has_learned(attained):
        message = "the model has learned these rows"
        raise DoesNotApplyError(message)
    if attained is not None and attained.held_out and _is_ahead(attained):
        message = "the model tells rows that it has not seen better than simple models do"
        raise DoesNotApplyError(message)
    if found.repeated > REPEATED:
        message = "many rows are equal"
        raise DoesNotApplyError(message)
    if found.explained >= EXPLAINED:
        message = "products of columns tell the label where these models contradict it"
        raise DoesNotApplyError(message)
    if found.by_kind >= BY_KIND:
        message = "columns of few values decide: rows of one kind may have several labels"
        raise DoesNotApplyError(message)
    if _learns_more(found, attained):
        message = (
            "the trained model is wrong less often on rows of its own than simple models are where "
            "they are sure"
        )
        raise DoesNotApplyError(message)
    for one in (found, found.pair):
        if one is not None and _are_wrong(one, share, rank):
            yield _finding(one, found)
            return


def _is_ahead(attained: Attained) -> bool:
    """Whether simple models know less than the trained model, so that they judge no labels."""
    return attained.ceiling is not None and attained.score > attained.ceiling + attained.margin


def _learns_more(found: Contradicted, attained: Attained | None) -> bool:
    """Whether the trained model is wrong less often than labels would be, on rows held out."""
    answers = attained.answers if attained is not None and attained.held_out else ()
    if len(answers) != 1 or answers[0].right is None or answers[0].places != 1:
        return False
    wrong = 1 - answers[0].right
    spread = wrong * (1 - wrong) / max(answers[0].answers, 1)
    spread += found.share * (1 - found.share) / max(found.sure, 1)
    return bool(found.share - wrong > DIFFERS * spread**0.5)


def _are_wrong(found: Contradicted, share: float, rank: float) -> bool:
    contradicted = sum(part >= share for _, _, part in found.by_class)
    chance = BEYOND_CHANCE * (found.guess * (1 - found.guess) / max(found.sure, 1)) ** 0.5
    some = share <= found.share <= min(found.guess - chance, MOSTLY_RIGHT * found.guess)
    alike = found.ranked >= rank + ERRORS * found.error
    return some and contradicted > 1 and alike and found.covered >= COVERED


def _finding(found: Contradicted, whole: Contradicted) -> Finding:
    part = figure(100 * found.share, 2)
    rows = ", ".join(f"{row:,}" for row in found.first)
    of_these, title = "", f"About {part} % of the labels contradict their inputs"
    if found is not whole:
        one, other = (figure(label) for label, _, _ in found.by_class)
        of_these = f" of class {one} or {other}"
        title = f"Labels {one} and {other} are exchanged in some {part} % of their rows"
    return Finding(
        title=title,
        says=(
            f"Simple models are sure of {found.sure:,} of {found.rows:,} rows{of_these} that they "
            f"were not fitted to, and {part} % of these have another label, about as often where "
            f"the models are surest as elsewhere. The surest are rows {rows} of the training data."
        ),
        where=Where(call="fit", argument="y"),
        measured={"sure predictions with another label": found.share},
        expected={"sure predictions with another label": "about 0"},
    )


@contradicted_labels.treatment("Look at these rows", effect="advice")
def look_at_these_rows(finding: Finding, _cell: Cell) -> str:
    """Compare inputs and labels of a few rows, and who gave the labels."""
    del finding
    return (
        "Look at the rows that are named, inputs and label side by side. Where the label is wrong, "
        "find what the wrong ones have in common: one person, one file, one day, a line that moved "
        "labels against rows. Mend these; more rows or a larger model do not help."
    )
