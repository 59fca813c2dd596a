"""Which way a step of the user's own goes, and what becomes of its gradients on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.look.look import Look
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

SCALE_FREE = frozenset(
    {
        *("Adadelta", "Adafactor", "Adam", "AdamW", "Adamax", "Lamb", "Lion", "Nadam"),
        *("RMSprop",),
    }
)
"""Optimizers of Keras whose steps are as long whatever gradients are multiplied by."""

FEWEST = 2
"""Different labels, without which it is not data that the loss compares with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedGradients:
    """The gradients of one step of the user's own, from the tape to the optimizer.

    Attributes
    ----------
    grows : int
        Whether what is differentiated grows with the only loss of the step (1), falls with it
        (-1), or that is not told (0).
    ratio : float or None
        Norm of the gradient that the optimizer is given, as a share of that of the tape; None
        where the latter is 0.
    cosine : float
        Of the angle between them: 1 where it has the same direction.
    passes : int
        Gradients that tapes computed for the one update.
    optimizer : str
        Class name.
    labels_vary : bool
        The loss compares with labels of which the first batch has different ones.
    scaled : bool
        A layer computes in float16, so that the loss is multiplied by a large number and gradients
        are divided by it.
    """

    grows: int
    ratio: float | None = 1.0
    cosine: float = 1.0
    passes: int = 1
    optimizer: str = ""
    labels_vary: bool = False
    scaled: bool = False

    @property
    def is_scale_free(self) -> bool:
        """Whether the optimizer's steps do not depend on how long gradients are."""
        return self.optimizer in SCALE_FREE


@reading(
    "the gradients that the optimizer is given",
    when=Moment.FURTHER_STEPS | Moment.STEP_FROM_OUTSIDE | Moment.LOOP_SEEN,
    missing=does_not_apply("the training step is Keras's own, or it shows nothing of itself"),
)
def handed_gradients(look: Look) -> HandedGradients | None:
    """What the operations of the step, and its gradients, have shown."""
    if look.account is None or len(look.first.optimizers) > 1:
        return None
    (optimizer,) = look.first.optimizers or [look.model.optimizer]
    handing = look.first.handing
    return HandedGradients(
        grows=look.account.grows,
        ratio=1.0 if handing is None else handing.ratio,
        cosine=1.0 if handing is None else handing.cosine,
        passes=1 if handing is None else handing.passes,
        optimizer=type(optimizer).__name__,
        labels_vary=_vary(look.batches[0]),
        scaled=any(layer.compute_dtype == "float16" for layer in all_layers(look.model)),
    )


def _vary(batch: Any) -> bool:
    import keras

    _, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    leaves = [leaf for leaf in keras.tree.flatten(y) if leaf is not None]
    return any(len(np.unique(np.asarray(leaf))) >= FEWEST for leaf in leaves)
