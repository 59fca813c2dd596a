"""Validation rows that are unlike the training rows."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.drift import Drift
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="data",
    severity="warning",
    kind="strong",
    holds="Validation rows are like training rows, or the model is as good on them",
    explains=("overfit-to-training", "below-simple-models"),
)
def validation_rows_differ(
    drift: Drift, forms: OtherForms, /, *, area: float = 0.85
) -> Iterator[Finding]:
    """The validation rows are unlike the training rows, and the model is poor on them.

    ## What it means
    A model is good for rows like those that it has seen. Where the validation rows are of another
    time, another device or another preparation, the gap tells nothing about its size, or about
    how long it was trained.

    ## How it is measured
    Only where the trained model is good on training rows and worse on validation rows, by 0.2 or
    more on a scale on which 0 is the best constant and 1 is perfect. Two simple models are fitted
    to tell which part a row is from, and judged on rows that are unlike those that they were fitted
    to: each part is cut into 12 groups of like rows, and whole groups are held back. That the parts
    hold other clips, patients or days of one kind is no difference then. The finding requires an
    area under the ROC curve of at least `area` (0.85), which is 0.5 or less for a random split, and
    more than any of 20 random splits reached.

    ## Example
    ```python
    model.fit(summer_x, summer_y, validation_data=(winter_x, winter_y))
    ```

    ## What the treatment does
    It says what to compare.

    ## When to ignore it
    When the model is tested on other rows on purpose, as on a later year.

    ## References
    Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017.
    """
    if not forms.is_poor:
        message = f"the model scores {figure(forms.validation, 2)} on validation rows"
        raise DoesNotApplyError(message)
    if drift.area >= area and drift.area > drift.by_chance:
        yield _finding(drift, forms)


def _finding(drift: Drift, forms: OtherForms) -> Finding:
    named = "; ".join(
        f"`{one.name}` has a mean of {figure(one.training[0])} and a spread of "
        f"{figure(one.training[1])} there, {figure(one.validation[0])} and "
        f"{figure(one.validation[1])} here"
        for one in drift.columns
    )
    columns = f" Of training and validation, {named}." if named else ""
    return Finding(
        title="Validation rows are unlike training rows",
        says=(
            f"Simple models tell {drift.training_rows:,} training rows from {drift.rows:,} "
            f"validation rows with an area under the ROC curve of {figure(drift.area, 2)}, also "
            "among rows unlike those that they know; for random splits up to "
            f"{figure(drift.by_chance, 2)}. The model has a score of "
            f"{figure(forms.training, 2)} on the former, {figure(forms.validation, 2)} on the "
            f"latter.{columns}"
        ),
        where=Where(call="fit", argument="validation_data"),
        measured={"area under the ROC curve": drift.area},
        expected={"area under the ROC curve": "about 0.5"},
    )


@validation_rows_differ.treatment("Compare how both parts were made", effect="advice")
def compare_how_both_were_made(_finding: Finding, _cell: Cell) -> str:
    """Deal the rows at random, or find what differs between the parts."""
    return (
        "Prepare both parts by the same lines. If they are of two times, places or devices, have "
        "rows of each in training, or judge the model for what it is: one for the former."
    )
