"""A trained model that is no better than a constant prediction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import with_head, with_loss
from nbdoctor.readings.class_objective import ClassObjective, class_objective
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.head import Head
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, facts_of, rule

LATE = 3
"""Epochs at the end that show whether the loss is still falling."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """Activation and name of the output layer, and the loss and activation that fit its classes."""

    activation: str
    layer: str
    fitting: ClassObjective


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="After training the model is better than the best constant prediction",
    explains=(),
)
def baseline_not_beaten(  # noqa: PLR0913, PLR0917  (six readings, three thresholds)
    loss: LossAtInit,
    history: History,
    trained: Trained,
    head: Head | None,
    fit: Fit | None,
    labels: Labels | None,
    /,
    *,
    share: float = 0.99,
    falls: float = 0.01,
    rows: float = 64,
) -> Iterator[Finding]:
    """After training the model is no better than a constant prediction.

    ## What it means
    The best prediction that ignores the inputs is the share of each class, or the mean of the
    target (for absolute errors its median). Its loss is known: the entropy of the labels, the
    variance of the target, or its mean absolute deviation from the median. A trained model whose
    loss is not lower uses no information from its inputs. This is a symptom with many possible
    causes.

    ## How it is measured
    After training, the loss of at least `rows` (64) training rows, or of all if there are fewer, is
    computed in inference mode, without regularisation losses. It must be at least `share` (0.99) of
    that of the best constant, and so must the last training loss in the log, and over the last
    three epochs that loss must have fallen by less than `falls` (0.01) of the baseline: a model
    that still improves is not judged.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.zeros((512, 10))
    y = np.random.randint(0, 3, size=512)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It lists what to check, in order. If a cause was found, this finding is listed under it. If
    classes are compared by a regression loss, cross-entropy with the matching output activation is
    tried: such a loss has almost no gradient where a sigmoid or softmax saturates at a wrong
    prediction.

    ## When to ignore it
    When the inputs may not contain the information needed for the labels. Training with sample
    weights, label smoothing and losses without a known constant baseline are not judged.

    ## References
    The entropy of the labels and the variance of the target are computed from the labels that were
    read.
    """
    baseline = loss.baseline
    if baseline is None or baseline <= 0 or trained.loss is None:
        message = "the loss of the best constant prediction is not known for this loss"
        raise DoesNotApplyError(message)
    if trained.weighted or any(one.label_smoothing for one in (head.outputs if head else ())):
        message = "sample weights or label smoothing change the best constant prediction"
        raise DoesNotApplyError(message)
    losses = history.values.get("loss", ())
    few = trained.rows < rows and (fit is None or fit.rows != trained.rows)
    if len(losses) <= LATE or few:
        message = f"more than {LATE} epochs and at least {rows:g} rows are needed"
        raise DoesNotApplyError(message)
    fell = (losses[-1 - LATE] - losses[-1]) / baseline
    above = min(trained.loss, losses[-1] - trained.penalty) >= share * baseline
    if above and fell < falls:
        finding = _finding(trained, trained.loss, baseline, len(losses))
        yield _with_objective(finding, head, labels)


def _finding(trained: Trained, reached: float, baseline: float, epochs: int) -> Finding:
    return Finding(
        title="The trained model is no better than a constant prediction",
        says=(
            f"After {epochs} epochs the loss on {trained.rows} training rows is "
            f"{figure(reached)}; the best prediction that ignores the inputs has a loss of "
            f"{figure(baseline)}."
        ),
        measured={"loss after training": reached},
        expected={"loss after training": f"well below {figure(baseline)}"},
    )


def _with_objective(finding: Finding, head: Head | None, labels: Labels | None) -> Finding:
    """Add the fitting cross-entropy, if the only output compares classes by a regression loss."""
    outputs = head.outputs if head is not None and labels is not None else ()
    if len(outputs) != 1 or labels is None:
        return finding
    output = outputs[0]
    fitting = class_objective(output, labels.of(output.name))
    if fitting is None:
        return finding
    activation = output.activation or "unknown"
    return replace(
        finding,
        measured={
            **finding.measured,
            "loss function": output.loss,
            "activation of the output layer": activation,
        },
        expected={
            **finding.expected,
            "loss function": fitting.loss,
            "activation of the output layer": fitting.activation,
        },
        facts=_Facts(activation=activation, layer=output.layer, fitting=fitting),
    )


@baseline_not_beaten.treatment("Use cross-entropy for the classes", effect="model")
def use_cross_entropy(finding: Finding, cell: Cell) -> Cell | None:
    """Use the cross-entropy for these labels, with the matching output activation."""
    if finding.facts is None:
        return None
    facts = facts_of(finding, _Facts)
    cell = with_loss(cell, facts.fitting.loss)
    if facts.activation == facts.fitting.activation:
        return cell
    return with_head(cell, facts.layer, activation=facts.fitting.activation)


@baseline_not_beaten.treatment("Find the cause", effect="advice")
def find_the_cause(_finding: Finding, _cell: Cell) -> str:
    """Check inputs, labels, loss, output layer and learning rate, in this order."""
    return (
        "Check the inputs of the model first, then labels, loss and output layer, then the "
        "learning rate. If all of these are right, check whether the inputs contain any "
        "information about the labels."
    )
