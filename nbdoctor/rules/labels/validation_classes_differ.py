"""Validation rows that are of other classes, for the most part, than the training rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.validation import Validation
from nbdoctor.rules.figures import figure
from nbdoctor.rules.labels.unseen_validation_class import REGRESSION, split_anew
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Severity, Where, facts_of, rule

NOISE = 3.0
"""Over the root of the rows: the share of a class among few rows varies by so much."""


UNSEEN = 0.1
"""As `critical_share` of `unseen-validation-class`."""


@dataclass(frozen=True, slots=True)
class _Facts:
    by_validation_split: bool


@rule(
    family="labels",
    severity="warning",
    kind="proof",
    holds="Validation rows are of the classes of the training rows, in like shares",
    explains=(
        "validation-rows-differ",
        "overfit-to-training",
        "validation-looks-better",
        "below-simple-models",
        "cause-by-experiment",
    ),
    parts=("order",),
)
def validation_classes_differ(
    validation: Validation,
    labels: Labels,
    head: Head,
    /,
    *,
    differs: float = 0.5,
    most: float = 0.8,
) -> Iterator[Finding]:
    """Validation rows are of other classes, for the most part, than the training rows.

    ## What it means
    `validation_split` takes the last rows, before any shuffling. In data sorted by class these are
    of one class, of which few rows or none are left to train on. Validation accuracy then stays
    near 0, or it is that of one class alone; with two classes it may also be 1.0 for a model that
    always says the same.

    ## How it is measured
    The shares of the classes among all training rows are compared with those among all validation
    rows: the rows that would have to change their class so that both are alike, as a share. It must
    be `differs` (0.5) or more, and more than chance makes of so few rows. Where `validation_split`
    has cut the rows off it is critical from a difference of `most` (0.8) on; where they were given
    it is a note, and a warning from there on. Classes of which there is no training row at all, in
    a tenth of the validation rows or more, are another finding (`unseen-validation-class`).

    ## Example
    ```python
    order = np.argsort(labels)
    model.fit(inputs[order], labels[order], validation_split=0.2)
    ```

    ## What the treatment does
    It shuffles inputs and labels together before the split.

    ## When to ignore it
    When validation rows are of other classes on purpose, or one class is evened out in training.

    ## References
    keras-team/keras#8346.
    """
    target = next((one for one in labels.targets if one.name == validation.target), None)
    output = None if target is None else head.of(target)
    if not validation.classes or target is None or (output and output.loss in REGRESSION):
        message = "the targets are not classes"
        raise DoesNotApplyError(message)
    complete = validation.complete and len(target.counts) == len(validation.training_classes)
    if not complete or target.are_places:
        message = "not all labels of both parts are known, one for each row"
        raise DoesNotApplyError(message)
    if validation.unseen_rows >= UNSEEN * validation.rows:
        message = "some validation rows are of classes that training does not have at all"
        raise DoesNotApplyError(message)
    distance = _distance(validation, target)
    if distance >= max(differs, NOISE / validation.rows**0.5):
        grave = distance >= most
        given: Severity = "warning" if grave else "note"
        cut: Severity = "critical" if grave else "warning"
        severity = cut if validation.split == "tail" else given
        yield _finding(validation, target, distance, severity)


def _distance(validation: Validation, target: Target) -> float:
    """Half the sum of the differences of the shares: 0 for like shares, 1 for no class in both."""
    theirs = dict(validation.counts)
    total = max(1, sum(rows for _, rows in target.counts))
    pairs = [
        (rows / total, theirs.get(value, 0) / max(1, validation.rows))
        for value, rows in target.counts
    ]
    return sum(abs(one - other) for one, other in pairs) / 2


def _finding(
    validation: Validation, target: Target, distance: float, severity: Severity
) -> Finding:
    ours, rows = dict(target.counts), validation.rows
    value, there = max(validation.counts, key=lambda pair: pair[1])
    here, total = ours.get(value, 0), sum(ours.values())
    is_cut = validation.split == "tail"
    tail = (
        f" `validation_split={validation.share:g}` takes the last rows, before shuffling."
        if is_cut
        else ""
    )
    return Finding(
        title="Validation rows are of other classes than training rows",
        says=f"{there:,} of the {rows:,} validation rows ({figure(100 * there / rows, 2)} %) are "
        f"of class {value:g}, and {here:,} of the {total:,} training rows "
        f"({figure(100 * here / total, 2)} %).{tail}",
        where=Where(call="fit", argument="validation_split" if is_cut else "validation_data"),
        measured={"share of rows that would have to change their class": distance},
        expected={"share of rows that would have to change their class": "about 0"},
        facts=_Facts(is_cut),
        severity=severity,
    )


@validation_classes_differ.treatment("Shuffle before the split", effect="training")
def shuffle_before_the_split(finding: Finding, cell: Cell) -> Cell | str:
    """Shuffle inputs and labels together, so that both parts have rows of every class."""
    return split_anew(cell, is_cut_off=facts_of(finding, _Facts).by_validation_split)
