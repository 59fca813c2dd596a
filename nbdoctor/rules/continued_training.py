"""A training that goes on from an earlier one."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.source import Source
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import Finding, Where, rule


@rule(
    family="notebook",
    severity="note",
    kind="proof",
    holds="The training begins at the beginning",
)
def continued_training(updates: Updates, source: Source, /) -> Iterator[Finding]:
    """A training that goes on from an earlier one.

    ## What it means
    A cell that only calls `fit` continues when it is run again: the weights, and what the
    optimizer has gathered, stay. The first loss is then lower than that of a new model, and two
    runs of the cell are not two trials. `compile` keeps the weights as well.

    ## How it is measured
    The optimizer had made steps before this `fit`, and the cell does not make the model itself: a
    second `fit` in the cell that builds it goes on by intention.

    ## Example
    ```python
    model.fit(inputs, labels, epochs=10)  # the model is built in another cell
    ```

    ## What the treatment does
    It says how to begin anew.

    ## When to ignore it
    When it is meant to go on.

    ## References
    Keras documentation, "Training and evaluation with the built-in methods".
    """
    if updates.iterations > 0 and not source.makes_model:
        yield Finding(
            title="Training goes on from an earlier run",
            says=f"`{updates.optimizer}` had made {updates.iterations:,} steps before this `fit`, "
            "and the model is made in another cell: the weights go on from there.",
            where=Where(call="fit", variable=source.model_name),
            measured={"steps before": updates.iterations},
            expected={"steps before": "0 for a new training"},
        )


@continued_training.treatment("Begin anew", effect="judgement")
def begin_anew(_finding: Finding, _cell: Cell) -> str:
    """Build and compile the model in the same cell, or run its cell again first."""
    return "To begin anew, run the cell that builds and compiles the model before this one."
