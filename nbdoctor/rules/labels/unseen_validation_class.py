"""Classes in the validation data that are not in the training data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import with_rows_shuffled
from nbdoctor.readings.head import Head
from nbdoctor.readings.validation import Validation
from nbdoctor.rules.figures import enumerated
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

REGRESSION = {
    "cosine_similarity",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
}
SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Facts:
    by_validation_split: bool


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Every class of the validation data is in the training data",
)
def unseen_validation_class(
    validation: Validation,
    head: Head,
    /,
    *,
    critical_share: float = 0.1,
) -> Iterator[Finding]:
    """Classes in the validation data that are not in the training data.

    ## What it means
    A class that is not in the training data is never predicted, so its rows count as wrong
    however good the model is. The usual cause is `validation_split`: it takes the last rows
    before shuffling, and in data sorted by class the last rows are the last class. Training
    accuracy then goes to 1 while validation accuracy stays near 0.

    ## How it is measured
    The classes of all training rows and of all validation rows are compared. Any difference is
    reported. It is critical from `critical_share` (0.1) of the validation rows on, where it
    visibly distorts the validation accuracy, and a warning below.

    ## Example
    ```python
    order = np.argsort(labels)
    model.fit(inputs[order], labels[order], validation_split=0.2)
    ```

    ## What the treatment does
    It shuffles inputs and labels together before the split, so that both parts have all classes.

    ## When to ignore it
    In a time series the last rows are the right ones to validate on, and a new class there is a
    property of the data. Regression targets are not compared.

    ## References
    Keras documentation, `Model.fit`, argument `validation_split`.
    """
    outputs = [output for output in head.outputs if output.name == validation.target]
    if not validation.classes or any(output.loss in REGRESSION for output in outputs):
        message = "the targets are not classes"
        raise DoesNotApplyError(message)
    if not validation.complete:
        message = "not all labels of the training and the validation rows could be read"
        raise DoesNotApplyError(message)
    if validation.unseen:
        critical = validation.unseen_rows >= critical_share * validation.counted
        yield _finding(validation, critical=critical)


def _finding(validation: Validation, *, critical: bool) -> Finding:
    classes, counted = _listed(validation), validation.counted
    what = "places of the validation rows" if validation.are_places else "validation rows"
    plural = len(validation.unseen) > 1
    tail = (
        f" `validation_split={validation.share:g}` takes the last rows, before shuffling."
        if validation.split == "tail"
        else ""
    )
    return Finding(
        title="The validation data has classes that are not in the training data",
        says=f"{validation.unseen_rows} of the {counted} {what} have the "
        f"class{'es' if plural else ''} {classes}, which none of the {validation.training_rows} "
        f"training rows has, so they count as wrong whatever the model learns.{tail}",
        where=Where(
            call="fit",
            argument="validation_split" if validation.split == "tail" else "validation_data",
        ),
        measured={
            f"{what} of unseen classes": validation.unseen_rows,
            "highest possible accuracy": 1 - validation.unseen_rows / counted,
        },
        expected={f"{what} of unseen classes": 0, "highest possible accuracy": 1.0},
        facts=_Facts(by_validation_split=validation.split == "tail"),
        severity="critical" if critical else "warning",
    )


def _listed(validation: Validation) -> str:
    shown = [f"{value:g}" for value, _ in validation.unseen[:SHOWN]]
    if len(validation.unseen) > SHOWN:
        return f"{', '.join(shown)} and {len(validation.unseen) - SHOWN} more"
    return enumerated(shown)


@unseen_validation_class.treatment("Shuffle before the split", effect="training")
def shuffle_before_the_split(finding: Finding, cell: Cell) -> Cell | str:
    """Shuffle inputs and labels together, so that the last rows contain every class."""
    return split_anew(cell, is_cut_off=facts_of(finding, _Facts).by_validation_split)


def split_anew(cell: Cell, *, is_cut_off: bool) -> Cell | str:
    """Rows dealt so that both parts have every class, where `validation_split` cuts off the last.

    Else how to split them.
    """
    if not is_cut_off:
        return (
            "Split again with every class in both parts, for example with "
            "`train_test_split(x, y, stratify=y)`."
        )
    shuffled = with_rows_shuffled(cell)
    return shuffled or "Shuffle inputs and labels with the same permutation before `fit`."
