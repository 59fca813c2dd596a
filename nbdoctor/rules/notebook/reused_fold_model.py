"""One model for all folds of a cross-validation."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="notebook",
    severity="critical",
    kind="proof",
    holds="Each fold trains a new model",
    explains=("overfit-to-training", "continued-training", "validation-looks-better"),
)
def reused_fold_model(source: Source, /) -> Iterator[Finding]:
    """One model for all folds of a cross-validation.

    ## What it means
    `fit` continues from the present weights. A model that is built before the loop has, by the
    second fold, already been trained on the rows that the second fold holds out: its scores rise
    from fold to fold and say nothing about new rows. With random labels such a model reached an
    accuracy of 0.82 in the fourth fold. `compile` does not reset the weights.

    ## How it is measured
    It is read from the source of the cell: a loop over the folds of a splitter, a `fit` in it, and
    no line in the loop that builds the model or sets its weights.

    ## Example
    ```python
    model = build()
    for train, test in KFold(5).split(inputs):
        model.fit(inputs[train], labels[train])
        scores.append(model.evaluate(inputs[test], labels[test]))
    ```

    ## What the treatment does
    It says where to build the model.

    ## When to ignore it
    When the folds are parts of one training run on purpose, and nothing is scored between them.

    ## References
    scikit-learn user guide, "Cross-validation: evaluating estimator performance". Measured with
    Keras 3.15.
    """
    if source.folds is None:
        message = "no loop over folds trains a model that was built before it"
        raise DoesNotApplyError(message)
    folds = source.folds
    made = f"on line {folds.made_on}, before the loop" if folds.made_on else "outside the loop"
    yield Finding(
        title="All folds train the same model",
        says=f"The loop over `{folds.text}` on line {folds.line} calls `{folds.model}.fit`, and "
        f"`{folds.model}` is built {made}. From the second fold on it has already been trained on "
        "the held-out rows.",
        where=Where(variable=folds.model, call="fit", line=folds.line),
        measured={"model built in the loop": "no"},
        expected={"model built in the loop": "yes"},
    )


@reused_fold_model.treatment("Build the model inside the loop", effect="judgement")
def build_inside_the_loop(finding: Finding, _cell: Cell) -> str:
    """Build and compile a model for each fold."""
    name = finding.where.variable or "model"
    return (
        f"Move the lines that build and compile `{name}` to the start of the loop, or put them in "
        f"a function and start each fold with `{name} = build()`."
    )
