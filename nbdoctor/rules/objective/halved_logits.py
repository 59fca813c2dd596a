"""Logits that are compared with one half."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.decisions import Decisions
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, rule

OUTSIDE = 0.05
"""Predictions this far outside of 0 to 1 are no probabilities."""


@rule(
    family="objective",
    severity="warning",
    kind="proof",
    holds="Predictions are compared with the threshold of their kind",
)
def halved_logits(decisions: Decisions, /) -> Iterator[Finding]:
    """Logits that are compared with one half.

    ## What it means
    With `from_logits=True` the loss applies the sigmoid itself, and `predict` returns values from
    minus to plus infinity. Their threshold is 0. A threshold of 0.5, or `round`, belongs to
    probabilities: it is that of a probability of 0.62, and all rows between are given the wrong
    class.

    ## How it is measured
    The loss of the model takes logits, what `predict` returned while the cell ran goes beyond 0 to
    1, and the text compares it with 0.5 or rounds it. The share of the predictions that lie between
    0 and 0.5 is counted.

    ## Example
    ```python
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x, y)
    classes = (model.predict(x_test) > 0.5).astype(int)
    ```

    ## What the treatment does
    It shows both ways to write it.

    ## When to ignore it
    When one class should be named only where the model is rather sure.

    ## References
    Keras documentation, "Probabilistic losses".
    """
    judged = [one for one in decisions.decisions if one.by == "threshold"]
    if not judged:
        message = "no predictions are compared with 0.5 or rounded"
        raise DoesNotApplyError(message)
    for one in judged:
        if one.logits and (one.low < -OUTSIDE or one.high > 1 + OUTSIDE):
            share = figure(100 * one.between, 2)
            yield Finding(
                title="Logits are compared with 0.5",
                says=f"`{one.text}` takes 0.5 as the threshold, and the predictions are logits "
                f"({figure(one.low, 2)} to {figure(one.high, 2)}), whose threshold is 0: {share} % "
                "of them lie between the two and get the other class.",
                where=Where(line=one.line),
                measured={"threshold": 0.5},
                expected={"threshold": 0},
            )
            return


@halved_logits.treatment("Compare with 0, or apply the sigmoid first", effect="advice")
def compare_with_zero(_finding: Finding, _cell: Cell) -> str:
    """Use the threshold of logits."""
    return (
        "Write `(model.predict(x) > 0).astype(int)`, or `keras.ops.sigmoid(model.predict(x)) > "
        "0.5`."
    )
