"""A test on rows that training has used."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.evaluated_rows import EvaluatedRows
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

FEWEST = 20
"""Rows of a test that can be judged."""


@rule(
    family="data",
    severity="warning",
    kind="proof",
    holds="No rows that are called a test were used for training",
)
def evaluated_on_training_rows(
    tested: EvaluatedRows, /, *, share: float = 0.5, distinct: float = 0.9
) -> Iterator[Finding]:
    """A test on rows that training has used.

    ## What it means
    A test says how good predictions are for new rows. Rows that the model was trained on are not
    new: it may know them by heart, and the test score says nothing.

    ## How it is measured
    Some rows that `evaluate` was handed are compared byte by byte with all training rows, inputs
    and labels together. More than `share` (0.5) of them are training rows, although they, or what
    their score is assigned to, have the name of test rows. Data whose rows repeat themselves is not
    judged: at least `distinct` (0.9) of the training rows must be different.

    ## Example
    ```python
    model.fit(x, y, epochs=20)
    x_train, x_test, y_train, y_test = train_test_split(x, y)
    test_loss = model.evaluate(x_test, y_test)
    ```

    ## What the treatment does
    It says to split before training.

    ## When to ignore it
    When you want the score on training rows, and only the name says otherwise.

    ## References
    scikit-learn user guide, "Common pitfalls", data leakage.
    """
    if not tested.is_called_test:
        message = "no rows that `evaluate` is given are called a test"
        raise DoesNotApplyError(message)
    if tested.rows < FEWEST or tested.distinct < distinct:
        message = "there are few different rows"
        raise DoesNotApplyError(message)
    if tested.trained > share * tested.rows:
        name = f"`{tested.text}`" if tested.text else "the rows of `evaluate`"
        percent = figure(100 * tested.trained / tested.rows, 3)
        yield Finding(
            title="The test uses rows that the model was trained on",
            says=f"Of {tested.rows:,} rows of {name} that were compared, {tested.trained:,} "
            f"({percent} %) are training rows, with the same labels. The score does not tell how "
            "good the model is on new rows.",
            where=Where(call="evaluate", argument="x", line=tested.line),
            measured={"test rows that were trained on": tested.trained},
            expected={"test rows that were trained on": 0},
        )


@evaluated_on_training_rows.treatment("Split before training", effect="advice")
def split_first(_finding: Finding, _cell: Cell) -> str:
    """Keep the test rows apart from the beginning, and train on the others only."""
    return (
        "Split the data once, before `fit`, and pass only the training part to `fit`: "
        "`x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)`."
    )
