"""Training that continues from an earlier run."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.source import Source
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="notebook",
    severity="note",
    kind="proof",
    holds="The optimizer had made no step before this training",
)
def continued_training(updates: Updates, source: Source, /) -> Iterator[Finding]:
    """Training that continues from an earlier run.

    ## What it means
    A cell that only calls `fit` continues training when it is run again: the weights and the
    optimizer state are kept. The first loss is then lower than that of a new model, and two runs
    of the cell are not two independent runs. `compile` keeps the weights as well.

    ## How it is measured
    The optimizer had made steps before this training, and the cell does not build the model itself:
    a second `fit` in the cell that builds it continues on purpose, as does one behind an earlier
    `fit` of the same cell: a loop over epochs.

    ## Example
    ```python
    model.fit(inputs, labels, epochs=10)  # the model is built in another cell
    ```

    ## What the treatment does
    It says how to start with a new model.

    ## When to ignore it
    When training should continue.

    ## References
    Keras documentation, "Training and evaluation with the built-in methods".
    """
    if updates.iterations > 0 and source.goes_on:
        message = "an earlier `fit` of the cell has trained the model"
        raise DoesNotApplyError(message)
    if updates.iterations > 0 and source.makes_model:
        message = "the cell builds the model and has trained it already"
        raise DoesNotApplyError(message)
    if updates.iterations > 0:
        yield Finding(
            title="Training continues from an earlier run",
            says=f"`{updates.optimizer}` had made {updates.iterations:,} steps before this "
            "training, and the model is built in another cell: training continues from its present "
            "weights.",
            where=Where(call="fit", variable=source.model_name),
            measured={"steps before": updates.iterations},
            expected={"steps before": "0 for a new model"},
        )


@continued_training.treatment("Rebuild the model first", effect="judgement")
def rebuild_first(_finding: Finding, _cell: Cell) -> str:
    """Build and compile the model in the same cell, or run its cell again first."""
    return "To start from new weights, first run the cell that builds and compiles the model."
