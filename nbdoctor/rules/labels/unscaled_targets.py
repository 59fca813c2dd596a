"""Large target values, and their consequences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.simple_models import LINEAR
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure, score_figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Kind, Where, rule

LOSSES = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
"""Losses that grow with the scale of the target. Logarithmic and relative ones do not."""

EXPLODES = 2.0
"""As in `learning-rate-too-high`: a step that doubles the loss of its own batch."""


@rule(
    family="labels",
    severity="warning",
    kind="strong",
    holds="The scale of the targets does not slow training down",
    explains=(
        "persistence-not-beaten",
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
    gated=True,
    parts=("labels",),
)
def unscaled_targets(  # noqa: PLR0913  (readings that show a consequence)
    labels: Labels,
    head: Head,
    updates: Updates | None,
    attained: Attained | None,
    history: History | None,
    /,
    *,
    largest: float = 100.0,
    reached: float = 0.5,
) -> Iterator[Finding]:
    """Targets so large that training suffers.

    ## What it means
    A newly initialised model outputs values of about 1, and a step of Adam with its default
    learning rate changes a weight by about 0.001. Reaching outputs of hundreds of thousands takes
    very many steps. With plain SGD the gradient is as large as the targets, and training diverges.

    ## How it is measured
    Large targets alone are not a problem. The mean or the standard deviation of the targets must
    be above `largest` (100) under a loss that grows with their scale, and one of these
    consequences must have been measured: a step on a batch at least doubles the loss of that
    batch; the loss has become NaN or infinite; after training, the R² is below
    0, worse than predicting the mean; or, as a hint, since other problems have the same effect,
    that R² is less than `reached` (0.5) of the R² of a linear model on held-out rows.

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
    It standardises the targets before `fit`; predictions are converted back with the same two
    numbers. With targets of hundreds of thousands this raised the R² from -56 to 0.986.

    ## When to ignore it
    When the output is rescaled inside the model, or training is long enough: the R² shows it.

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
            alone = attained if len(labels.targets) == 1 else None
            seen, behind = (
                _consequence(updates, alone, history),
                _falls_behind(alone, reached),
            )
            if seen or behind:
                yield _finding(
                    target, output, seen or behind, largest, "strong" if seen else "hint"
                )
    if not judged:
        message = "no loss depends on the scale of the targets"
        raise DoesNotApplyError(message)


def _consequence(
    updates: Updates | None,
    attained: Attained | None,
    history: History | None,
) -> str:
    """Return the consequence of large targets as a sentence, "" where none was measured."""
    losses = history.values.get("loss", ()) if history is not None else ()
    if losses and not math.isfinite(losses[-1]):
        return f"The loss is {losses[-1]} after {len(losses)} epochs."
    if updates is not None and updates.loss_before and updates.loss_before[0] > 0:
        times = updates.loss_after[0] / updates.loss_before[0]
        if not times < EXPLODES:
            return (
                f"One step of `{updates.optimizer}` increases the loss of its own batch from "
                f"{figure(updates.loss_before[0])} to {figure(updates.loss_after[0])}."
            )
    if attained is not None and attained.kind == "numbers" and attained.score < 0:
        return (
            "After training, the model is worse than always predicting the mean of the targets: "
            f"its R² on {attained.where} is {figure(attained.score)}."
        )
    return ""


def _falls_behind(attained: Attained | None, reached: float) -> str:
    """Return that a linear model, which does not depend on the scale, is far better."""
    linear = attained.simple.get(LINEAR, 0.0) if attained is not None else 0.0
    if attained is None or attained.kind != "numbers" or linear < attained.margin:
        return ""
    if attained.score >= reached * linear:
        return ""
    return (
        f"After training, the R² of the model on {attained.where} is "
        f"{score_figure(attained.score)}; a linear model has {figure(linear, 2)} on rows that it "
        "has not seen."
    )


def _finding(target: Target, output: Output, seen: str, largest: float, kind: Kind) -> Finding:
    return Finding(
        title="The targets are not scaled",
        says=f"{target.named('The target')} has a mean of {figure(target.mean)} and a standard "
        f"deviation of {figure(target.std)}, and `{output.loss}` grows with both. {seen}",
        where=Where(variable=target.variable, call="fit", argument="y"),
        measured={"mean": target.mean, "standard deviation": target.std},
        expected={
            "mean": f"about 0, at most {largest:g}",
            "standard deviation": f"about 1, at most {largest:g}",
        },
        kind=kind,
    )


@unscaled_targets.treatment("Standardise the targets", effect="judgement")
def standardise(finding: Finding, cell: Cell) -> Cell | str:
    """Train on standardised targets, and convert predictions back with their mean and std."""
    name = finding.where.variable
    if not name.isidentifier():
        return (
            "Train on `(y - mean) / std`, with the mean and std of the training targets, "
            "and use `std * model.predict(x) + mean`."
        )
    return cell.with_lines_before(
        "fit",
        f"target_mean, target_std = {name}.mean(), {name}.std()\n"
        f"{name} = ({name} - target_mean) / target_std"
        "  # predictions: target_std * model.predict(x) + target_mean",
    )
