"""A trained model that gives every place of its outputs the most frequent class."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.answers import Answers
from nbdoctor.readings.attained import Attained
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The trained model finds more than one class among the places of its outputs",
    explains=("below-simple-models", "fails-to-memorise", "constant-predictions"),
    gated=True,
    parts=("loss",),
)
def one_class_everywhere(
    attained: Attained, /, *, share: float = 0.6, places: float = 50
) -> Iterator[Finding]:
    """A trained model that gives every place of its outputs the most frequent class.

    ## What it means
    In segmentation and tagging most places are background. A loss that adds all places up, such as
    a mean cross-entropy, or an overlap (Dice) over all classes together, is nearly as low for
    background everywhere as for the truth, and the accuracy is the share of the background. The
    rare classes, for which the model was made, are never found.

    ## How it is measured
    The trained model predicts rows, and its answers are compared with the labels place by place.
    The rule applies to outputs with a class at each of several places. It fires where all places
    get one class, that class has at least `share` (0.6) of them, the others have at least `places`
    (50) together, and simple models do clearly better on the same rows: the rare classes can be
    told.

    ## Example
    ```python
    def dice_loss(y_true, y_pred):                 # one-hot masks, background included
        both = ops.sum(y_true * y_pred)
        return 1 - 2 * both / (ops.sum(y_true) + ops.sum(y_pred))
    ```

    ## What the treatment does
    It says how rare classes are given weight in the loss.

    ## When to ignore it
    When training has only just begun.

    ## References
    Milletari, Navab and Ahmadi, "V-Net", 2016. Sudre and others, "Generalised Dice overlap as a
    deep learning loss function for highly unbalanced segmentations", 2017.
    """
    answers = [one for one in attained.answers if one.places > 1 and len(one.classes) > 1]
    if not answers:
        message = "no output has a class at each of several places"
        raise DoesNotApplyError(message)
    if not attained.has_gap:
        return
    for one in answers:
        label = _only_answer(one)
        if label is None:
            continue
        rows = {each.label: each.rows for each in one.classes}
        others = one.answers - rows[label]
        if rows[label] >= share * one.answers and others >= places:
            yield _finding(one, label, others)


def _only_answer(answers: Answers) -> float | None:
    """The class that every place gets; None where there are several, or one that is not told."""
    given = [sum(column) for column in zip(*answers.matrix, strict=True)]
    named = [place for place, count in enumerate(given) if count]
    if len(named) != 1 or named[0] >= len(answers.classes):
        return None
    return answers.classes[named[0]].label


def _finding(answers: Answers, label: float, others: int) -> Finding:
    part = others / answers.answers
    of = f" of `{answers.output}`" if answers.output else ""
    return Finding(
        title=f"Every place is predicted as class {label:g}",
        says=f"After training, all {answers.answers:,} places{of} get class {label:g}. That is "
        f"right for {figure(100 * (1 - part), 3)} % of them; none of the {others:,} places of "
        "other classes is found, while simple models do better on the same rows.",
        measured={"classes predicted": 1},
        expected={"classes predicted": len(answers.classes) + answers.more},
    )


@one_class_everywhere.treatment("Give rare classes weight in the loss", effect="advice")
def give_rare_classes_weight(_finding: Finding, _cell: Cell) -> str:
    """Say how."""
    return (
        "Compute the loss of each class by itself and average these: sum over rows and places "
        "(`axis=(0, 1, 2)`) and take the mean over classes at last, the background left out. Or "
        "use `keras.losses.Dice(axis=(0, 1, 2))`, a focal loss, or a weight for each place "
        "(`sample_weight` with the shape of the labels). Watch the IoU of the rare classes, not "
        "the accuracy."
    )
