"""First weights as they are usually drawn, and whether those of a model are of their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

OFF_BY = 3.0
"""Spreads of initializers of Keras lie within this factor of Glorot's."""

LARGEST_BIAS = 2.0
FEWEST_VALUES = 8
EMBEDDED = 0.05
KERNELS = ("w", "weight", "weights")


def usual(value: Array, path: str, deal: np.random.Generator) -> Array:
    """Draw weights as is usual: Glorot's uniform ones; orthogonal recurrent ones; no bias.

    Parameters
    ----------
    value : array
        As they are now; kept where it is no weight of a known kind (statistics, random states).
    path : str
        Of the variable, as Keras names it.
    deal : numpy.random.Generator

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    2010; Saxe et al., "Exact solutions to the nonlinear dynamics of learning", 2014.
    """
    name = path.rsplit("/", 1)[-1]
    if value.dtype.kind == "f" and value.ndim == 1 and name == "bias":
        return np.zeros_like(value)
    if value.dtype.kind != "f" or value.ndim < 2:  # noqa: PLR2004
        return value
    if "embedding" in name:
        return deal.uniform(-EMBEDDED, EMBEDDED, value.shape).astype(value.dtype)
    if "recurrent" in name and value.ndim == 2:  # noqa: PLR2004
        tall = max(value.shape), min(value.shape)
        q, _ = np.linalg.qr(deal.normal(size=tall))
        return (q if q.shape == value.shape else q.T).astype(value.dtype)
    if not is_kernel(name):
        return value
    limit = np.sqrt(3.0) * usual_spread(value.shape)
    return deal.uniform(-limit, limit, value.shape).astype(value.dtype)


def usual_spread(shape: tuple[int, ...]) -> float:
    """Return the standard deviation of Glorot's weights."""
    field = int(np.prod(shape[:-2]))
    return float(np.sqrt(2.0 / (field * (shape[-2] + shape[-1]))))


def is_kernel(name: str) -> bool:
    """Whether a variable of this name connects units."""
    return "kernel" in name or name in KERNELS


def are_usual(values: Sequence[Array], paths: Sequence[str]) -> bool:
    """Whether first weights are of the usual size, and no bias is large.

    Kernels of a few values each are judged together.
    """
    few: list[float] = []
    for value, path in zip(values, paths, strict=True):
        name = path.rsplit("/", 1)[-1]
        if value.dtype.kind != "f" or not value.size:
            continue
        if name == "bias" and float(np.abs(value).max()) > LARGEST_BIAS:
            return False
        if value.ndim < 2 or not is_kernel(name) or "recurrent" in name:  # noqa: PLR2004
            continue
        if value.size < FEWEST_VALUES:
            few += (value.ravel() / usual_spread(value.shape)).tolist()
        elif not _is_near(float(value.std()) / usual_spread(value.shape)):
            return False
    return len(few) < FEWEST_VALUES or _is_near(float(np.std(few)))


def _is_near(times: float) -> bool:
    return 1 / OFF_BY <= times <= OFF_BY
