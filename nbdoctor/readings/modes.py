"""The trained model's loss on the same rows as in training and as in `predict`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.optimizer import iterations_of
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.errors.guard import attempt
from nbdoctor.look.forward import Forward, has_loss, training_pass
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.trained import Trained, labelled_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """Both losses after training, of a model that normalises by its batch.

    Attributes
    ----------
    rows : int
        Training rows, all of them in one batch.
    loss_training : float
        With the mean and spread of these rows, dropout off, penalties left out.
    loss_inference : float
        With the mean and spread that training has averaged.
    normalising : tuple of str
        Layers that normalise by their batch in training.
    momentum : float
        Share of the old average that each step keeps; the largest of these layers.
    steps : int or None
        That the optimizer has made by then, in this training and before.
    """

    rows: int
    loss_training: float
    loss_inference: float
    normalising: tuple[str, ...] = ()
    momentum: float = 0.0
    steps: int | None = None


@reading(
    "the two modes",
    when=Moment.TRAINED,
    missing=does_not_apply("no layer uses batch statistics, or no `fit` has ended"),
)
def read_modes(look: Look, trained: Trained) -> Modes | None:
    """Compare the modes on the rows of the look; None where they cannot differ by their batch.

    Parameters
    ----------
    look : Look
        Of the first step, after training.
    trained : Trained
        The loss in inference mode, of the same rows.
    """
    import keras

    found = [layer for layer in all_layers(look.model) if _normalises(layer)]
    if not (look.is_pure and found and has_call(look.model) and has_loss(look.model)):
        return None
    if trained.loss is None:
        return None
    x, y = labelled_rows(look)
    if y is None:
        return None

    def run() -> Forward:
        return training_pass(look.model, x, (y, None), hold=False)

    forward = look.memory.measure(run, look.memory.halve_probe)
    if forward.loss is None:
        return None
    return Modes(
        rows=int(keras.tree.flatten(x)[0].shape[0]),
        loss_training=forward.loss - forward.penalty,
        loss_inference=trained.loss,
        normalising=tuple(look.paths.get(id(layer), layer.name) for layer in found),
        momentum=max(float(layer.momentum) for layer in found),
        steps=attempt(_steps_made, look.model.optimizer),
    )


def _steps_made(optimizer: Any) -> int:
    return int(np.asarray(iterations_of(optimizer)))


def _normalises(layer: Any) -> bool:
    """Whether a layer uses its batch in training and an average in `predict`."""
    import keras

    return isinstance(layer, keras.layers.BatchNormalization) and bool(layer.trainable)
