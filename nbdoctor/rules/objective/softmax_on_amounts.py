"""A softmax for targets whose rows do not sum to 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

LOSSES = {
    "binary_crossentropy",
    "huber",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
}
"""Losses that compare each output with a target of its own."""

SHARES = {"one-hot", "soft", "multi-hot", "text"}
"""Rows of these sum to 1, or are what `softmax-for-multilabel` judges."""


@dataclass(frozen=True, slots=True)
class _Facts:
    activation: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="Rows of targets sum to 1 where the outputs of a softmax are compared with them",
    explains=(
        "baseline-not-beaten",
        "below-simple-models",
        "constant-predictions",
        "fails-to-memorise",
        "fading-signal",
        "saturated-units",
        "too-few-steps",
        "cause-by-experiment",
    ),
    parts=("head",),
)
def softmax_on_amounts(labels: Labels, head: Head, /, *, off: float = 0.5) -> Iterator[Finding]:
    """A softmax for targets whose rows do not sum to 1.

    ## What it means
    The outputs of a softmax sum to 1 for each row. Where a row of targets holds amounts, such as
    the pixels of a picture that is to be rebuilt, it sums to anything: with 784 pixels of 0.1 to
    78. Whatever the model learns, most outputs are far below their targets.

    ## How it is measured
    The output layer ends in a softmax over two units or more, the loss compares each output with a
    target of its own, and the sums of the rows of targets differ from 1 by `off` (0.5) or more.

    ## Example
    ```python
    decoded = keras.layers.Dense(784, activation="softmax")(encoded)
    autoencoder = keras.Model(pictures, decoded)
    autoencoder.compile("adam", "binary_crossentropy")
    ```

    ## What the treatment does
    It uses a sigmoid for targets from 0 to 1 and under binary cross-entropy, else no activation.

    ## When to ignore it
    When only the shares of the targets matter: then divide each row by its sum.

    ## References
    stackoverflow:52441877.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or not _compares(target, output):
            continue
        judged = True
        low, high = target.row_sum_minimum or 0.0, target.row_sum_maximum or 0.0
        if max(abs(low - 1), abs(high - 1)) >= off:
            yield _finding(target, output, low, high)
    if not judged:
        message = "no softmax is compared with amounts"
        raise DoesNotApplyError(message)


def _compares(target: Target, output: Output) -> bool:
    """Whether each of several units of a softmax has a target that is an amount."""
    several = target.row_sum_maximum is not None and (output.width or 0) > 1
    fits = output.activation == "softmax" and output.loss in LOSSES
    amounts = target.encoding not in SHARES and not output.from_logits
    return several and fits and amounts and output.has_target_for_each_unit(target)


def _finding(target: Target, output: Output, low: float, high: float) -> Finding:
    within = target.minimum >= 0 and target.maximum <= 1
    activation = "sigmoid" if within or output.loss == "binary_crossentropy" else "linear"
    sums = figure(low) if low == high else f"{figure(low)} to {figure(high)}"
    return Finding(
        title="A softmax cannot put out these targets",
        says=f"Rows of {target.named('the targets')} sum to {sums}, and the {output.width:,} "
        f"outputs of {output.shown} always sum to 1: they cannot come near their targets, "
        "whatever the model learns.",
        where=Where(layer=output.layer, variable=target.variable),
        measured={"sum of a row of targets": high, "output activation": "softmax"},
        expected={"output activation": "none" if activation == "linear" else activation},
        facts=_Facts(activation),
    )


@softmax_on_amounts.treatment("Let each output have its own range", effect="model")
def use_a_fitting_activation(finding: Finding, cell: Cell) -> Cell:
    """Replace the softmax by an activation that treats each output alone."""
    return with_head(cell, finding.where.layer, activation=facts_of(finding, _Facts).activation)
