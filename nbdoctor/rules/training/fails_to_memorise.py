"""A model that cannot learn a single batch by heart."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.memorised import Memorised
from nbdoctor.readings.missing import NotTakenError, no_time
from nbdoctor.rules.figures import score_figure
from nbdoctor.rules.rule import Finding, rule


@rule(
    family="training",
    severity="note",
    kind="strong",
    holds="The model can learn a batch by heart",
)
def fails_to_memorise(
    batch: Memorised, /, *, steps: float = 100, known: float = 0.5, gain: float = 0.2
) -> Iterator[Finding]:
    """A model that cannot learn a single batch by heart.

    ## What it means
    A network that can learn knows a few rows by heart after some hundred steps with nothing but
    these, even if their labels were drawn at random. One that does not is kept from it by the
    model, the loss, the optimizer or the scale of its inputs or labels: by an output layer that
    does not fit the loss, a rate that is far too high or too low, weights that nothing reaches.
    Wrong labels, pairing and amount of the data are no reason.

    ## How it is measured
    Only where the trained model is clearly worse than simple models. The training step that `fit`
    has traced goes on from the trained weights, on copies of everything that it reads or writes,
    with the first batch over and over: up to 300 steps, 3 seconds at most. The batch has 8 rows or
    more, all of them different. The finding requires `steps` (100) of them, and that the score of
    the step's own predictions then is below `known` (0.5), and no more than `gain` (0.2) above the
    first; on that scale 0 is the best constant prediction and 1 is perfect. Models with dropout are
    not judged: what they predict in training is noise in part.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="relu")])
    model.compile("sgd", "binary_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It says where to look.

    ## When to ignore it
    When the model is meant to be too small for its rows, or its learning rate has ended at 0.

    ## References
    Karpathy, "A recipe for training neural networks", 2019: overfit a single batch first.
    """
    if batch.steps < steps:
        message = f"there was time for {batch.steps} steps with one batch, too few to tell"
        raise NotTakenError(no_time(message))
    if batch.after < known and batch.after - batch.before <= gain:
        yield Finding(
            title="The model cannot learn even one batch by heart",
            says=f"{batch.steps} further steps with the same {batch.rows} rows, made on copies of "
            f"the trained model, took its score on these rows from {score_figure(batch.before)} to "
            f"{score_figure(batch.after)}. What keeps it from learning is in the model, the loss, "
            "the optimizer, or the scale of inputs or labels, and not in wrong labels.",
            measured={"score on the batch": batch.after},
            expected={"score on the batch": "near 1"},
        )


@fails_to_memorise.treatment("Look at model, loss and optimizer", effect="advice")
def look_at_the_model(_finding: Finding, _cell: Cell) -> str:
    """Check what lies between inputs and loss before the data."""
    return (
        "Check that the output layer fits the loss, that the loss falls where predictions get "
        "better, that gradients reach the first layer and that inputs have a spread of about 1, "
        "and try learning rates of 10 times more and less."
    )
