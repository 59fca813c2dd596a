"""Targets that the last activation can never put out."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

REACH = {
    "relu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
}
"""From where to where an activation goes, by its formula."""

DISTANCES = {
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
}
"""Losses that are lowest where prediction and target are equal, so that reach matters."""


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The output can reach every target",
    explains=(
        "constant-predictions",
        "dead-units",
        "saturated-units",
        "baseline-not-beaten",
        "too-few-steps",
    ),
)
def target_out_of_reach(
    labels: Labels,
    head: Head,
    /,
    *,
    slack: float = 0.01,
    most: float = 0.1,
) -> Iterator[Finding]:
    """Targets that the last activation can never put out.

    ## What it means
    An activation at the output bounds what can be predicted: ReLU never goes below 0, a sigmoid
    stays between 0 and 1, tanh between -1 and 1. A target beyond that is never hit, whatever is
    learned. Where many targets lie beyond, the output runs into its bound, where a ReLU or a
    sigmoid has next to no slope, and training stands still.

    ## How it is measured
    The smallest and the largest target are compared with the range of the last activation, under
    a loss that is lowest where prediction and target are equal. Targets nearer to the range than
    `slack` (0.01) of their standard deviation are rounding. From a share of `most` (0.1) of the
    targets on it is critical, below that a warning: the others can still be learned.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "mean_squared_error")
    model.fit(inputs, prices)
    ```

    ## What the treatment does
    The head loses its activation and can put out any number. Or the targets are scaled into the
    range, and the predictions are converted back.

    ## When to ignore it
    When the few targets beyond are errors of measurement that should not be predicted.

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
        message = "no output with a distance as its loss is bounded by its activation"
        raise DoesNotApplyError(message)


def _is_bounded(target: Target, output: Output) -> bool:
    """Every unit has a number to hit, and nothing after the activation moves its range."""
    if output.activation not in REACH or output.loss not in DISTANCES or target.encoding == "text":
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
    bounds = "never goes below 0" if high == math.inf else f"stays between {low:g} and {high:g}"
    return Finding(
        title=f"{outside:,} targets lie where `{output.activation}` never goes",
        says=(
            f"{named} runs from {figure(target.minimum)} to {figure(target.maximum)}, and "
            f"`{output.activation}` of `{output.layer or output.name}` {bounds}: "
            f"{outside:,} of {target.rows * math.prod(target.shape):,} targets "
            f"({share:.2g} of them) cannot be predicted, whatever is learned."
        ),
        where=Where(layer=output.layer, variable=target.variable),
        measured={
            "smallest target": target.minimum,
            "largest target": target.maximum,
            "share out of reach": share,
            "activation": output.activation,
        },
        expected={"smallest target": f"{low:g} or more", "share out of reach": 0},
        severity="critical" if share >= most else "warning",
    )


def _outside(target: Target, low: float, high: float) -> int:
    below = target.below_zero if low == 0 else target.below_minus_one
    return below + (target.above_one if high == 1 else 0)


@target_out_of_reach.treatment("Let the output be any number", effect="model")
def let_the_output_be_any_number(finding: Finding, cell: Cell) -> Cell:
    """Give the head no activation, so that it can reach every target."""
    return with_head(cell, finding.where.layer, activation="linear")


@target_out_of_reach.treatment("Scale the targets", effect="advice")
def scale_the_targets(finding: Finding, _cell: Cell) -> str:
    """Bring the targets into the range of the output."""
    named = f"`{finding.where.variable}`" if finding.where.variable else "the targets"
    return (
        f"Or bring {named} into the range of "
        f"`{finding.measured['activation']}` by a factor and an offset taken from the training "
        "rows, and convert the predictions back by the same two numbers."
    )
