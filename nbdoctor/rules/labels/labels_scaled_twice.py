"""Targets that were divided once too often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.labels import with_labels
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.losses import BITS, LOSSES, UNIT
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PIXEL = 255
PAIR = 2
GRID = 1e-3
"""How far a multiple of 1/255² in float32 may be from a whole number."""


@dataclass(frozen=True, slots=True)
class _Facts:
    factor: float


@rule(
    family="labels",
    severity="critical",
    kind="strong",
    holds="The targets fill the range that the loss expects",
    explains=(
        "constant-predictions",
        "majority-class-only",
        "baseline-not-beaten",
        "too-few-steps",
        "accuracy-misreads-labels",
        "accuracy-on-regression",
        "saturated-units",
        "dead-units",
        "weights-stand-still",
        "learning-rate-too-low",
        "signal-not-found",
        "vanishing-gradient",
        "wrong-accuracy-class",
    ),
    parts=("labels",),
)
def labels_scaled_twice(
    labels: Labels, head: Head, /, *, most: float = 0.1, few: float = 0.005
) -> Iterator[Finding]:
    """Targets that lie far below the range that the loss implies.

    ## What it means
    A loss of probabilities expects targets from 0 to 1. Masks of 0 and 1 that are divided by 255
    once more have no value above 0.004: the best answer to every pixel is then nearly 0, the loss
    looks small from the start, and nothing is ever found.

    ## How it is measured
    The loss is one of probabilities, no target is negative, and the largest is far below 1. Targets
    of two values, 0 and another one of at most `most` (0.1), are classes that were scaled. Others
    are reported if the largest is at most `few` (0.005, above 1/255) and all that were listed are
    multiples of 1/255², as of pixels that were divided twice. Probabilities of rare events are no
    such multiples. Under other losses, your own among them, 0 and a value of at most `few` are
    reported where the model ends in a sigmoid.

    ## Example
    ```python
    masks = masks / 255      # they were 0 and 1 already
    model.compile("adam", "binary_crossentropy")
    model.fit(pictures, masks)
    ```

    ## What the treatment does
    It multiplies the targets, so that the largest is 1 again. Better still is to remove the second
    division where it is written.

    ## When to ignore it
    When the targets are probabilities that are really that small.

    ## References
    None: the values are counted.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or target.encoding == "text":
            continue
        by_loss = _expects_shares(output)
        if not by_loss and output.activation not in BITS:
            continue
        judged = True
        if target.minimum < 0 or target.maximum <= 0:
            continue
        two = target.distinct == PAIR and target.minimum == 0
        if (two and target.maximum <= (most if by_loss else few)) or (
            by_loss and target.maximum <= few and _are_pixels(target)
        ):
            yield _finding(target, output)
    if not judged:
        message = "no loss and no output is for targets from 0 to 1"
        raise DoesNotApplyError(message)


def _expects_shares(output: Output) -> bool:
    facts = LOSSES.get(output.loss)
    return facts is not None and facts.takes == "bits" and facts.labels == UNIT


def _are_pixels(target: Target) -> bool:
    """Whether the values that were listed are multiples of 1/255²."""
    steps = [value * PIXEL**2 for value, _ in target.counts]
    return len(steps) > 1 and all(abs(one - round(one)) < GRID * max(one, 1) for one in steps)


def _factor(target: Target) -> float:
    """What makes the largest target 1: 255 where that is what they were divided by."""
    by_pixel = target.maximum * PIXEL
    return float(PIXEL) if 0.5 < by_pixel <= 1 + GRID else 1 / target.maximum  # noqa: PLR2004


def _reader(output: Output) -> str:
    if _expects_shares(output):
        return f"`{output.loss}` is for targets"
    return f"the {output.activation} of {output.shown} is for values"


def _finding(target: Target, output: Output) -> Finding:
    named = target.named("The target")
    factor = _factor(target)
    cause = (
        f" Multiplied by {PIXEL} they are {figure(target.minimum * PIXEL)} to "
        f"{figure(target.maximum * PIXEL)}: they may have been divided by {PIXEL} once too often."
        if factor == PIXEL
        else ""
    )
    return Finding(
        title="All targets are near 0, but the model is for 0 to 1",
        says=(
            f"{named} has {target.distinct} different values, from {figure(target.minimum)} to "
            f"{figure(target.maximum)}, and {_reader(output)} from 0 to 1: the best prediction for "
            f"every one of them is nearly 0.{cause}"
        ),
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={"largest target": target.maximum},
        expected={"largest target": 1},
        facts=_Facts(factor),
    )


@labels_scaled_twice.treatment("Undo the second division", effect="training")
def undo_the_second_division(finding: Finding, cell: Cell) -> Cell | str:
    """Multiply the targets, so that the largest is 1."""
    name = finding.where.variable or "y"
    factor = figure(facts_of(finding, _Facts).factor, 6).replace(",", "")
    edited = with_labels(cell, name, f"{name} * {factor}")
    return edited or f"Remove the second division, or train and validate on `{name} * {factor}`."
