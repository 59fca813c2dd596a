"""Rows and labels that one line put into different orders."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.data_changes import CHANGED_BY, DataChanges, EarlierSignal
from nbdoctor.probes.signal import Signal
from nbdoctor.rules.rule import (
    DoesNotApplyError,
    Finding,
    Where,
    figure,
    rule,
    without_changing_line,
)


@rule(
    family="data",
    severity="critical",
    kind="strong",
    holds="No line of the cell separates the rows from their labels",
    explains=(
        "signal-not-found",
        "baseline-not-beaten",
        "overfit-to-training",
        "majority-class-only",
        "too-few-steps",
        "constant-predictions",
    ),
)
def rows_shuffled_apart(
    changes: DataChanges, earlier: EarlierSignal, signal: Signal, /, *, chance: float = 0.05
) -> Iterator[Finding]:
    """Rows and labels that one line put into different orders.

    ## What it means
    `fit` takes the first label for the first row, the second for the second. A shuffle, a sort
    or a permutation of one of both alone gives most rows the label of another row, and nothing
    is left to learn. Nothing crashes, and the labels look right when they are counted.

    ## How it is measured
    Inputs and labels are compared before and after each line of the cell that changes them. One
    that holds the same rows after it, in another order, while the other keeps its order, is a
    suspect, and no more: the line may have brought both into step. So two simple models (ridge
    and nearest neighbours, as in `signal-not-found`) are asked about the rows as they stood
    beside each other before the line and after it. The finding needs a relation before (one of
    them better than all but `chance` (0.05) of shuffled targets) and none after (neither).

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.normal(size=(500, 4))
    y = (x[:, 0] > 0).astype(int)
    np.random.shuffle(y)

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It leaves the line out: `fit` shuffles the rows by itself, and keeps them with their labels. To
    shuffle both, draw one order and use it twice: `order = rng.permutation(len(x))`, then
    `x, y = x[order], y[order]`.

    ## When to ignore it
    When the labels are shuffled on purpose, to see what a model scores without a relation.

    ## References
    Ojala and Garriga, "Permutation tests for studying classifier performance", Journal of
    Machine Learning Research 11, 2010.
    """
    if not changes.apart:
        message = "no line reorders inputs or labels alone"
        raise DoesNotApplyError(message)
    before = earlier.signal
    if min(before.p_linear, before.p_neighbours) > chance:
        message = "simple models see no relation before the line that reorders, either"
        raise DoesNotApplyError(message)
    if signal.p_linear > chance and signal.p_neighbours > chance:
        yield _finding(earlier, signal)


def _finding(earlier: EarlierSignal, now: Signal) -> Finding:
    change, before = earlier.change, earlier.signal
    best, name = max((before.linear, "a linear model"), (before.neighbours, "nearest neighbours"))
    left = now.linear if name == "a linear model" else now.neighbours
    other = "the inputs" if change.argument == "y" else "the labels"
    return Finding(
        title=f"`{change.variable}` is put into another order, and {other} are not",
        says=(
            f"{change.shown} reorders the {change.rows:,} rows of `{change.variable}`; {other} "
            f"keep their order, so rows meet labels of other rows. On rows held back {name} "
            f"scored {before.score} {figure(best)} before that line and scores {figure(left)} "
            "after it, no better than with shuffled targets."
        ),
        where=Where(
            variable=change.variable, call="fit", argument=change.argument, line=change.line
        ),
        measured={
            f"{before.score} of {name} after the line": left,
            f"{before.score} of {name} before the line": best,
            "rows": change.rows,
            CHANGED_BY: change.line,
        },
        expected={f"{before.score} of {name} after the line": f"{figure(best)}, as before it"},
    )


@rows_shuffled_apart.treatment("Leave out the line that reorders", effect="training")
def leave_out_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on rows and labels in the order in which they stood beside each other."""
    return without_changing_line(finding, cell)
