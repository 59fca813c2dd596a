"""How large the weights are that an initializer draws."""

from __future__ import annotations

import math
from typing import Any

from nbdoctor.look.structure import KERNEL_RANK

FAR_FROM_BIRTH = 2.0
"""Weights whose size differs by this factor from what their initializer draws were trained, or set
by hand. Drawing 256 values or more, chance keeps within a tenth of it."""

CUT_AT_TWO = 0.87962566
"""Standard deviation of a normal variable that is drawn anew beyond two of its deviations."""


def fan_in(shape: tuple[int, ...]) -> int:
    """Values that each unit of a dense or convolutional kernel adds up."""
    return math.prod(shape[:-1])


def size_drawn(initializer: Any, shape: tuple[int, ...]) -> float | None:
    """Root mean square of the values that an initializer of Keras draws for a kernel.

    Parameters
    ----------
    initializer : keras.initializers.Initializer or anything else
    shape : tuple of int
        With the axis of the units last.

    Returns
    -------
    float or None
        None where it is not known: a constant, a function of the user's, a shape without units.
    """
    from keras import initializers

    size: float | None = None
    if len(shape) < KERNEL_RANK or not math.prod(shape):
        return size
    match initializer:
        case initializers.VarianceScaling(scale=scale, mode=mode):
            fans = {"fan_in": fan_in(shape), "fan_out": shape[-1] * math.prod(shape[:-2])}
            size = math.sqrt(scale / fans.get(str(mode), sum(fans.values()) / 2))
        case initializers.RandomNormal(mean=mean, stddev=deviation):
            size = math.hypot(mean, deviation)
        case initializers.TruncatedNormal(mean=mean, stddev=deviation):
            size = math.hypot(mean, CUT_AT_TWO * deviation)
        case initializers.RandomUniform(minval=low, maxval=high):
            size = math.hypot((low + high) / 2, (high - low) / math.sqrt(12))
        case initializers.Orthogonal(gain=gain):
            size = abs(float(gain)) / math.sqrt(max(fan_in(shape), shape[-1]))
    return size


def is_as_drawn(size: float, drawn: float) -> bool:
    """Whether weights still have about the size that their initializer draws."""
    return drawn / FAR_FROM_BIRTH <= size <= drawn * FAR_FROM_BIRTH
