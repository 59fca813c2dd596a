"""What one step of the user's own optimizer does to the weights and to the loss."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.probes.drawing import KERNEL_RANK
from nbdoctor.probes.gradients import TrainableWeight


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightUpdate:
    """The first update of one kernel: norm of the change over norm of the kernel."""

    path: str
    layer: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """Real optimizer steps, taken and put back.

    Attributes
    ----------
    optimizer : str
        Class name ("Adam").
    rate_now : float or None
        Learning rate of the next step.
    scheduled : bool
        The rate follows a schedule.
    rate_middle, rate_end : float or None
        Of the schedule, at half and at the end of the planned steps.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Losses of consecutive steps on one batch, and how far they wander without any step."""

    losses: tuple[float, ...] = ()
    changes_by_itself: float = 0.0


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
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    kernels = [
        WeightUpdate(path=w.path, layer=w.layer, ratio=changes[w.path][0] / changes[w.path][1])
        for w in weights
        if w.rank >= KERNEL_RANK and changes.get(w.path, (0.0, 0.0))[1] > 0
    ]
    ratios = [kernel.ratio for kernel in kernels if math.isfinite(kernel.ratio)]
    ratio = statistics.median(ratios) if ratios else None
    return Updates(
        optimizer=type(optimizer).__name__,
        accumulates=int(getattr(optimizer, "gradient_accumulation_steps", None) or 1),
        moved=sum(changes.get(weight.path, (0.0, 0.0))[0] != 0 for weight in weights),
        weights=len(weights),
        kernels=tuple(kernels),
        ratio=ratio,
        first_to_last=_first_to_last(kernels),
        travel=ratio * steps_planned if ratio is not None and steps_planned else None,
        loss_before=steps.losses[:-1],
        loss_after=steps.losses[1:],
        loss_changes_by_itself=steps.changes_by_itself,
        iterations=int(optimizer.iterations.numpy()),
        **_rates(optimizer, steps_planned),
    )


def _first_to_last(kernels: Sequence[WeightUpdate]) -> float | None:
    if len(kernels) < 2 or not kernels[-1].ratio > 0:  # noqa: PLR2004  (a first and a last)
        return None
    return kernels[0].ratio / kernels[-1].ratio


def _rates(optimizer: Any, steps_planned: int | None) -> dict[str, Any]:
    schedule = getattr(optimizer, "_learning_rate", None)
    done = int(optimizer.iterations.numpy())
    if not callable(schedule) or not hasattr(schedule, "get_config"):
        return {"rate_now": float(np.asarray(optimizer.learning_rate))}
    rates: dict[str, Any] = {"scheduled": True, "rate_now": float(schedule(done))}
    if steps_planned:
        rates["rate_middle"] = float(schedule(done + steps_planned // 2))
        rates["rate_end"] = float(schedule(done + steps_planned))
    return rates
