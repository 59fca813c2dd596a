"""Validation rows that are prepared differently from training rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.rows import with_judging
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

ON_INPUTS = {
    "values are multiplied by 255": "{} * 255.0",
    "values are divided by 255": "{} / 255.0",
    "values are scaled from 0..255 to -1..1": "{} / 127.5 - 1.0",
    "values are scaled from 0..1 to -1..1": "{} * 2.0 - 1.0",
    "values are scaled from -1..1 to 0..1": "({} + 1.0) / 2.0",
    "values are scaled from -1..1 to 0..255": "({} + 1.0) * 127.5",
    "the colour channels are reversed": "{}[..., ::-1]",
    "the rows of the pictures are reversed": "{}[:, ::-1]",
    "the columns of the pictures are reversed": "{}[:, :, ::-1]",
    "the steps are in reverse order": "{}[:, ::-1]",
}
ON_ARRAYS = {
    "values are inverted": "{0}.max() + {0}.min() - {0}",
    "rows and columns of the pictures are exchanged": "{}.swapaxes(1, 2)",
}
"""What a line of the cell can do to validation inputs; the second to arrays alone."""

NOISE = 3.0
"""Over the root of the rows: the score of few rows varies by so much."""

NEAR = 0.15


@dataclass(frozen=True, slots=True)
class _Change:
    done: str
    from_dataset: bool


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="Validation rows are prepared like training rows",
    explains=(
        "overfit-to-training",
        "validation-rows-differ",
        "below-simple-models",
        "baseline-not-beaten",
        "majority-class-only",
        "constant-predictions",
        "validation-looks-better",
        "diverging-loss",
    ),
)
def validation_prepared_differently(
    forms: OtherForms, /, *, closed: float = 0.6
) -> Iterator[Finding]:
    """Validation rows or labels are prepared differently from those of training.

    ## What it means
    Pictures that are dark on white where those of training are white on dark, values that are
    scaled in one part alone, channels in another order: the model sees rows unlike any that it
    knows, and validation says nothing about what it has learned.

    ## How it is measured
    Only where the trained model is good on training rows and worse on validation rows, by 0.2 or
    more on a scale on which 0 is the best constant and 1 is perfect. Then the model predicts some
    validation rows in other forms: inverted, times and divided by 255, scaled to -1..1 and back,
    with the mean and spread of the training columns, with reversed channels, transposed, turned and
    mirrored, with columns in the order that fits; series backwards, and at half and twice their
    sampling rate; ids one up and one down, padding at the other end. The labels are tried as those
    of the neighbouring rows, and numbers as logarithms, exponentials and in other units. The
    finding requires that one of these closes at least `closed` (0.6) of the gap to training.
    Pictures in the other colours went from -0.1 to 0.97.

    ## Example
    ```python
    x_train = 1.0 - x_train                       # white on dark
    model.fit(x_train, y_train, validation_data=(x_valid, y_valid))
    ```

    ## What the treatment does
    It does the same to the validation inputs where these stand in the call, or come from a dataset
    with a `map`. It is better done where the rows are prepared, by the same lines for both parts.

    ## When to ignore it
    When the model is tested on purpose on rows prepared differently.

    ## References
    github:sugyan/tensorflow-mnist#7.
    """
    if not forms.is_poor:
        message = f"the model scores {figure(forms.validation, 2)} on validation rows"
        raise DoesNotApplyError(message)
    gap, margin = forms.training - forms.validation, NOISE / forms.rows**0.5
    changes = {**forms.inputs, **forms.labels}
    if not changes:
        return
    done = max(changes, key=lambda one: changes[one])
    better = changes[done]
    near = forms.training - better <= max(NEAR, margin) + (1 - closed) * gap
    if better - forms.validation >= max(closed * gap, margin) and near:
        yield _finding(forms, done, better, labels=done in forms.labels)


def _finding(forms: OtherForms, done: str, better: float, *, labels: bool) -> Finding:
    what = "labels" if labels else "inputs"
    return Finding(
        title=f"The validation {what} are prepared differently from the training {what}",
        says=(
            f"On {forms.rows:,} validation rows the model has a score of "
            f"{figure(forms.validation, 2)}, on training rows {figure(forms.training, 2)}. If on "
            f"validation {done}, it is {figure(better, 2)}."
        ),
        where=Where(call="fit", argument="validation_data"),
        measured={"validation score": forms.validation},
        expected={"validation score": f"about {figure(better, 2)}"},
        facts=_Change(done, forms.from_dataset),
    )


@validation_prepared_differently.treatment("Prepare both in the same way", effect="training")
def prepare_alike(finding: Finding, cell: Cell) -> Cell | str:
    """What was tried is done to the validation inputs before `fit`."""
    facts = facts_of(finding, _Change)
    known = ON_INPUTS if facts.from_dataset else ON_INPUTS | ON_ARRAYS
    try:
        if facts.done in known:
            change = known[facts.done]
            return with_judging(cell, inputs=change, from_dataset=facts.from_dataset)
    except CannotEditError:
        pass
    return (
        "Prepare both parts by the same function: scaling, colours, channels and the order of "
        "columns and labels."
    )
