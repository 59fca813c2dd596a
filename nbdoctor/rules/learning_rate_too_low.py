"""The whole planned training can hardly move the weights."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.capture.cell import CannotEditError, Cell
from nbdoctor.capture.rate import with_rate
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.trained import Trained
from nbdoctor.probes.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

USUAL_RATES = {"SGD": 0.01, "Adagrad": 0.01, "Adadelta": 1.0}
"""Rates of the usual order where it is not 0.001: Keras's default for SGD, the ones of the papers
for Adagrad and Adadelta."""

CONSTANT = 0.99
"""As in `baseline-not-beaten`."""

LARGER = 10
"""A usual rate that was too low here is multiplied by this: the next step of a usual search."""

USUAL_RATE = 0.001
"""Default of Adam and its kin in Keras 3."""

LOW_BY_DEFAULT = frozenset(("Adagrad", "Adadelta"))
"""Optimizers whose default in Keras 3 is 0.001 although it is low for them."""


@rule(
    family="training",
    severity="warning",
    kind="strong",
    holds="The planned steps can move the weights",
    explains=("baseline-not-beaten", "weights-stand-still", "too-few-steps"),
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
    """All planned steps together can hardly move the weights.

    ## What it means
    The optimizer takes a step per batch. When a step moves a kernel by a hundred-thousandth of
    its size and there are a few hundred steps, the model ends almost where it began, however good
    data and layers are.

    ## How it is measured
    Real steps of your optimizer are made on a copy. The norm of the change over the norm of the
    kernel, in the middle of all kernels, is below `ratio` (0.0001), and times the planned steps
    it stays below `travel` (0.02): even if every step went the same way, no more than 2 % of a
    kernel would change. Sick models had 3.5e-6 (Adam at 1e-6), 6e-6 (Adadelta by default) and
    9e-6 (SGD at 0.0001); healthy ones 0.0009 (SGD at 0.01) and 0.0035 (Adam at 0.001). Ways from
    0.1 on were enough to learn.
    A rate that is usual for the optimizer is not called low before training: the gradient may
    grow. It is after training, where every weight has moved and the loss is still within a
    hundredth of that of the best constant answer.

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
    It writes a rate of the usual order for this optimizer: 0.01 for SGD and Adagrad, 1.0 for
    Adadelta, 0.001 for the others; where the rate is usual, ten times of it. A hundred times the
    rate took a model from 0.354 to 0.875.

    ## When to ignore it
    When a trained model is tuned further: rates of 1e-5 are normal there, and weights that come
    from elsewhere keep this rule silent. So does a schedule that rises.

    ## References
    Zeiler, "ADADELTA: an adaptive learning rate method", 2012, where the rate is 1; Duchi, Hazan
    and Singer, "Adaptive subgradient methods", 2011. Limits measured with Keras 3.15.
    """
    if updates.ratio is None or updates.travel is None:
        message = "how many steps are planned is not known"
        raise DoesNotApplyError(message)
    if updates.ratio < ratio and updates.travel < travel:
        _check_applies(
            updates, layers, stuck=updates.moved == updates.weights and _is_stuck(loss, trained)
        )
        yield _finding(updates, fit, updates.ratio, updates.travel)


def _is_stuck(loss: LossAtInit | None, trained: Trained | None) -> bool:
    """Whether training has ended no better than the best constant answer."""
    if loss is None or trained is None or not loss.baseline or trained.loss is None:
        return False
    return trained.loss >= CONSTANT * loss.baseline and not trained.weighted


def _check_applies(updates: Updates, layers: Layers | None, *, stuck: bool) -> None:
    if updates.iterations or (layers is not None and layers.pretrained):
        message = "the weights come from earlier training, where small steps are normal"
        raise DoesNotApplyError(message)
    if updates.rate_now is None:
        message = f"the learning rate of `{updates.optimizer}` cannot be read"
        raise DoesNotApplyError(message)
    if max(updates.rate_middle or 0.0, updates.rate_end or 0.0) > updates.rate_now:
        message = "the learning rate rises later"
        raise DoesNotApplyError(message)
    # Rates are kept in single precision, where 0.01 is a little less than 0.01.
    if float(f"{updates.rate_now:.3g}") >= _usual(updates.optimizer) and not stuck:
        message = f"a rate of {figure(updates.rate_now)} is usual for `{updates.optimizer}`"
        raise DoesNotApplyError(message)


def _usual(optimizer: str) -> float:
    return USUAL_RATES.get(optimizer, USUAL_RATE)


def _finding(updates: Updates, fit: Fit | None, ratio: float, travel: float) -> Finding:
    rate = updates.rate_now or 0.0
    planned = f"{fit.steps_planned:,} " if fit is not None and fit.steps_planned else ""
    default = (
        f" 0.001 is what Keras 3 takes when `{updates.optimizer}` is given no rate; "
        f"{figure(_usual(updates.optimizer))} is usual for it."
        if updates.optimizer in LOW_BY_DEFAULT and figure(rate) == figure(USUAL_RATE)
        else ""
    )
    return Finding(
        title="The planned steps hardly move the weights",
        says=(
            f"At a rate of {figure(rate)} a step of `{updates.optimizer}` changes a kernel by "
            f"{figure(ratio, 2)} of its size, so the {planned}planned steps can change it by "
            f"{figure(100 * travel, 2)} % at most. The model ends almost where it begins."
            f"{default}"
        ),
        where=Where(call="compile", argument="optimizer"),
        measured={
            "change per step": ratio,
            "change over the planned steps": travel,
            "optimizer": updates.optimizer,
            "learning rate": rate,
            **({"schedule": "yes"} if updates.scheduled else {}),
        },
        expected={
            "change per step": "about 0.001",
            "change over the planned steps": "0.1 or more",
            "learning rate": _better(updates.optimizer, rate),
        },
    )


def _better(optimizer: str, rate: float) -> float:
    """The usual rate, or a larger one where that was too low."""
    usual = _usual(optimizer)
    return usual if float(f"{rate:.3g}") < usual else float(f"{LARGER * rate:.3g}")


@learning_rate_too_low.treatment("Take a rate of the usual order", effect="training")
def take_the_usual_rate(finding: Finding, cell: Cell) -> Cell | str:
    """Write a learning rate of the usual order for this optimizer, or a larger one."""
    optimizer, rate = str(finding.measured["optimizer"]), str(finding.expected["learning rate"])
    if "schedule" in finding.measured:
        return f"Let the schedule of `{optimizer}` start near {rate}."
    try:
        return with_rate(cell, optimizer, rate)
    except CannotEditError:
        return f"Compile the model with `{optimizer}(learning_rate={rate})`."
