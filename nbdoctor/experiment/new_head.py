"""A last layer that fits a task, behind whatever features there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nbdoctor.experiment.objective import NUMBERS, HeadForm
from nbdoctor.readings.task import Task

MOST_FEATURES = 8192
"""More are averaged over their places: a dense layer on all of them would be most of the model."""

PAIR = 2


class NewHead:
    """A dense layer and its activation.

    Parameters
    ----------
    form : HeadForm
    task : Task
    """

    def __init__(self, form: HeadForm, task: Task) -> None:
        self.form, self.task = form, task
        self._dense: Any = None

    @property
    def variables(self) -> list[Any]:
        """Its weights, once it was called."""
        return list(self._dense.variables)

    def __call__(self, features: Any) -> Any:
        """Answer at each place where there is an answer for each, else once for the row."""
        import keras
        from keras import ops

        task, shape = self.task, self.task.truth.shape[1:]
        at_places = is_at_places(features.shape, task)
        if flattens(features.shape, task):
            features = ops.reshape(features, (-1, int(np.prod(features.shape[1:]))))
        elif not at_places and len(features.shape) > PAIR:
            features = ops.mean(features, axis=tuple(range(1, len(features.shape) - 1)))
        if self._dense is None:
            wide = at_places and task.kind in NUMBERS
            self._dense = keras.layers.Dense(int(shape[-1]) if wide else self.form.units)
        out = keras.activations.get(self.form.activation)(self._dense(features))
        if not at_places and task.kind in NUMBERS and len(shape) > 1:
            out = ops.reshape(out, (-1, *shape))
        return out


def is_at_places(features: Sequence[int | None], task: Task) -> bool:
    """Whether features of this shape, with the rows, have the places that have an answer each."""
    shape = task.truth.shape[1:]
    places = shape[:-1] if task.kind in NUMBERS else task.places
    alike = len(features) == len(places) + PAIR and tuple(features[1:-1]) == tuple(places)
    return bool(places) and alike


def flattens(features: Sequence[int | None], task: Task) -> bool:
    """Whether features of this shape, with the rows, are taken as one flat row."""
    if is_at_places(features, task) or len(features) <= PAIR:
        return False
    return math.prod(size or 1 for size in features[1:]) <= MOST_FEATURES
