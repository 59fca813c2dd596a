"""Classes learned by a loss of differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.class_objective import class_objective
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Severity, Where, facts_of, rule

MEDIAN = {"mean_absolute_error"}
SQUASHED = {"sigmoid", "softmax", "hard_sigmoid"}


@dataclass(frozen=True, slots=True)
class _Facts:
    loss: str
    activation: str
    head: str


@rule(
    family="objective",
    severity="warning",
    kind="strong",
    holds="Classes are learned by a loss for classes",
    explains=(
        "learning-rate-too-low",
        "too-few-steps",
        "weights-stand-still",
        "vanishing-gradient",
        "constant-predictions",
    ),
    parts=("loss", "head"),
)
def regression_on_class_ids(
    labels: Labels, head: Head, attained: Attained | None, /
) -> Iterator[Finding]:
    """Classes learned by a loss of differences.

    ## What it means
    A squared or absolute error treats labels of classes as quantities. Through a sigmoid or softmax
    its gradient nearly vanishes where the answer is far off, so that wrong answers are corrected
    most slowly; the logarithm of a cross-entropy cancels that. The absolute error is worse: it is
    smallest at the median, and of a column of one-hot labels the median is 0.

    ## How it is measured
    The labels are one-hot, one column for each output, or 0 and 1 for one unit with a sigmoid,
    under a loss of differences. Such models can learn: where the trained model has learned these
    rows, or reaches what simple models do, or was not trained yet, it is a note. There is no
    threshold.

    ## Example
    ```python
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "mean_squared_error")
    model.fit(inputs, keras.utils.to_categorical(classes))
    ```

    ## What the treatment does
    It uses the cross-entropy for these labels, with the output activation that goes with it.

    ## When to ignore it
    When the squared error of probabilities (the Brier score) is what should be small.

    ## References
    Goodfellow, Bengio and Courville, "Deep Learning", 2016, section 6.2.2.2.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        fitting = class_objective(output, target)
        if output is None or fitting is None or not _is_class_head(output, target):
            continue
        judged = True
        yield Finding(
            title="Classes are learned by a loss of differences",
            says=f"{target.named('The label array')} is {_kind(target)}, and `{output.loss}` "
            f"treats it as quantities. {_effect(output)}",
            where=Where(
                variable=target.variable, layer=output.layer, call="compile", argument="loss"
            ),
            measured={"loss": output.loss},
            expected={"loss": fitting.loss},
            facts=_Facts(fitting.loss, fitting.activation, output.activation),
            severity=_severity(attained),
        )
    if not judged:
        message = "no labels of classes meet a loss of differences"
        raise DoesNotApplyError(message)


def _is_class_head(output: Output, target: Target) -> bool:
    """Whether the labels are classes, and not numbers of 0 and 1 such as pixels to rebuild."""
    return target.encoding == "one-hot" or (
        target.encoding == "ids" and output.activation in SQUASHED
    )


def _severity(attained: Attained | None) -> Severity:
    if attained is None or attained.is_close or has_learned(attained):
        return "note"
    return "warning"


def _kind(target: Target) -> str:
    if target.encoding == "one-hot":
        return f"one-hot ({target.shape[-1]} classes)"
    return "0 and 1 for two classes"


def _effect(output: Output) -> str:
    if output.loss in MEDIAN:
        return "It is smallest at the median of each column: 0 for a class in the minority."
    if output.activation in SQUASHED:
        return (
            f"Through the {output.activation} of {output.shown} it has hardly a gradient where a "
            "prediction is far off."
        )
    return "Large outputs for the right class are punished like wrong ones."


@regression_on_class_ids.treatment("Use the cross-entropy for these labels", effect="training")
def use_the_cross_entropy(finding: Finding, cell: Cell) -> Cell:
    """Use the cross-entropy that the labels need, and its output activation."""
    facts = facts_of(finding, _Facts)
    cell = with_loss(cell, facts.loss)
    if facts.head == facts.activation:
        return cell
    return with_head(cell, finding.where.layer, activation=facts.activation)
