"""A loop that ends while more of its steps would help."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.longer_loop import LongerLoop
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, rule

HALF = 0.5
"""Share of the gap that the further steps must close."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="More steps of the loop would not have closed the gap",
    explains=("below-simple-models", "learning-rate-too-low"),
    parts=("length",),
)
def loop_ends_early(
    longer: LongerLoop, attained: Attained, /, *, gain: float = 0.1
) -> Iterator[Finding]:
    """A loop that ends while more of its steps would help.

    ## What it means
    Nothing is wrong with the step, but there are too few of them, or each is short: the model does
    worse than simple models on the rows that it was trained on, and gets better with more steps.

    ## How it is measured
    Where the trained model has a gap, the trace of the loop's own step goes on for up to four times
    as many steps, on copies of all that it reads or writes, with the last rows that the loop used.
    The score of what it predicts for them rises by `gain` (0.1) or more, and by half of the gap.

    ## Example
    ```python
    for epoch in range(2):
        for x_batch, y_batch in data:
            train_step(x_batch, y_batch)
    ```

    ## What the treatment does
    It says to train for longer.

    ## When to ignore it
    When the loop shows how a step is made, and is not meant to train a model.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 11.4.1.
    """
    gap = (attained.ceiling or 0.0) - max(attained.score, 0.0)
    rose = longer.after - longer.before
    if not attained.has_gap or rose < max(gain, HALF * gap):
        return
    yield Finding(
        title="The loop ends while more steps would help",
        says=f"The loop has made {longer.made:,} steps. {longer.more:,} more of them, made on "
        f"copies, raise the score for these rows from {figure(longer.before, 2)} to "
        f"{figure(longer.after, 2)}; simple models reach {figure(attained.ceiling or 0.0, 2)}.",
        measured={"score of the trained model": attained.score},
        expected={"score of the trained model": f"about {figure(longer.after, 2)}"},
    )


@loop_ends_early.treatment("Train for longer", effect="advice")
def train_for_longer(_finding: Finding, _cell: Cell) -> str:
    """Make more steps, or longer ones."""
    return "Let the loop make more epochs, or raise the learning rate of its optimizer."
