"""An output layer that can put out what the loss is not defined for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.losses import LOSSES, LossFacts, exceeds
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Severity, Value, Where, facts_of, rule

COSINE = "cosine_similarity"
UNITS = "output units"
CTC = "ctc"
HINGES = {"hinge", "squared_hinge"}
BEYOND = {"poisson", "dice", "tversky", "kl_divergence", "categorical_generalized_cross_entropy"}
"""Losses whose outputs must stay in a range; other rules judge cross-entropies and the logarithmic
error."""


@dataclass(frozen=True, slots=True)
class _Facts:
    loss: str
    fitting: str


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The output layer puts out what the loss is defined for",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "non-finite-loss",
        "diverging-loss",
        "learning-rate-too-high",
        "exploding-gradient",
        "weights-stand-still",
        "dead-units",
        "nan-hidden-by-relu",
    ),
    parts=("head", "loss"),
)
def head_misfits_loss(head: Head, /) -> Iterator[Finding]:
    """An output layer that can put out what the loss is not defined for.

    ## What it means
    Each loss is defined for some outputs. Poisson takes the logarithm of the output, which is NaN
    below 0. Dice and Tversky are for shares from 0 to 1, and fall without end for other outputs. A
    hinge loss needs outputs below 0 for class -1, which a sigmoid, a softmax or a ReLU never has.
    CTC applies a softmax itself. Cosine similarity of a single output knows only its sign.

    ## How it is measured
    What the output activation can put out is compared with what the loss is defined for, from
    Keras's own source. It is the structure that is judged: that the first predictions happen to
    lie inside changes nothing. Where the loss still has a gradient towards right answers (hinge,
    CTC) it is a warning. There is no threshold.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
    model.compile("adam", "poisson")
    model.fit(inputs, counts)
    ```

    ## What the treatment does
    The output layer gets an activation that fits: softplus for Poisson, a sigmoid for Dice and
    Tversky, a softmax for the Kullback-Leibler divergence, none for hinge losses and CTC. Cosine
    similarity of one output becomes the mean squared error.

    ## When to ignore it
    Never with a loss of Keras. Losses of your own are not judged here.

    ## References
    Keras source, `keras/src/losses/losses.py`.
    """
    judged = False
    for output in head.outputs:
        if output.loss not in {COSINE, CTC, *HINGES, *BEYOND} or output.from_logits:
            continue
        if output.loss != COSINE and output.reach is None:
            continue
        judged, facts = True, LOSSES[output.loss]
        why = _why(output, facts)
        if why is not None:
            yield _finding(output, facts, *why)
    if not judged:
        message = "no output has a loss of this kind, or its activation is not known"
        raise DoesNotApplyError(message)


def _why(output: Output, facts: LossFacts) -> tuple[str, Severity] | None:
    """What is wrong with a head, and how bad; None where it fits."""
    if output.loss == COSINE:
        return (facts.edge, "critical") if output.width == 1 else None
    if output.reach is None:
        return None
    if output.loss == CTC:
        wrong = output.activation in {"softmax", "sigmoid", "relu"}
        return (facts.edge, "warning") if wrong else None
    if output.loss in HINGES:
        return (facts.edge, "warning") if output.reach[0] >= 0 else None
    if exceeds(output.reach, facts.outputs):
        return facts.edge, "critical"
    return None


def _finding(output: Output, facts: LossFacts, edge: str, severity: Severity) -> Finding:
    activation = output.activation
    ends_in = "has no activation" if activation in {"", "linear"} else f"ends in {activation}"
    measured: dict[str, Value] = {"output activation": activation or "none"}
    expected: dict[str, Value] = {"output activation": facts.head}
    if output.loss == COSINE:
        ends_in, measured, expected = "has one unit", {UNITS: 1}, {UNITS: "2 or more"}
    seen = ""
    if output.minimum is not None and output.maximum is not None:
        span = f"{figure(output.minimum)} to {figure(output.maximum)}"
        seen = f" and puts out {span} for the first {output.rows} rows"
    return Finding(
        title="The output layer does not fit the loss",
        says=f"{output.begins} {ends_in}{seen}. `{output.loss}` is not made for that: {edge}.",
        where=Where(layer=output.layer, call="compile", argument="loss"),
        measured=measured,
        expected=expected,
        facts=_Facts(output.loss, facts.head),
        severity=severity,
    )


@head_misfits_loss.treatment("Use an output activation that fits the loss", effect="model")
def use_a_fitting_activation(finding: Finding, cell: Cell) -> Cell:
    """Give the output layer the activation that this loss is made for."""
    facts = facts_of(finding, _Facts)
    if facts.loss == COSINE:
        return with_loss(cell, "mean_squared_error")
    return with_head(cell, finding.where.layer, activation=facts.fitting)
