"""Targets that the loss is not defined for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.losses import LOSSES
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

PERCENTAGE = "mean_absolute_percentage_error"
NOT_NEGATIVE = {"poisson", "mean_squared_logarithmic_error"}
HINGES = {"hinge", "squared_hinge"}
PAIR = 2


@dataclass(frozen=True, slots=True)
class _Facts:
    loss: str
    classes: int


@rule(
    family="labels",
    severity="critical",
    kind="proof",
    holds="The loss is defined for every target",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
        "learning-rate-too-high",
        "exploding-gradient",
        "diverging-loss",
        "non-finite-loss",
        "accuracy-misreads-labels",
        "dead-units",
    ),
    parts=("labels", "loss"),
)
def labels_misfit_loss(labels: Labels, head: Head, /, *, most: float = 0.01) -> Iterator[Finding]:
    """Targets that the loss is not defined for.

    ## What it means
    Some losses are defined for some targets only, and Keras does not check them. A percentage error
    divides by the target: one target of 0 makes that row a million times as important as all
    others together. Poisson and the squared logarithmic error are for targets from 0 on. A hinge
    loss multiplies label and output, so that it knows two classes, -1 and 1 (or 0 and 1).

    ## How it is measured
    The targets are compared with what the loss is defined for, from Keras's own source. Targets of
    0 under a percentage error and classes beyond two under a hinge loss are critical. Negative
    targets are critical from a share of `most` (0.01) on, below that a warning.

    ## Example
    ```python
    sales = np.random.poisson(0.5, size=512)   # many are 0
    model.compile("adam", "mean_absolute_percentage_error")
    model.fit(inputs, sales)
    ```

    ## What the treatment does
    For numbers it uses the mean absolute error, or the mean squared error. For classes under a
    hinge loss it uses one softmax unit per class and sparse categorical cross-entropy.

    ## When to ignore it
    When the rows in question have a sample weight of 0.

    ## References
    Keras source, `keras/src/losses/losses.py`.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or target.encoding == "text":
            continue
        if output.loss not in {PERCENTAGE, *NOT_NEGATIVE, *HINGES}:
            continue
        judged = True
        yield from _found(target, output, most)
    if not judged:
        message = "every loss of Keras here takes any target, or another rule judges it"
        raise DoesNotApplyError(message)


def _found(target: Target, output: Output, most: float) -> Iterator[Finding]:
    if output.loss == PERCENTAGE:
        zeros = target.zeros
        if zeros:
            title = "A percentage error is not defined for targets of 0"
            yield _finding(target, output, title, f"{_share(zeros, target)} are 0", zeros)
    elif output.loss in NOT_NEGATIVE:
        below = target.below_zero
        if below:
            title = "The loss is not defined for negative targets"
            seen = f"{_share(below, target)} are negative (down to {figure(target.minimum)})"
            critical = below >= most * target.counted
            yield _finding(target, output, title, seen, below, is_critical=critical)
    elif not _are_signs(target):
        title = "A hinge loss knows two classes only"
        span = f"{figure(target.minimum)} to {figure(target.maximum)}"
        seen = f"there are {target.distinct:,} different labels, from {span}"
        yield _finding(target, output, title, seen, target.counted)


def _share(count: int, target: Target) -> str:
    share = figure(100 * count / target.counted, 2)
    return f"{count:,} of {target.counted:,} targets ({share} %)"


def _are_signs(target: Target) -> bool:
    """Whether all labels are -1 and 1, or 0 and 1."""
    values = {value for value, _ in target.counts}
    few = target.distinct <= PAIR or target.encoding in {"one-hot", "multi-hot"}
    return few and (values <= {-1.0, 1.0} or values <= {0.0, 1.0} or target.encoding != "ids")


def _finding(  # noqa: PLR0913  (what was counted, and in which words)
    target: Target,
    output: Output,
    title: str,
    seen: str,
    count: int,
    *,
    is_critical: bool = True,
) -> Finding:
    what = "targets that the loss is not defined for"
    return Finding(
        title=title,
        says=f"In {target.named('the targets')}, {seen}, for which `{output.loss}` is not "
        f"defined: {LOSSES[output.loss].label_edge}.",
        where=Where(variable=target.variable, layer=output.layer, call="compile", argument="loss"),
        measured={what: count},
        expected={what: 0},
        facts=_Facts(output.loss, target.classes if target.may_be_classes else 0),
        severity="critical" if is_critical else "warning",
    )


@labels_misfit_loss.treatment("Use a loss that is defined for these targets", effect="training")
def use_a_fitting_loss(finding: Finding, cell: Cell) -> Cell | str:
    """Use the mean absolute or squared error for numbers, a cross-entropy for classes."""
    facts, layer = facts_of(finding, _Facts), finding.where.layer
    if facts.loss == PERCENTAGE:
        return with_loss(cell, "mean_absolute_error")
    if facts.loss in NOT_NEGATIVE:
        return with_head(with_loss(cell, "mean_squared_error"), layer, activation="linear")
    if facts.classes > PAIR:
        treated = with_loss(cell, "sparse_categorical_crossentropy")
        return with_head(treated, layer, activation="softmax", width=facts.classes)
    return "Use labels -1 and 1 (or 0 and 1) with a hinge loss."
