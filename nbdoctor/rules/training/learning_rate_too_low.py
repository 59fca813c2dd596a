"""Planned steps that hardly change the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.optimizer import with_rate
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

USUAL_RATES = {"SGD": 0.01, "Adagrad": 0.01, "Adadelta": 1.0}
"""Usual learning rates that are not 0.001: the default of Keras for SGD, those of the papers for
Adagrad and Adadelta."""

CONSTANT = 0.99
"""As in `baseline-not-beaten`."""

LARGER = 10
"""Factor for a usual rate that was too low here: the next step of a usual search."""

USUAL_RATE = 0.001
"""Default of Adam and similar optimizers in Keras 3."""

LOW_BY_DEFAULT = frozenset(("Adagrad", "Adadelta"))
"""Optimizers whose default in Keras 3 is 0.001 although it is low for them."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """`better` is the learning rate to use instead."""

    optimizer: str
    better: float
    scheduled: bool


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The planned steps can change the weights",
    explains=("baseline-not-beaten", "weights-stand-still", "too-few-steps"),
    gated=True,
    parts=("optimizer",),
)
def learning_rate_too_low(  # noqa: PLR0913  (five readings, two thresholds)
    updates: Updates,
    layers: Layers | None,
    fit: Fit | None,
    loss: LossAtInit | None,
    trained: Trained | None,
    /,
    *,
    ratio: float = 1e-4,
    travel: float = 0.02,
) -> Iterator[Finding]:
    """All planned steps together can hardly change the weights.

    ## What it means
    The optimizer takes one step per batch. If a step changes a kernel by a hundred-thousandth of
    its norm and there are a few hundred steps, the model ends almost where it started, however good
    the data and the layers are.

    ## How it is measured
    Real steps of your optimizer are taken on a copy of the weights. The norm of the change over the
    norm of the kernel, the median of all kernels, must be below `ratio` (0.0001), and times the
    number of planned steps it must be below `travel` (0.02): even if every step went in the same
    direction, a kernel would change by no more than 2 %. Faulty models had 3.5e-6 (Adam at 1e-6),
    6e-6 (Adadelta by default) and 9e-6 (SGD at 0.0001); healthy ones 0.0009 (SGD at 0.01) and
    0.0035 (Adam at 0.001). A total change of 0.1 and more was enough to learn.

    Before training, a rate that is usual for the optimizer is not called low, since the gradient
    may grow. After training it is, if every weight has changed and the loss is still within a
    hundredth of that of the best constant prediction.

    ## Example
    ```python
    import numpy as np
    import keras

    x = np.random.randn(512, 10)
    y = (x[:, 0] > 0).astype(int)

    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(learning_rate=1e-6), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## What the treatment does
    It sets the usual rate of this optimizer: 0.01 for SGD and Adagrad, 1.0 for Adadelta, 0.001 for
    the others; if the rate is already usual, ten times the rate. A hundred times the rate raised
    the accuracy of one model from 0.354 to 0.875.

    ## When to ignore it
    When a trained model is fine-tuned: rates of 1e-5 are normal there, and the rule reports nothing
    for pretrained weights. It also reports nothing for a schedule that increases the rate.

    ## References
    Zeiler, "ADADELTA: an adaptive learning rate method", 2012, where the rate is 1; Duchi, Hazan
    and Singer, "Adaptive subgradient methods", 2011. Thresholds measured with Keras 3.15.
    """
    if updates.ratio is None or updates.travel is None:
        message = "the number of planned steps is not known"
        raise DoesNotApplyError(message)
    if updates.ratio < ratio and updates.travel < travel:
        _check_applies(
            updates, layers, stuck=updates.moved == updates.weights and _is_stuck(loss, trained)
        )
        yield _finding(updates, fit, updates.ratio, updates.travel)


def _is_stuck(loss: LossAtInit | None, trained: Trained | None) -> bool:
    """Whether the trained model is no better than the best constant prediction."""
    if loss is None or trained is None or not loss.baseline or trained.loss is None:
        return False
    return trained.loss >= CONSTANT * loss.baseline and not trained.weighted


def _check_applies(updates: Updates, layers: Layers | None, *, stuck: bool) -> None:
    if updates.iterations or (layers is not None and layers.pretrained):
        message = "the weights were trained before, where small steps are normal"
        raise DoesNotApplyError(message)
    if updates.rate_now is None:
        message = f"the learning rate of `{updates.optimizer}` cannot be read"
        raise DoesNotApplyError(message)
    if max(updates.rate_middle or 0.0, updates.rate_end or 0.0) > updates.rate_now:
        message = "the learning rate increases later"
        raise DoesNotApplyError(message)
    # Rates are stored in single precision, where 0.01 is slightly less than 0.01.
    if float(f"{updates.rate_now:.3g}") >= _usual(updates.optimizer) and not stuck:
        message = (
            f"a learning rate of {figure(updates.rate_now)} is usual for `{updates.optimizer}`"
        )
        raise DoesNotApplyError(message)


def _usual(optimizer: str) -> float:
    return USUAL_RATES.get(optimizer, USUAL_RATE)


def _finding(updates: Updates, fit: Fit | None, ratio: float, travel: float) -> Finding:
    rate = updates.rate_now or 0.0
    planned = f"{fit.steps_planned:,} " if fit is not None and fit.steps_planned else ""
    default = (
        f" 0.001 is the default of Keras 3 for `{updates.optimizer}`; "
        f"{figure(_usual(updates.optimizer))} is usual for it."
        if updates.optimizer in LOW_BY_DEFAULT and figure(rate) == figure(USUAL_RATE)
        else ""
    )
    better = _better(updates.optimizer, rate)
    return Finding(
        title="The planned steps hardly change the weights",
        says=(
            f"At a learning rate of {figure(rate)} a step of `{updates.optimizer}` changes a "
            f"kernel by {figure(ratio, 2)} of its norm, so the {planned}planned steps can change "
            f"it by at most {figure(100 * travel, 2)} %. The model ends almost where it "
            f"started.{default}"
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={
            "relative change per step": ratio,
            "relative change over the planned steps": travel,
            "learning rate": rate,
        },
        expected={
            "relative change per step": "about 0.001",
            "relative change over the planned steps": "at least 0.1",
            "learning rate": better,
        },
        facts=_Facts(optimizer=updates.optimizer, better=better, scheduled=updates.scheduled),
    )


def _better(optimizer: str, rate: float) -> float:
    """Return the usual rate, or a higher one where that was too low."""
    usual = _usual(optimizer)
    return usual if float(f"{rate:.3g}") < usual else float(f"{LARGER * rate:.3g}")


@learning_rate_too_low.treatment("Use a higher learning rate", effect="training")
def use_a_higher_rate(finding: Finding, cell: Cell) -> Cell | str:
    """Set the usual learning rate of this optimizer, or ten times a usual rate."""
    facts = facts_of(finding, _Facts)
    optimizer, rate = facts.optimizer, str(facts.better)
    if facts.scheduled:
        return f"Start the schedule of `{optimizer}` at about {rate}."
    try:
        return with_rate(cell, optimizer, rate)
    except CannotEditError:
        return f"Compile the model with `{optimizer}(learning_rate={rate})`."
