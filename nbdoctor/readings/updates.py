"""What one step of the user's own optimizer does to the weights and to the loss."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.optimizer import iterations_of, rate_of
from nbdoctor.capture.user_code import runs_user_code
from nbdoctor.look.look import Look
from nbdoctor.look.step_notes import Steps
from nbdoctor.look.structure import KERNEL_RANK, TrainableWeight
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import StepTimes
from nbdoctor.readings.missing import NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, reading

LATER = (2, 3, 5, 10, 20, 50, 100, 300, 1000)
"""Of the planned steps: where a schedule is asked how it would go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightUpdate:
    """The first update of one kernel: norm of the change over norm of the kernel."""

    path: str
    layer: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """Steps of the optimizer, made on copies or watched as they were made.

    Attributes
    ----------
    optimizer : str
        Class name ("Adam").
    rate_now : float or None
        Learning rate of the next step; None where code of the user's would have to tell it.
    scheduled : bool
        The rate follows a schedule.
    rate_middle, rate_end : float or None
        Of the schedule, at half and at the end of the planned steps.
    rate_later : float or None
        The highest that the schedule would reach if training went on.
    later_steps : int
        After how many steps it would.
    iterations : int
        Steps the optimizer had made before.
    accumulates : int
        Steps whose gradients are added up before the weights move; 1 as a rule.
    moved, weights : int
        Trainable weights (tensors) that the first step changes, and all of them.
    kernels : tuple of WeightUpdate
        From input to output; biases are left out (their norm is 0 at birth).
    ratio : float or None
        Median of the kernels' ratios.
    first_to_last : float or None
        Ratio of the first kernel over that of the last.
    travel : float or None
        `ratio` times the planned steps: how far the whole run can move a kernel, as a share of
        its norm.
    loss_before, loss_after : tuple of float
        Loss of a batch before and after a step on it, for up to three consecutive steps.
    loss_changes_by_itself : float
        Largest relative difference of the same batch's loss at the same weights (dropout,
        augmentation): how far `loss_after` can differ without any step.
    """

    optimizer: str
    rate_now: float | None = None
    scheduled: bool = False
    rate_middle: float | None = None
    rate_end: float | None = None
    rate_later: float | None = None
    later_steps: int = 0
    iterations: int = 0
    accumulates: int = 1
    moved: int = 0
    weights: int = 0
    kernels: tuple[WeightUpdate, ...] = ()
    ratio: float | None = None
    first_to_last: float | None = None
    travel: float | None = None
    loss_before: tuple[float, ...] = ()
    loss_after: tuple[float, ...] = ()
    loss_changes_by_itself: float = 0.0


def losses_of_steps(logged: Sequence[float], steps_per_epoch: int | None) -> tuple[float, ...]:
    """Loss of each step, from the running means that `fit` reports.

    Parameters
    ----------
    logged : sequence of float
        As reported after each of the first steps: means over the steps of the epoch until then.
    steps_per_epoch : int or None
        Where the mean begins anew.
    """
    losses = []
    for at, mean in enumerate(logged):
        before = at % steps_per_epoch if steps_per_epoch else at
        losses.append((before + 1) * mean - before * logged[at - 1] if before else mean)
    return tuple(losses)


def read_updates(
    optimizer: Any,
    weights: Sequence[TrainableWeight],
    changes: Mapping[str, tuple[float, float]],
    steps: Steps,
    steps_planned: int | None,
) -> Updates:
    """What the rehearsed steps did.

    Parameters
    ----------
    optimizer : keras.Optimizer
    weights : sequence of TrainableWeight
        From input to output.
    changes : mapping of str to (float, float)
        Norm of the first update and of the weight before it, by path.
    steps : Steps
    steps_planned : int or None
        Of the whole `fit`.
    """
    # Mixed precision wraps the user's optimizer in one that scales the loss.
    optimizer = vars(optimizer).get("inner_optimizer", optimizer)
    kernels = [
        WeightUpdate(path=w.path, layer=w.layer, ratio=changes[w.path][0] / changes[w.path][1])
        for w in weights
        if w.rank >= KERNEL_RANK and changes.get(w.path, (0.0, 0.0))[1] > 0
    ]
    ratios = [kernel.ratio for kernel in kernels if math.isfinite(kernel.ratio)]
    ratio = statistics.median(ratios) if ratios else None
    return Updates(
        optimizer=type(optimizer).__name__,
        accumulates=int(vars(optimizer).get("gradient_accumulation_steps") or 1),
        moved=sum(changes.get(weight.path, (0.0, 0.0))[0] != 0 for weight in weights),
        weights=len(weights),
        kernels=tuple(kernels),
        ratio=ratio,
        first_to_last=_first_to_last(kernels),
        travel=ratio * steps_planned if ratio is not None and steps_planned else None,
        loss_before=steps.losses[:-1],
        loss_after=steps.losses[1:],
        loss_changes_by_itself=steps.changes_by_itself,
        iterations=_steps_made(optimizer),
        **_rates(optimizer, steps_planned),
    )


@reading("the updates", when=Moment.FURTHER_STEPS | Moment.STEP_FROM_OUTSIDE | Moment.LOOP_SEEN)
def updates_of_look(look: Look, fit: Fit | None) -> Updates | None:
    """What the first step did; None where it is not known of every weight."""
    if len(look.first.optimizers) > 1:
        raise NotTakenError(does_not_apply("the step uses several optimizers"))
    weights, changes = look.weights(), look.first.changes
    if not all(weight.path in changes for weight in weights):
        return None
    (optimizer,) = look.first.optimizers or [look.model.optimizer]
    planned = fit.steps_planned if fit is not None else None
    found = read_updates(optimizer, weights, changes, look.steps, planned)
    return found if look.iterations is None else replace(found, iterations=look.iterations)


@reading("the updates", when=Moment.TIMED | Moment.ENDED)
def losses_of_watched_steps(updates: Updates, times: StepTimes, fit: Fit | None) -> Updates | None:
    """Losses of the first real steps, where none could be made on copies."""
    if len(times.logged) < 2:  # noqa: PLR2004  (a loss before and after a step)
        return None
    losses = losses_of_steps(times.logged, fit.steps_per_epoch if fit is not None else None)
    return replace(updates, loss_before=losses[:-1], loss_after=losses[1:])


def _first_to_last(kernels: Sequence[WeightUpdate]) -> float | None:
    if len(kernels) < 2 or not kernels[-1].ratio > 0:  # noqa: PLR2004  (a first and a last)
        return None
    return kernels[0].ratio / kernels[-1].ratio


def _rates(optimizer: Any, steps_planned: int | None) -> dict[str, Any]:
    """What Keras's own classes compute of the rate; a schedule of the user's is not called."""
    rate, done = rate_of(optimizer), _steps_made(optimizer)
    follows = hasattr(type(rate), "get_config") and callable(rate)
    if rate is None or runs_user_code(rate):
        return {"scheduled": follows}
    if not follows:
        return {"rate_now": float(np.asarray(rate))}
    rates: dict[str, Any] = {"scheduled": True, "rate_now": float(rate(done))}
    if steps_planned:
        rates["rate_middle"] = float(rate(done + steps_planned // 2))
        rates["rate_end"] = float(rate(done + steps_planned))
        later = [steps_planned * factor for factor in LATER]
        found = {steps: float(rate(done + steps)) for steps in later}
        rates["later_steps"] = max(later, key=lambda steps: found[steps])
        rates["rate_later"] = found[rates["later_steps"]]
    return rates


def _steps_made(optimizer: Any) -> int:
    """Updates that an optimizer has made, of which several steps may share one."""
    counted = int(np.asarray(iterations_of(optimizer)))
    return counted // (vars(optimizer).get("gradient_accumulation_steps") or 1)
