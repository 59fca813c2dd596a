"""What head and loss say of the labels: by the name of the loss, and by the last layer."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.readings.head import Output
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.losses import PROBABILITIES_BY

CLASS_WORDS = ("crossentropy", "hinge", "focal", "dice", "jaccard", "tversky", "nll", "bce")
"""Words in the names of losses that compare classes."""

PASSING_ON = (
    "Activation", "Softmax", "ReLU", "LeakyReLU", "Reshape", "Flatten", "Dropout", "Permute",
    "Cropping", "ZeroPadding", "UpSampling", "GlobalAveragePooling", "GlobalMaxPooling",
    "Rescaling", "Identity",
)  # fmt: skip
"""How the names of layers begin that have no weights and pass on the answer of the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What head and loss say about the labels.

    Attributes
    ----------
    shape : tuple or None
        Of the predictions, with the row axis; None when unknown.
    classes : bool
        The loss compares classes.
    logits : bool
        The loss takes logits.
    compares : bool
        The last layer has no weights and the loss is the user's or one of differences: it may put
        out a distance or an embedding.
    """

    shape: tuple[int | None, ...] | None = None
    classes: bool = False
    logits: bool = False
    compares: bool = False

    @property
    def units(self) -> int | None:
        """Size of the last axis, 1 where there is none; None when unknown."""
        if self.shape is None:
            return None
        return self.shape[-1] if len(self.shape) > 1 else 1


def asked_by(output: Output, layers: Layers | None, shape: tuple[int, ...] | None = None) -> Asked:
    """What an output and its loss say.

    Parameters
    ----------
    output : Output
    layers : Layers or None
    shape : tuple of int, optional
        Of the predictions, where they are known.
    """
    own = output.loss_text if output.loss in {"", "custom"} else ""  # else Keras's name tells
    classes = output.loss in PROBABILITIES_BY or names_classes(f"{output.loss} {own}")
    known = {one.name: one for one in (layers.layers if layers is not None else ())}
    last = known.get(output.layer)
    bare = last is not None and not last.parameters and not last.kind.startswith(PASSING_ON)
    return Asked(
        shape=shape if shape is not None else (output.shape or None),
        classes=classes,
        logits=output.from_logits and classes,
        compares=bare and not classes and output.activation in {"", "linear"},
    )


def names_classes(loss: str) -> bool:
    """Whether a loss of this name compares classes."""
    flat = loss.lower().replace("_", "").replace(" ", "")
    return any(word in flat for word in CLASS_WORDS)
