"""A last layer that fits a task, behind whatever features there are."""

from __future__ import annotations

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
        at_places = self._is_at_places(features)
        if not at_places and len(features.shape) > PAIR:
            size = int(np.prod(features.shape[1:]))
            axes = tuple(range(1, len(features.shape) - 1))
            features = (
                ops.reshape(features, (-1, size))
                if size <= MOST_FEATURES
                else ops.mean(features, axis=axes)
            )
        if self._dense is None:
            wide = at_places and task.kind in NUMBERS
            self._dense = keras.layers.Dense(int(shape[-1]) if wide else self.form.units)
        out = keras.activations.get(self.form.activation)(self._dense(features))
        if not at_places and task.kind in NUMBERS and len(shape) > 1:
            out = ops.reshape(out, (-1, *shape))
        return out

    def _is_at_places(self, features: Any) -> bool:
        task, shape = self.task, self.task.truth.shape[1:]
        places = shape[:-1] if task.kind in NUMBERS else task.places
        return bool(
            places
            and len(features.shape) == len(places) + PAIR
            and tuple(features.shape[1:-1]) == tuple(places)
        )
