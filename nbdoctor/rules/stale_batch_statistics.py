"""A model that is worse in `predict` than in training because its averages lag behind."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.modes import Modes
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

SETTLED = 0.05
"""Share of the initial averages that is still there when they count as settled."""


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="The model is as good in `predict` as it is in training mode",
    explains=(
        "overfit-to-training",
        "baseline-not-beaten",
        "constant-predictions",
        "too-few-steps",
    ),
)
def stale_batch_statistics(  # noqa: PLR0913  (three readings, three thresholds)
    modes: Modes,
    loss: LossAtInit,
    fit: Fit | None,
    /,
    *,
    ratio: float = 2.0,
    share: float = 0.5,
    rows: float = 32,
) -> Iterator[Finding]:
    """Batch normalisation whose averages lag behind the model.

    ## What it means
    In training `BatchNormalization` uses the mean and spread of its batch, in `predict` and
    `evaluate` averages that it has gathered over the steps. With a momentum of 0.99 these need
    some hundred steps to settle. Until then the same rows come out differently in the two modes,
    and validation looks far worse than training although nothing is overfitted.

    ## How it is measured
    After training, on `rows` (32) training rows or more, the loss is computed in training mode
    with dropout off and in inference mode. The second has to be `ratio` (2) times the first, and
    the difference `share` (0.5) of the loss of a constant prediction. Where the steps of this
    `fit` were too few for the averages to settle, it is a note, and more steps cure it.

    ## Example
    ```python
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32),
        keras.layers.BatchNormalization(momentum=0.999),
        keras.layers.ReLU(),
        keras.layers.Dense(3, activation="softmax"),
    ])
    ```

    ## What the treatment does
    A momentum of 0.9 lets the averages settle within some thirty steps.

    ## When to ignore it
    In the first epochs: the difference shrinks with every step.

    ## References
    Ioffe and Szegedy, "Batch normalization", ICML 2015, section 3.1; Keras documentation,
    `BatchNormalization`, on `momentum`.
    """
    if modes.rows < rows or not loss.baseline:
        message = f"it takes {rows:g} rows and the loss of a constant prediction"
        raise DoesNotApplyError(message)
    gap = modes.loss_inference - modes.loss_training
    if modes.loss_inference >= ratio * modes.loss_training and gap >= share * loss.baseline:
        yield _finding(modes, fit)


def _finding(modes: Modes, fit: Fit | None) -> Finding:
    steps = fit.steps_planned if fit is not None else None
    early = steps is not None and modes.momentum**steps > SETTLED
    why = (
        f" {steps:,} steps are few for averages with a momentum of {modes.momentum:g}: the "
        "difference shrinks with further steps."
        if early
        else ""
    )
    return Finding(
        title="The model is worse in `predict` than in training mode, on the same rows",
        says=f"On {modes.rows:,} training rows the loss is {figure(modes.loss_training)} with the "
        f"statistics of the batch and {figure(modes.loss_inference)} with the averages that "
        f"`{modes.normalising[0]}` has gathered.{why}",
        severity="note" if early else "warning",
        where=Where(layer=modes.normalising[0]),
        measured={
            "loss in training mode": modes.loss_training,
            "loss in predict": modes.loss_inference,
            "momentum": modes.momentum,
        },
        expected={"loss in predict": f"near {figure(modes.loss_training)}"},
    )


@stale_batch_statistics.treatment("Let the averages follow faster", effect="training")
def follow_faster(finding: Finding, cell: Cell) -> Cell | str:
    """Give every `BatchNormalization` of the cell a momentum of 0.9."""
    calls = cell.calls_of("BatchNormalization")
    if not calls or float(finding.measured["momentum"]) <= 0.9:  # noqa: PLR2004  (see the title)
        return (
            "Train for more steps, with batches of 16 rows or more, or use `LayerNormalization`, "
            "which treats every row by itself in both modes."
        )
    for call in calls:
        cell = cell.with_argument(call.name, "momentum", "0.9", position=1, at=call)
    return cell
