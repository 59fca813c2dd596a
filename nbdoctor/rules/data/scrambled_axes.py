"""Axes that were exchanged by `reshape`, which scrambles the values."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.reshaped import Reshaped
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule

LEAST = 0.02


@rule(
    family="data",
    severity="critical",
    kind="strong",
    holds="No axes were exchanged by `reshape`",
    explains=(
        "signal-not-found",
        "baseline-not-beaten",
        "overfit-to-training",
        "too-few-steps",
        "constant-predictions",
        "majority-class-only",
    ),
    parts=("pipeline",),
)
def scrambled_axes(reshaped: Reshaped, /, *, rougher: float = 2) -> Iterator[Finding]:
    """Axes that were exchanged by `reshape`, which scrambles the values.

    ## What it means
    `reshape` lays the values out anew in the order in which they lie in memory. It can join and
    split axes; to exchange them is the work of `transpose`. Reshaped from (rows, channels, steps)
    to (rows, steps, channels), an array has the right shape, and values of all steps and channels
    in the wrong places.

    ## How it is measured
    Arrays of the notebook, and arrays as they were before a line changed them, are compared with
    those that lead to `fit`. One of them holds the very values of another in the same order in
    memory, with the same sizes of axes in another order. The correlation of neighbouring values
    along each axis is compared with that of the transposed array: along one axis, what it lacks to
    1 has to grow to `rougher` (2) times as much or more, and it has to fall by 0.02 or more.

    ## Example
    ```python
    signals = np.load("signals.npy")  # rows, channels, steps
    x = signals.reshape(len(signals), 100, 3)  # wanted: rows, steps, channels
    model.fit(x, y, epochs=10)
    ```

    ## What the treatment does
    It names the axes for `transpose`.

    ## When to ignore it
    When the values really lie in memory in the order of the new axes.

    ## References
    NumPy documentation, `numpy.reshape` and `numpy.transpose`.
    """
    was, now = 1 - reshaped.smooth_before, 1 - reshaped.smooth_after
    if now < rougher * was or now - was < LEAST:
        return
    line = f" (line {reshaped.line})" if reshaped.line else ""
    yield Finding(
        title=f"`{reshaped.variable}` was reshaped where it should be transposed",
        says=f"`{reshaped.variable}` has the values of an array of shape {reshaped.before} in the "
        f"same order in memory, and the shape {reshaped.after}{line}: its axes were exchanged by "
        f"`reshape`. Neighbours along the axis of {reshaped.size} have a correlation of "
        f"{figure(reshaped.smooth_after, 2)}; transposed it is "
        f"{figure(reshaped.smooth_before, 2)}.",
        where=Where(variable=reshaped.variable, line=reshaped.line),
        measured={"correlation of neighbours along the axis": reshaped.smooth_after},
        expected={"correlation of neighbours along the axis": reshaped.smooth_before},
        facts=reshaped,
    )


@scrambled_axes.treatment("Transpose instead of reshaping", effect="advice")
def transpose(finding: Finding, _cell: Cell) -> str:
    """Exchange the axes and leave the values in their places."""
    axes = ", ".join(map(str, facts_of(finding, Reshaped).axes))
    return f"Use `.transpose({axes})` in place of `.reshape(...)`."
