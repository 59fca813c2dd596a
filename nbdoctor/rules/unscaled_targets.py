"""Targets so large that the planned steps cannot reach them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.head import Head, Output
from nbdoctor.probes.history import History
from nbdoctor.probes.labels import Labels, Target
from nbdoctor.probes.score import R2, share_reached
from nbdoctor.probes.signal import Signal
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Kind, Where, figure, rule

LOSSES = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
"""Losses that grow with the scale of the target. Logarithmic and relative ones do not."""

CHANCE = 0.05
"""Usual level of a test against shuffled targets."""

EXPLODES = 2.0
"""As in `learning-rate-too-high`: a step that doubles the loss of its own batch."""


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The scale of the targets does not hold training back",
    explains=(
        "loss-starts-high",
        "exploding-gradient",
        "non-finite-loss",
        "learning-rate-too-high",
        "diverging-loss",
        "baseline-not-beaten",
        "too-few-steps",
        "dead-units",
        "constant-predictions",
        "learning-rate-too-low",
    ),
)
def unscaled_targets(  # noqa: PLR0913, PLR0917  (what large targets may be seen by)
    labels: Labels,
    head: Head,
    updates: Updates | None,
    trained: Trained | None,
    history: History | None,
    signal: Signal | None,
    /,
    *,
    largest: float = 100.0,
    reached: float = 0.5,
) -> Iterator[Finding]:
    """Targets so large that training suffers from it.

    ## What it means
    A freshly made model puts out numbers of about 1, and a step of Adam at its default moves a
    weight by 0.001. To answer in hundreds of thousands it has to move for a very long time; plain
    SGD gets a gradient as large as the targets instead, and is thrown away by it.

    ## How it is measured
    Large targets alone are no fault. Mean or spread of the targets is beyond `largest` (100) under
    a loss that grows with their scale, and one of the consequences was measured: a step on a batch
    at least doubles the loss of that batch; the loss has become NaN or infinite; after training,
    the model explains less of the variance of rows it was trained on than their mean does (R²
    below 0); or, which other faults could show as well, less than `reached` (0.5) of what a linear
    model explains of rows that it was not fitted on.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 4)
    price = 300_000 + 50_000 * x[:, 0]

    model = keras.Sequential([
        keras.Input((4,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1),
    ])
    model.compile("adam", "mse")
    model.fit(x, price, epochs=20)
    ```

    ## What the treatment does
    It takes mean and spread out of the targets before `fit`. Predictions are converted back with
    the same two numbers. Targets of hundreds of thousands went from an R² of -56 to 0.986.

    ## When to ignore it
    When the output is rescaled inside the model, or training is long enough to get there: the R²
    tells.

    ## References
    LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.5. Measured with Keras
    3.15.
    """
    judged = False
    for target in labels.targets:
        output = head.of(target)
        if output is None or output.loss not in LOSSES:
            continue
        judged = True
        if max(abs(target.mean), target.std) > largest:
            alone = trained if len(labels.targets) == 1 else None
            seen, behind = (
                _consequence(updates, alone, history),
                _falls_behind(alone, signal, reached),
            )
            if seen or behind:
                yield _finding(
                    target, output, seen or behind, largest, "strong" if seen else "hint"
                )
    if not judged:
        message = "no loss grows with the scale of the targets"
        raise DoesNotApplyError(message)


def _consequence(
    updates: Updates | None,
    trained: Trained | None,
    history: History | None,
) -> str:
    """What the size of the targets has led to, in a sentence; "" where nothing was seen."""
    losses = history.values.get("loss", ()) if history is not None else ()
    if losses and not math.isfinite(losses[-1]):
        return f"The loss is {losses[-1]} after {len(losses)} epochs."
    if updates is not None and updates.loss_before and updates.loss_before[0] > 0:
        times = updates.loss_after[0] / updates.loss_before[0]
        if not times < EXPLODES:
            return (
                f"A step of `{updates.optimizer}` takes the loss of its own batch from "
                f"{figure(updates.loss_before[0])} to {figure(updates.loss_after[0])}."
            )
    score = trained.score if trained is not None else None
    if score is not None and score.kind == R2 and score.value < 0:
        return (
            f"After training the model explains less than the mean of the targets does: its R² on "
            f"{score.rows} training rows is {figure(score.value)}."
        )
    return ""


def _falls_behind(trained: Trained | None, signal: Signal | None, reached: float) -> str:
    """A linear model, for which the scale is nothing, explains far more."""
    if trained is None or trained.score is None or signal is None or signal.p_linear > CHANCE:
        return ""
    share = share_reached(trained.score, signal, signal.linear)
    if trained.score.kind != R2 or share is None or share >= reached:
        return ""
    return (
        f"After training the R² of the model on {trained.score.rows} training rows is "
        f"{figure(trained.score.value, 2)}; a linear model has {figure(signal.linear, 2)} on rows "
        "that it was not fitted on."
    )


def _finding(target: Target, output: Output, seen: str, largest: float, kind: Kind) -> Finding:
    return Finding(
        title="The targets are large for a freshly made model",
        says=f"{target.named('The target')} has a mean of {figure(target.mean)} and a spread of "
        f"{figure(target.std)}, and `{output.loss}` grows with both. {seen}",
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={"mean of the target": target.mean, "spread of the target": target.std},
        expected={
            "mean of the target": f"about 0, {largest:g} at most",
            "spread of the target": f"about 1, {largest:g} at most",
        },
        kind=kind,
    )


@unscaled_targets.treatment("Take mean and spread out of the targets", effect="judgement")
def standardise(finding: Finding, cell: Cell) -> Cell | str:
    """Train on standardised targets, and convert predictions back with the same two numbers."""
    name = finding.where.variable
    if not name.isidentifier():
        return (
            "Train on `(y - mean) / spread` with mean and spread of the training targets, and use "
            "`spread * model.predict(x) + mean`."
        )
    return cell.with_lines_before(
        "fit",
        f"mean, spread = {name}.mean(), {name}.std()\n"
        f"{name} = ({name} - mean) / spread  # predictions: spread * model.predict(x) + mean",
    )
