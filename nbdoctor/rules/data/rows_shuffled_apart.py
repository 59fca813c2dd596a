"""Inputs and labels that one line put in different orders."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.data_changes import DataChanges
from nbdoctor.readings.earlier_signal import EarlierSignal
from nbdoctor.readings.signal import Signal
from nbdoctor.rules.changed_data import ChangedData, without_changing_line
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule


@rule(
    family="data",
    severity="critical",
    kind="strong",
    holds="No line of the cell reorders inputs or labels alone",
    explains=(
        "contradicted-labels",
        "signal-not-found",
        "baseline-not-beaten",
        "overfit-to-training",
        "majority-class-only",
        "too-few-steps",
        "constant-predictions",
    ),
    parts=("pipeline",),
)
def rows_shuffled_apart(
    changes: DataChanges,
    earlier: EarlierSignal,
    signal: Signal,
    /,
    *,
    chance: float = 0.05,
    left: float = 0.25,
) -> Iterator[Finding]:
    """Inputs and labels that one line put in different orders.

    ## What it means
    `fit` pairs the first input row with the first label, the second with the second, and so on.
    If only the inputs or only the labels are shuffled, sorted or permuted, most rows get the
    label of another row, and there is nothing left to learn. No error is raised, and the class
    counts still look right.

    ## How it is measured
    Inputs and labels are compared before and after each line of the cell that changes them. A
    line is a candidate if one of the two has the same rows after it in another order, while the
    other keeps its order. That alone proves nothing, since the line may have aligned the two. So
    two simple models (ridge and nearest neighbours, as in `signal-not-found`) are fitted to the
    pairs of inputs and labels before and after the line. The finding requires a relation before
    it (one of the models scores better than with shuffled targets, p-value at most `chance`,
    0.05) and none after it (neither does), or one of which less than a quarter is left (`left`,
    0.25): one in ten shuffles looks like a weak relation to one of the two models.

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
    It removes the line. `fit` shuffles arrays by default and keeps rows and labels together. To
    shuffle both yourself, draw one permutation and use it for both:
    `order = rng.permutation(len(x))`, then `x, y = x[order], y[order]`.

    ## When to ignore it
    When the labels are shuffled on purpose, to see the score of a model without any relation.

    ## References
    Ojala and Garriga, "Permutation tests for studying classifier performance", Journal of
    Machine Learning Research 11, 2010.
    """
    if not changes.apart:
        message = "no line reorders inputs or labels alone"
        raise DoesNotApplyError(message)
    before = earlier.signal
    if min(before.p_linear, before.p_neighbours) > chance:
        message = "simple models find no relation before the line that reorders, either"
        raise DoesNotApplyError(message)
    is_none = signal.p_linear > chance and signal.p_neighbours > chance
    if is_none or _best(signal) < left * _best(before):
        yield _finding(earlier, signal, is_none=is_none)


def _best(signal: Signal) -> float:
    return max(signal.linear, signal.neighbours)


def _finding(earlier: EarlierSignal, now: Signal, *, is_none: bool) -> Finding:
    change, before = earlier.change, earlier.signal
    best, left, name = max(
        (before.linear, now.linear, "a linear model"),
        (before.neighbours, now.neighbours, "nearest neighbours"),
    )
    other = "the inputs" if change.argument == "y" else "the labels"
    return Finding(
        title=f"`{change.variable}` is reordered, but {other} are not",
        says=(
            f"{change.shown} reorders the {change.rows:,} rows of `{change.variable}`; {other} "
            f"keep their order, so inputs and labels no longer belong together. On held-out rows, "
            f"{name} had {_called(before)} of {figure(best)} before that line and "
            f"{figure(left)} after it"
            + (", no better than with shuffled targets." if is_none else ".")
        ),
        where=Where(
            variable=change.variable, call="fit", argument=change.argument, line=change.line
        ),
        measured={
            f"{before.score} of {name} after the line": left,
            f"{before.score} of {name} before the line": best,
            "rows": change.rows,
        },
        expected={f"{before.score} of {name} after the line": f"about {figure(best)}"},
        facts=ChangedData(by_line=True),
    )


def _called(signal: Signal) -> str:
    return f"an {signal.score}" if signal.score == "R²" else f"a {signal.score}"


@rows_shuffled_apart.treatment("Remove the line that reorders", effect="training")
def remove_the_line(finding: Finding, cell: Cell) -> Cell | None:
    """Train on inputs and labels in their original, matching order."""
    return without_changing_line(finding, cell)
