"""Targets outside 0 to 1 under binary cross-entropy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.labels import with_labels
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

BINARY = {"binary_crossentropy", "binary_focal_crossentropy", "dice", "tversky"}
"""Losses of probabilities that fall without end for labels beyond 0 and 1."""

NOISE = 0.3
"""How far beyond 0 and 1 noise and smoothing of labels reach: 0.7 to 1.2 is common for adversaries
(Salimans et al., "Improved techniques for training GANs", 2016; `soumith/ganhacks`)."""

PAIR = 2
LARGEST_PIXEL = 255


@dataclass(frozen=True, slots=True)
class _Facts:
    low: float
    high: float
    distinct: int
    per_row: int
    encoding: str
    units: int
    is_linear: bool
    are_classes: bool = True
    is_noise: bool = False

    def scaled(self, name: str) -> str | None:
        """Return an expression of `name` that is in 0 to 1, None where none is obvious."""
        if self.distinct == PAIR:
            pairs = {(1.0, 2.0): f"{name} - 1", (-1.0, 1.0): f"({name} + 1) / 2"}
            if (self.low, self.high) in pairs:
                return pairs[self.low, self.high]
        is_image = self.per_row != 1 or self.distinct == PAIR
        if (self.low, self.high) == (0, LARGEST_PIXEL) and is_image:
            return f"{name} / {LARGEST_PIXEL}"
        return None


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The targets of binary cross-entropy are between 0 and 1",
    explains=(
        "majority-class-only",
        "baseline-not-beaten",
        "too-few-steps",
        "constant-predictions",
        "dead-units",
        "faulty-class-weight",
        "saturated-units",
        "diverging-loss",
        "signal-not-found",
    ),
    parts=("labels", "loss", "head"),
)
def labels_outside_unit_interval(
    labels: Labels,
    head: Head,
    /,
    *,
    tolerance: float = 1e-6,
    noise: float = NOISE,
) -> Iterator[Finding]:
    """Targets outside 0 to 1 under binary cross-entropy.

    ## What it means
    Binary cross-entropy interprets a target as the probability of class 1. For targets below 0 or
    above 1 it has no minimum: it keeps decreasing below zero while the predictions saturate at 0
    or 1. Accuracy counts a prediction of 0 or 1 as correct if it equals the label, so with labels
    -1 and 1, or 1 and 2, it cannot exceed the share of the one label that is 0 or 1.

    ## How it is measured
    The smallest and the largest target are compared with 0 and 1. `tolerance` allows for float32
    rounding. Fractions that are at most `noise` (0.3) beyond 0 and 1 are a note: labels are often
    given noise on purpose in adversarial networks, where that does no harm.

    ## Example
    ```python
    labels = np.where(inputs[:, 0] > 0.5, 1, -1)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    Two classes are mapped to 0 and 1, pixel values up to 255 are divided by 255. For class ids of
    more than two classes, the head becomes a softmax with one unit per class, and the loss sparse
    categorical cross-entropy. Numbers that cannot be the numbers of classes (fractions, or nearly
    as many different ones as rows) get a linear output and the mean squared error.

    ## When to ignore it
    Losses that can be negative, such as cosine similarity, Poisson or a log-likelihood, are not
    binary cross-entropy and are not reported.

    ## References
    I. Goodfellow, Y. Bengio, A. Courville, "Deep Learning", section 6.2.2.2.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss not in BINARY or target.encoding == "text":
            continue
        if not output.has_target_for_each_unit(target):
            continue
        judged = True
        if target.minimum < -tolerance or target.maximum > 1 + tolerance:
            yield _finding(target, output, noise)
    if not judged:
        message = "no output has a binary cross-entropy loss with a target for each unit"
        raise DoesNotApplyError(message)


def _is_noise(target: Target, noise: float) -> bool:
    """Whether the labels look as if noise had been added to 0 and 1."""
    inside = target.minimum >= -noise and target.maximum <= 1 + noise
    return inside and not target.integral


def _finding(target: Target, output: Output, noise: float) -> Finding:
    named = target.named("The label array")
    outside = target.below_zero + target.above_one
    low, high = figure(target.minimum), figure(target.maximum)
    counted = f" ({outside:,} of its values are outside 0 to 1)" if outside else ""
    slightly = _is_noise(target, noise)
    effect = (
        "If this is noise that was added on purpose, it does no harm; otherwise clip the targets "
        "to 0 and 1."
        if slightly
        else "Outside this range it has no minimum: it can decrease below zero while the "
        "predictions do not improve."
    )
    return Finding(
        title="Targets are outside 0 to 1",
        says=f"{named} ranges from {low} to {high}{counted}, and `{output.loss}` is defined for "
        f"targets from 0 to 1. {effect}",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={
            "smallest target": target.minimum,
            "largest target": target.maximum,
        },
        expected={"smallest target": "at least 0", "largest target": "at most 1"},
        facts=_Facts(
            low=target.minimum,
            high=target.maximum,
            distinct=target.distinct,
            per_row=math.prod(target.shape),
            encoding=target.encoding,
            units=output.width or 1,
            is_linear=output.from_logits or output.activation == "linear",
            are_classes=target.may_be_classes,
            is_noise=slightly,
        ),
        severity="note" if slightly else None,
    )


@labels_outside_unit_interval.treatment("Rescale the targets to 0 to 1", effect="training")
def rescale_the_targets(finding: Finding, cell: Cell) -> Cell | str | None:
    """Shift or scale the targets to the range 0 to 1."""
    name = finding.where.variable or "y"
    scaled = facts_of(finding, _Facts).scaled(name)
    if scaled is None:
        return None
    return with_labels(cell, name, scaled) or (f"Use `{scaled}` for training, validation and test.")


@labels_outside_unit_interval.treatment("Treat the targets as numbers", effect="model")
def treat_the_targets_as_numbers(finding: Finding, cell: Cell) -> Cell | None:
    """Use a linear output and the mean squared error, for targets that are quantities."""
    facts = facts_of(finding, _Facts)
    quantities = facts.encoding == "continuous" or not facts.are_classes
    if not quantities or facts.is_noise or facts.scaled("y") is not None:
        return None
    treated = with_loss(cell, "mean_squared_error")
    if facts.is_linear:
        return treated
    return with_head(treated, finding.where.layer, activation="linear")


@labels_outside_unit_interval.treatment("Use one output unit per class", effect="model")
def use_one_unit_per_class(finding: Finding, cell: Cell) -> Cell | str | None:
    """Use one softmax unit per class and `sparse_categorical_crossentropy`."""
    facts = facts_of(finding, _Facts)
    if facts.scaled("y") is not None or facts.is_noise:
        return None
    if facts.encoding != "ids" or not facts.are_classes or facts.units != 1 or facts.low < 0:
        return None
    units = int(facts.high) + 1
    softmax = None if facts.is_linear else "softmax"
    try:
        treated = with_loss(cell, "sparse_categorical_crossentropy")
        return with_head(treated, finding.where.layer, activation=softmax, width=units)
    except CannotEditError:
        return (
            f"Use {units} softmax units in the output layer and compile with "
            "`sparse_categorical_crossentropy`."
        )
