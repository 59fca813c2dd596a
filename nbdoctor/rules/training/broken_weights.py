"""Weights that are NaN after a training loop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients
from nbdoctor.readings.left_broken import LeftBroken
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import Finding, Where, facts_of, rule


@dataclass(frozen=True, slots=True)
class _Facts:
    at_once: bool


@rule(
    family="training",
    severity="critical",
    kind="proof",
    holds="No weight is NaN or infinite when the loop has ended",
    explains=(
        "non-finite-loss",
        "exploding-gradient",
        "learning-rate-too-high",
        "diverging-loss",
        "dead-units",
        "weights-stand-still",
        "constant-predictions",
        "unscaled-inputs",
        "unscaled-targets",
        "large-initial-weights",
    ),
)
def broken_weights(
    left: LeftBroken, gradients: Gradients | None, loss: LossAtInit | None, /
) -> Iterator[Finding]:
    """Weights that are NaN after a training loop.

    ## What it means
    A gradient that is NaN makes every weight NaN that it is applied to, in one step, and no later
    step repairs it. A loop that prints no loss, or a ReLU that turns NaN into 0, hides that. If the
    gradient of the first step is NaN although its loss is a number, the loss has an infinite slope:
    a root, a norm or a logarithm of 0. Then a lower rate or clipping changes nothing.

    ## How it is measured
    All weights were finite before the loop (a sample of large ones), and some are not when the cell
    has ended. The gradients that the first step gave to the optimizer tell whether they were finite
    then. There is no threshold.

    ## Example
    ```python
    with tf.GradientTape() as tape:
        loss = loss_fn(labels, model(rows, training=True))
        loss += 0.001 * tf.norm(model.layers[-1].bias)    # biases start at 0
    ```

    ## What the treatment does
    It says where to look.

    ## When to ignore it
    Never: these weights are lost.

    ## References
    PyTorch documentation, "Numerical accuracy".
    """
    if not left.weights:
        return
    first, count = left.weights[0], len(left.weights)
    others = f" and {count - 1} more of {left.of} weights" if count > 1 else ""
    at_once = _broken_at_once(gradients)
    then = _first_step(at_once, loss) if gradients is not None else ""
    yield Finding(
        title="The loop has made the weights NaN",
        says=f"When the cell ended, `{first}`{others} contained NaN or infinity; before the loop "
        f"none did.{then}",
        where=Where(layer=first.rpartition("/")[0]),
        measured={"weights with NaN or infinity": count},
        expected={"weights with NaN or infinity": 0},
        facts=_Facts(bool(at_once)),
    )


def _broken_at_once(gradients: Gradients | None) -> list[str]:
    return [one.path for one in gradients.weights if one.non_finite] if gradients else []


def _first_step(broken: list[str], loss: LossAtInit | None) -> str:
    if not broken:
        return " The gradients of the first step were finite, so it happened later."
    known = loss is not None and math.isfinite(loss.rehearsed)
    with_loss = f" with a loss of {figure(loss.rehearsed)}" if known and loss is not None else ""
    more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
    return (
        f" The first step{with_loss} already gave the optimizer a gradient of `{broken[0]}`{more} "
        "that is NaN or infinite."
    )


@broken_weights.treatment("Find what is not finite first", effect="advice")
def find_the_first(finding: Finding, _cell: Cell) -> str:
    """Look for the operation that is not finite."""
    if facts_of(finding, _Facts).at_once:
        return (
            "Look for a root, a norm, a logarithm or a division in the loss that is applied to 0: "
            "its slope is infinite there. Keep its argument at 1e-7 or more, as in "
            "`tf.sqrt(tf.maximum(total, 1e-7))`, and rebuild the model."
        )
    return (
        "Print the loss of each step to find the first that is NaN; use a tenth of the learning "
        "rate or `clipnorm=1.0` in the optimizer, and rebuild the model."
    )
