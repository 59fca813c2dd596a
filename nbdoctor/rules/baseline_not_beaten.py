"""After training the model is no better than a constant answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.objective import with_head, with_loss
from nbdoctor.probes.class_objective import class_objective
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.history import History
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Value, figure, rule

LATE = 3
"""The last so many epochs tell whether the loss is still falling."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="After training the model is better than the best constant answer",
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
    """After training the model is no better than a constant answer.

    ## What it means
    The best answer that ignores the inputs is the share of each class, or the mean of the target
    (for absolute errors its median). Its loss is known: the entropy of the labels, the variance
    of the target, or its mean distance from the median. A trained model that does not come below
    it uses nothing of its inputs. That is a symptom; the causes are many.

    ## How it is measured
    After training, the loss of at least `rows` (64) training rows, or of all where there are
    fewer, is computed in inference mode, without penalties. It is `share` (0.99) of that of the
    best constant or more, so is the loss that the log ends with, and over the last three epochs
    that loss fell by less than `falls` (0.01) of the baseline: a model that is still on its way
    down is not judged.

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
    It says in which order to look. Where the cause was found, this finding stands under it. Where
    classes are compared by a loss for numbers, cross-entropy and the head that goes with it are
    tried: such a loss passes hardly a gradient through a sigmoid or softmax that is far off.

    ## When to ignore it
    When the inputs do not hold what is asked for, which is an answer, too. Training that weighs
    its rows, smoothed labels and losses without a known constant are not judged.

    ## References
    The entropy of the labels and the variance of the target are computed from the labels that
    were read.
    """
    baseline = loss.baseline
    if baseline is None or baseline <= 0 or trained.loss is None:
        message = "the loss of the best constant is not known for this loss"
        raise DoesNotApplyError(message)
    if trained.weighted or any(one.label_smoothing for one in (head.outputs if head else ())):
        message = "row weights or smoothed labels change what the best constant is"
        raise DoesNotApplyError(message)
    losses = history.values.get("loss", ())
    few = trained.rows < rows and (fit is None or fit.rows != trained.rows)
    if len(losses) <= LATE or few:
        message = f"it takes more than {LATE} epochs and {rows:g} rows to tell"
        raise DoesNotApplyError(message)
    fell = (losses[-1 - LATE] - losses[-1]) / baseline
    above = min(trained.loss, losses[-1] - trained.penalty) >= share * baseline
    if above and fell < falls:
        finding = _finding(trained, trained.loss, baseline, len(losses))
        yield _with_objective(finding, head, labels)


def _finding(trained: Trained, reached: float, baseline: float, epochs: int) -> Finding:
    return Finding(
        title="The trained model is no better than a constant answer",
        says=(
            f"After {epochs} epochs the loss of {trained.rows} training rows is "
            f"{figure(reached)}; the best answer that ignores the inputs has {figure(baseline)}."
        ),
        measured={"loss": reached, "epochs": epochs, "rows": trained.rows},
        expected={"loss": f"well below {figure(baseline)}"},
    )


def _with_objective(finding: Finding, head: Head | None, labels: Labels | None) -> Finding:
    """The finding with the cross-entropy that fits, where the only output compares numbers."""
    outputs = head.outputs if head is not None and labels is not None else ()
    if len(outputs) != 1 or labels is None:
        return finding
    output = outputs[0]
    fitting = class_objective(output, labels.of(output.name))
    if fitting is None:
        return finding
    return replace(
        finding,
        measured={**finding.measured, **_compared(output)},
        expected={
            **finding.expected,
            "compared by": fitting.loss,
            "activation": fitting.activation,
        },
    )


def _compared(output: Output) -> dict[str, Value]:
    return {
        "compared by": output.loss,
        "activation": output.activation or "unknown",
        "head": output.layer,
    }


@baseline_not_beaten.treatment("Compare classes with cross-entropy", effect="model")
def compare_classes_with_cross_entropy(finding: Finding, cell: Cell) -> Cell | None:
    """Take the cross-entropy for these labels, and the activation that goes with it."""
    if "compared by" not in finding.expected:
        return None
    cell = with_loss(cell, str(finding.expected["compared by"]))
    fitting = str(finding.expected["activation"])
    if finding.measured["activation"] == fitting:
        return cell
    return with_head(cell, str(finding.measured["head"]), activation=fitting)


@baseline_not_beaten.treatment("Look for the cause", effect="advice")
def look_for_the_cause(_finding: Finding, _cell: Cell) -> str:
    """Say in which order the causes are looked for."""
    return (
        "Look at what reaches the model first, then at labels, loss and head, then at the learning "
        "rate. If all of these hold, ask whether the inputs can tell anything about the labels."
    )
