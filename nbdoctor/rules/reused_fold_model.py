"""One model that goes through all folds of a cross-validation."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.source import Source
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="notebook",
    severity="critical",
    kind="proof",
    holds="Each fold trains a model of its own",
    explains=("overfit-to-training", "continued-training", "validation-looks-better"),
)
def reused_fold_model(source: Source, /) -> Iterator[Finding]:
    """One model that goes through all folds of a cross-validation.

    ## What it means
    `fit` goes on from the weights it finds. A model that is made before the loop has seen, by the
    second fold, the rows that the second fold holds back: its scores rise from fold to fold and
    say nothing about new rows. With labels drawn at random such a model reached 0.82 in the fourth
    fold. `compile` does not bring the weights back.

    ## How it is measured
    It is read from the cell: a loop over the folds of a splitter, a `fit` in it, and no line in
    the loop that makes the model anew or sets its weights.

    ## Example
    ```python
    model = build()
    for train, test in KFold(5).split(inputs):
        model.fit(inputs[train], labels[train])
        scores.append(model.evaluate(inputs[test], labels[test]))
    ```

    ## What the treatment does
    It says where the model has to be made.

    ## When to ignore it
    When the folds are parts of one training on purpose, and nothing is scored between them.

    ## References
    scikit-learn user guide, "Cross-validation: evaluating estimator performance". Measured with
    Keras 3.15.
    """
    if source.folds is None:
        message = "no loop over folds trains a model that was made before"
        raise DoesNotApplyError(message)
    folds = source.folds
    made = f"on line {folds.made_on}, before it" if folds.made_on else "outside of it"
    yield Finding(
        title="All folds train the same model",
        says=f"The loop over `{folds.text}` on line {folds.line} calls `{folds.model}.fit`, and "
        f"`{folds.model}` is made {made}. From the second fold on it has been trained on the rows "
        "that are held back.",
        where=Where(variable=folds.model, call="fit", line=folds.line),
        measured={"model made in the loop": "no"},
        expected={"model made in the loop": "yes"},
    )


@reused_fold_model.treatment("Make the model in the loop", effect="judgement")
def make_the_model_in_the_loop(finding: Finding, _cell: Cell) -> str:
    """Build and compile a model for each fold."""
    name = finding.where.variable or "model"
    return (
        f"Put the lines that build and compile `{name}` first into the loop, or make them a "
        f"function and begin each fold with `{name} = build()`."
    )
