"""How far a step has moved the trainable weights of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.engine import Step
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.backend.sampling import Array

Change = tuple[float, float]
"""Norms of how far a weight has moved, and of what it was.

Large weights are sampled by rows; both norms come from the same rows, so that their ratio is right.
"""


def samples_of(model: Any) -> dict[str, Array]:
    """Some rows of each trainable weight as it is now, by its path."""
    return {one.path: _sample(one.value).copy() for one in trainable_weights(model)}


def changes_since(model: Any, before: Mapping[str, Array]) -> dict[str, Change]:
    """How far the trainable weights have moved since `before` (`samples_of`), by path."""
    now = {one.path: one.value for one in trainable_weights(model) if one.path in before}
    return {path: _change(_sample(value), before[path]) for path, value in now.items()}


def changes_of_copies(model: Any, step: Step) -> dict[str, Change]:
    """How far a step on copies has moved those of the trainable weights, by path."""
    return {one.path: change_of_copy(one, step) for one in trainable_weights(model)}


def change_of_copy(variable: Any, step: Step) -> Change:
    """How far the copy of a Keras variable is from the variable.

    Parameters
    ----------
    variable : keras.Variable
    step : Step
        Of the backend. What it does not write, it has no copy of: that does not move.
    """
    now, copy = _sample(variable.value), step.copy_of(variable.value)
    return _change(now if copy is None else _sample(copy), now)


def _sample(tensor: Any) -> Array:
    return backend.current().values.sample(tensor)


def _change(now: Array, before: Array) -> Change:
    return float(np.linalg.norm(now - before)), float(np.linalg.norm(before))
