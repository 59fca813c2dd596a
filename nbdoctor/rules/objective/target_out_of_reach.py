"""Targets outside the range of the output activation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.losses import REACH
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

BOUNDED = {
    "relu",
    "softplus",
    "exponential",
    "sigmoid",
    "hard_sigmoid",
    "softmax",
    "tanh",
    "softsign",
}
"""Activations whose range targets may leave."""

DISTANCES = {
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
}
"""Losses that are lowest where prediction and target are equal, so that the range matters."""


@dataclass(frozen=True, slots=True)
class _Facts:
    activation: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="All targets are within the range of the output activation",
    explains=(
        "constant-predictions",
        "dead-units",
        "saturated-units",
        "baseline-not-beaten",
        "too-few-steps",
    ),
    parts=("head", "labels"),
)
def target_out_of_reach(
    labels: Labels,
    head: Head,
    /,
    *,
    slack: float = 0.01,
    most: float = 0.1,
) -> Iterator[Finding]:
    """Targets outside the range of the output activation.

    ## What it means
    The output activation bounds the predictions: ReLU is never below 0, a sigmoid is between 0 and
    1, tanh between -1 and 1. A target outside this range cannot be predicted, whatever the model
    learns. If many targets are outside, the output saturates at the bound, where ReLU and sigmoid
    have almost no gradient, and training stalls.

    ## How it is measured
    The smallest and the largest target are compared with the range of the output activation, under
    a loss that is lowest where prediction and target are equal. A distance of up to `slack` (0.01)
    standard deviations of the targets counts as rounding. From a share of `most` (0.1) of the
    targets on it is critical, below that a warning: the other targets can still be learned.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "mean_squared_error")
    model.fit(inputs, prices)
    ```

    ## What the treatment does
    It makes the output linear, so that it can be any number. The alternative is to scale the
    targets into the range, and to convert the predictions back.

    ## When to ignore it
    When the few targets outside are measurement errors that should not be predicted.

    ## References
    I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", section 6.2.2.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or not _is_bounded(target, output):
            continue
        judged = True
        low, high = REACH[output.activation]
        gap = max(low - target.minimum, target.maximum - high)
        if gap > slack * target.std and gap > 0:
            yield _finding(target, output, most)
    if not judged:
        message = "no output with a bounded activation has a regression loss"
        raise DoesNotApplyError(message)


def _is_bounded(target: Target, output: Output) -> bool:
    """Whether each unit has a target, and nothing after the activation changes its range."""
    if output.activation not in BOUNDED or output.loss not in DISTANCES:
        return False
    if target.encoding == "text":
        return False
    low, high = REACH[output.activation]
    lowest, highest = output.minimum, output.maximum
    beyond = (lowest is not None and lowest < low) or (highest is not None and highest > high)
    return not beyond and output.has_target_for_each_unit(target)


def _finding(target: Target, output: Output, most: float) -> Finding:
    low, high = REACH[output.activation]
    named = target.named("The target")
    outside = _outside(target, low, high)
    share = outside / max(1, target.rows * math.prod(target.shape))
    bounds = "is never below 0" if high == math.inf else f"is between {low:g} and {high:g}"
    return Finding(
        title=f"{outside:,} targets are outside the range of `{output.activation}`",
        says=(
            f"{named} ranges from {figure(target.minimum)} to {figure(target.maximum)}, and "
            f"the `{output.activation}` of {output.shown} {bounds}: "
            f"{outside:,} of {target.rows * math.prod(target.shape):,} targets "
            f"({figure(100 * share, 2)} %) cannot be predicted, whatever the model learns."
        ),
        where=Where(layer=output.layer, variable=target.variable),
        measured={
            "smallest target": target.minimum,
            "largest target": target.maximum,
            "share outside the range": share,
        },
        expected={
            "smallest target": f"at least {low:g}",
            **({"largest target": f"at most {high:g}"} if high < math.inf else {}),
            "share outside the range": 0,
        },
        facts=_Facts(output.activation),
        severity="critical" if share >= most else "warning",
    )


def _outside(target: Target, low: float, high: float) -> int:
    below = target.below_zero if low == 0 else target.below_minus_one
    return below + (target.above_one if high == 1 else 0)


@target_out_of_reach.treatment("Make the output linear", effect="model")
def make_the_output_linear(finding: Finding, cell: Cell) -> Cell:
    """Remove the output activation, so that the output can be any number."""
    return with_head(cell, finding.where.layer, activation="linear")


@target_out_of_reach.treatment("Scale the targets", effect="advice")
def scale_the_targets(finding: Finding, _cell: Cell) -> str:
    """Scale the targets into the range of the output activation."""
    named = f"`{finding.where.variable}`" if finding.where.variable else "the targets"
    return (
        f"Scale {named} into the range of `{facts_of(finding, _Facts).activation}` with a factor "
        "and an offset computed from the training rows, and convert the predictions back with the "
        "same two numbers."
    )
