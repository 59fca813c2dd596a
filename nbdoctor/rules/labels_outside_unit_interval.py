"""Targets beyond 0 and 1 under binary cross-entropy."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.labels import with_labels
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

BINARY = {"binary_crossentropy", "binary_focal_crossentropy"}
PAIR = 2
LARGEST_PIXEL = 255


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The targets of the binary cross-entropy lie between 0 and 1",
    explains=(
        "majority-class-only",
        "baseline-not-beaten",
        "too-few-steps",
    ),
)
def labels_outside_unit_interval(
    labels: Labels,
    head: Head,
    /,
    *,
    tolerance: float = 1e-6,
) -> Iterator[Finding]:
    """Targets beyond 0 and 1 under binary cross-entropy.

    ## What it means
    Binary cross-entropy reads a target as the probability of class 1. Below 0 or above 1 it has
    no lowest value: it goes on falling, below zero, while the predictions only run to one end.
    Accuracy counts a prediction of 0 or 1 as right when it equals the label, so labels -1 and 1,
    or 1 and 2, can at best reach the share of the one value that is 0 or 1.

    ## How it is measured
    The smallest and the largest target are compared with 0 and 1. `tolerance` allows for rounding
    in float32.

    ## Example
    ```python
    labels = np.where(inputs[:, 0] > 0.5, 1, -1)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(inputs, labels)
    ```

    ## What the treatment does
    Two classes are moved to 0 and 1, pixel values up to 255 are divided by 255. Class numbers of
    more than two classes get a softmax head with one unit each and the loss for class numbers.

    ## When to ignore it
    Losses that are negative by nature, such as cosine similarity, Poisson or a likelihood, are
    not binary cross-entropy and are not reported.

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
            yield _finding(target, output)
    if not judged:
        message = "no output has a binary cross-entropy loss with a target for each unit"
        raise DoesNotApplyError(message)


def _finding(target: Target, output: Output) -> Finding:
    named = target.named("The label array")
    outside = target.below_zero + target.above_one
    low, high = figure(target.minimum), figure(target.maximum)
    counted = f" ({outside} of its values lie outside)" if outside else ""
    return Finding(
        title="Targets lie outside 0 to 1",
        says=f"{named} runs from {low} to {high}{counted}, and `{output.loss}` is meant for "
        "targets from 0 to 1. Beyond them it has no lowest value: it can fall below zero without "
        "the predictions getting better.",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={
            "smallest target": target.minimum,
            "largest target": target.maximum,
            "different targets": target.distinct,
            "targets per row": math.prod(target.shape),
            "encoding": target.encoding,
            "units": output.width or 1,
            "head": "linear" if output.from_logits else output.activation,
        },
        expected={"smallest target": 0.0, "largest target": 1.0},
    )


@labels_outside_unit_interval.treatment("Bring the targets to 0 and 1", effect="training")
def bring_the_targets_to_0_and_1(finding: Finding, cell: Cell) -> Cell | str | None:
    """Shift or scale the targets, so that they can be probabilities."""
    name = finding.where.variable or "y"
    scaled = _scaled(finding, name)
    if scaled is None:
        return None
    return with_labels(cell, name, scaled) or (
        f"Use `{scaled}` for training, validation and test alike."
    )


def _scaled(finding: Finding, name: str) -> str | None:
    measured = finding.measured
    low, high = measured["smallest target"], measured["largest target"]
    if measured["different targets"] == PAIR:
        pairs = {(1, 2): f"{name} - 1", (-1, 1): f"({name} + 1) / 2"}
        if (low, high) in pairs:
            return pairs[low, high]  # type: ignore[index]
    images = measured["targets per row"] != 1 or measured["different targets"] == PAIR
    if (low, high) == (0, LARGEST_PIXEL) and images:
        return f"{name} / {LARGEST_PIXEL}"
    return None


@labels_outside_unit_interval.treatment("Give every class a unit", effect="model")
def give_every_class_a_unit(finding: Finding, cell: Cell) -> Cell | str | None:
    """Use one softmax unit per class and the loss for class numbers."""
    measured = finding.measured
    if _scaled(finding, "y") is not None:
        return None
    if measured["encoding"] == "continuous":
        return (
            "For targets that are not probabilities use `mean_squared_error` with a linear output."
        )
    if measured["encoding"] != "ids" or measured["units"] != 1 or measured["smallest target"] < 0:  # type: ignore[operator]
        return None
    units = int(measured["largest target"]) + 1
    softmax = None if measured["head"] == "linear" else "softmax"
    try:
        treated = with_loss(cell, "sparse_categorical_crossentropy")
        return with_head(treated, finding.where.layer, activation=softmax, width=units)
    except CannotEditError:
        return (
            f"Give the head {units} softmax units and compile with "
            "`sparse_categorical_crossentropy`."
        )
