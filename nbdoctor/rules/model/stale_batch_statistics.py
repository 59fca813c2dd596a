"""Moving averages of BatchNormalization that lag behind the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.modes import Modes
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

CONVERGED = 0.05
"""Weight of the initial values below which the moving averages count as converged."""


@dataclass(frozen=True, slots=True)
class _Facts:
    momentum: float


@rule(
    family="model",
    severity="warning",
    kind="strong",
    holds="The loss in `predict` is as low as in training mode",
    explains=(
        "overfit-to-training",
        "baseline-not-beaten",
        "constant-predictions",
        "below-simple-models",
        "too-few-steps",
    ),
)
def stale_batch_statistics(  # noqa: PLR0913  (four readings, three thresholds)
    modes: Modes,
    loss: LossAtInit,
    fit: Fit | None,
    attained: Attained | None,
    /,
    *,
    ratio: float = 2.0,
    share: float = 0.5,
    rows: float = 32,
) -> Iterator[Finding]:
    """Batch normalisation whose moving averages lag behind the model.

    ## What it means
    In training, `BatchNormalization` uses the mean and variance of the batch; in `predict` and
    `evaluate` it uses moving averages that it has collected over the steps. With a momentum of 0.99
    these need a few hundred steps to converge. Until then the two modes give different predictions
    for the same rows, and validation looks far worse than training although nothing is overfitted.

    ## How it is measured
    After training, on at least `rows` (32) training rows, the loss is computed in training mode
    with dropout off and in inference mode. The second must be at least `ratio` (2) times the first,
    and the difference at least `share` (0.5) of the loss of a constant prediction. If this `fit`
    had too few steps for the averages to converge, it is a note, and more steps resolve it, unless
    predictions are worse than those of simple models: then it is a warning all the same.

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
    With a momentum of 0.9 the moving averages converge within about thirty steps.

    ## When to ignore it
    In the first epochs: the difference shrinks with every step.

    ## References
    Ioffe and Szegedy, "Batch normalization", ICML 2015, section 3.1; Keras documentation,
    `BatchNormalization`, on `momentum`.
    """
    if modes.rows < rows or not loss.baseline:
        message = f"at least {rows:g} rows and a known loss of a constant prediction are needed"
        raise DoesNotApplyError(message)
    gap = modes.loss_inference - modes.loss_training
    if modes.loss_inference >= ratio * modes.loss_training and gap >= share * loss.baseline:
        yield _finding(modes, fit, behind=attained is not None and attained.has_gap)


def _finding(modes: Modes, fit: Fit | None, *, behind: bool) -> Finding:
    planned = fit.steps_planned if fit is not None else None
    steps = modes.steps if planned is None else planned
    early = steps is not None and modes.momentum**steps > CONVERGED
    why = (
        f" {steps:,} steps are few for a momentum of {modes.momentum:g}: the difference shrinks "
        "with further steps."
        if early
        else ""
    )
    name = modes.normalising[0]
    return Finding(
        title="The loss is higher in `predict` than in training mode, for the same rows",
        says=f"On {modes.rows:,} training rows the loss is {figure(modes.loss_training)} with the "
        f"statistics of the batch, and {figure(modes.loss_inference)} with the moving averages of "
        f"`{name}`.{why}",
        severity="note" if early and not behind else "warning",
        where=Where(layer=name),
        measured={
            "loss with batch statistics": modes.loss_training,
            "loss with moving averages": modes.loss_inference,
        },
        expected={"loss with moving averages": f"about {figure(modes.loss_training)}"},
        facts=_Facts(momentum=modes.momentum),
    )


@stale_batch_statistics.treatment("Lower the BatchNormalization momentum", effect="training")
def lower_the_momentum(finding: Finding, cell: Cell) -> Cell | str:
    """Set the momentum of every `BatchNormalization` in the cell to 0.9."""
    calls = cell.calls_of("BatchNormalization")
    if not calls or facts_of(finding, _Facts).momentum <= 0.9:  # noqa: PLR2004  (see the text)
        return (
            "Train for more steps, or use `LayerNormalization`, which computes the same in both "
            "modes."
        )
    for call in calls:
        cell = cell.with_argument(call.name, "momentum", "0.9", position=1, at=call)
    return cell
