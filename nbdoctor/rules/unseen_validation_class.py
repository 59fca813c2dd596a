"""Validation rows of a class that no training row has."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head
from nbdoctor.probes.validation import Validation
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

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


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="Every class of the validation rows is among the training rows",
)
def unseen_validation_class(
    validation: Validation,
    head: Head,
    /,
    *,
    critical_share: float = 0.1,
) -> Iterator[Finding]:
    """Validation rows of a class that no training row has.

    ## What it means
    A class that is never trained is never predicted, so these rows count as wrong however good
    the model is. The usual cause is `validation_split`: it takes the last rows before anything is
    shuffled, and in sorted data the last rows are the last class. Training accuracy then rises to
    1 while validation accuracy stays near 0.

    ## How it is measured
    The classes of all training rows and of all validation rows are compared. There is no
    threshold for reporting it. It is critical from `critical_share` of the validation rows on,
    where it visibly bends the validation accuracy, and a warning below.

    ## Example
    ```python
    order = np.argsort(labels)
    model.fit(inputs[order], labels[order], validation_split=0.2)
    ```

    ## What the treatment does
    One random order for inputs and labels, before the split, gives both parts all classes.

    ## When to ignore it
    Targets of a regression are not classes and not compared. In a time series the last rows are
    the right ones to validate on, and a class that is new there is a fact about the data.

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
        critical = validation.unseen_rows >= critical_share * validation.rows
        yield _finding(validation, critical=critical)


def _finding(validation: Validation, *, critical: bool) -> Finding:
    classes = _listed(validation)
    plural = len(validation.unseen) > 1
    tail = (
        f" `validation_split={validation.share:g}` takes the last rows before they are shuffled."
        if validation.split == "tail"
        else ""
    )
    return Finding(
        title="Validation has classes that training never sees",
        says=f"{validation.unseen_rows} of the {validation.rows} validation rows have the "
        f"class{'es' if plural else ''} {classes}, which none of the {validation.training_rows} "
        f"training rows has, so they count as wrong whatever is learned.{tail}",
        where=Where(
            call="fit",
            argument="validation_split" if validation.split == "tail" else "validation_data",
        ),
        measured={
            "validation rows of unseen classes": validation.unseen_rows,
            "validation rows": validation.rows,
            "highest accuracy possible": 1 - validation.unseen_rows / validation.rows,
            "split": validation.split,
        },
        expected={"validation rows of unseen classes": 0, "highest accuracy possible": 1.0},
        severity="critical" if critical else "warning",
    )


def _listed(validation: Validation) -> str:
    shown = [f"{value:g}" for value, _ in validation.unseen[:SHOWN]]
    if len(validation.unseen) > SHOWN:
        return f"{', '.join(shown)} and {len(validation.unseen) - SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


@unseen_validation_class.treatment("Shuffle once before the split", effect="training")
def shuffle_before_the_split(finding: Finding, cell: Cell) -> Cell | str:
    """Put inputs and labels into one random order, so that the last rows hold every class."""
    if finding.measured["split"] != "tail":
        return (
            "Split again with every class in both parts, for example with "
            "`train_test_split(x, y, stratify=y)`."
        )
    calls = cell.calls_of("fit")
    given = [calls[0].argument(*place) for place in (("x", 0), ("y", 1))] if calls else []
    x, y = (given[0], given[1]) if len(calls) == 1 and all(given) else (None, None)
    if x is None or y is None or not (x.text.isidentifier() and y.text.isidentifier()):
        return "Put inputs and labels into one random order before `fit`, the same for both."
    lines = (
        f"row_order = np.random.default_rng(0).permutation(len({x.text}))",
        f"{x.text} = np.asarray({x.text})[row_order]",
        f"{y.text} = np.asarray({y.text})[row_order]",
    )
    return cell.with_lines_before("fit", "\n".join(("import numpy as np", *lines)))
