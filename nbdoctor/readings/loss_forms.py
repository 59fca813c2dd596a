"""What the values of a loss tell of its form, by asking it for predictions of our own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Loss = Callable[[Array, Array], float]

STRAIGHT = 1e-3
"""Share of a loss up to which a bend is rounding."""

PAIR = 2
SEED = 0
"""Of a generator of our own, which draws predictions."""


def is_straight(loss: Loss, y: Array, shape: tuple[int, ...]) -> bool:
    """Whether a loss grows in a straight line between any predictions, as a product does."""
    draw = np.random.default_rng(SEED)
    near, far = draw.uniform(0.05, 0.15, shape), draw.uniform(1.5, 3.0, shape)
    ends, middle = [loss(y, near), loss(y, far)], loss(y, (near + far) / 2)
    if not all(map(math.isfinite, (*ends, middle))):
        return False
    return abs(middle - sum(ends) / 2) <= STRAIGHT * max(abs(middle), *map(abs, ends))


def cancelling(loss: Loss, y: Array, truth: Array) -> float | None:
    """Rise of a loss for errors of both signs, as a share of that for errors of one sign.

    None where the loss does not rise for the latter, as one that only looks at the order.
    """
    rows = len(truth) // 2 * 2
    if rows < PAIR:
        return None
    y, truth = y[:rows], truth[:rows]
    error = np.full(truth.shape, truth.std() or 1.0)
    signs = np.where(np.arange(rows) % 2, -1.0, 1.0).reshape(rows, *[1] * (truth.ndim - 1))
    at, one, both = (loss(y, truth + by * error) for by in (0.0, 1.0, signs))
    if not all(map(math.isfinite, (at, one, both))) or one - at <= STRAIGHT * max(abs(at), 1e-9):
        return None
    return (both - at) / (one - at)


ERROR = 0.7
"""Between a prediction and a label of 0 or 1: both are wrong, and neither is sure of it."""


def weight_of_ones(loss: Loss, y: Array, truth: Array) -> float | None:
    """Loss of rows of class 1, of that of rows of class 0, all predicted as wrongly.

    None where one of the two has no positive loss.
    """
    ones, zeros = np.ones_like(truth), np.zeros_like(truth)
    of_ones = loss(np.ones_like(y), ones * (1 - ERROR))
    of_zeros = loss(np.zeros_like(y), zeros + ERROR)
    both = math.isfinite(of_ones) and math.isfinite(of_zeros) and of_ones > 0 and of_zeros > 0
    return of_ones / of_zeros if both else None


def is_symmetric(loss: Loss, y: Array, truth: Array, opposite: Array) -> bool | None:
    """Whether labels and predictions may be exchanged; None where they have other shapes."""
    if y.size != truth.size:
        return None
    between = 0.75 * truth + 0.25 * opposite
    one, other = loss(y, between), loss(between.reshape(y.shape), y.reshape(truth.shape))
    if math.isfinite(one) and math.isfinite(other):
        return abs(one - other) <= STRAIGHT * max(abs(one), abs(other))
    return False


def is_flat(piece: Callable[..., Any], y: Array, places: list[Array]) -> bool | None:
    """Whether no prediction of these changes the loss a little."""
    for predictions in places:
        _, slopes = piece(y.astype(np.float32), predictions.astype(np.float32))
        slope = slopes[1]
        if slope is not None and np.asarray(slope).any():
            return False
    return True
