"""What asks for class labels as probabilities, where they are learned as numbers."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.readings.head import Output
from nbdoctor.readings.labels import Target
from nbdoctor.readings.losses import DIFFERENCES

PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassObjective:
    """A cross-entropy and the head that goes with it.

    Attributes
    ----------
    loss, activation : str
        Keras's canonical names.
    """

    loss: str
    activation: str


def class_objective(output: Output | None, target: Target | None) -> ClassObjective | None:
    """The cross-entropy for class labels that a loss of differences compares, None elsewhere.

    Two classes on one unit, or one column of zeros and ones per unit. A sigmoid or softmax is
    flat where its answer is far off, so a difference passes hardly a gradient there; the
    logarithm of a cross-entropy cancels that (Goodfellow, Bengio and Courville, "Deep Learning",
    2016, section 6.2.2.2). And a mean absolute error is smallest at the median, which is the most
    frequent class wherever the inputs do not yet tell.
    """
    if output is None or target is None or output.loss not in DIFFERENCES:
        return None
    one_unit = output.width in {None, 1}
    for_each_unit = not one_unit and target.shape[-1:] == (output.width,)
    pair = target.distinct == PAIR and target.minimum == 0 and target.maximum == 1
    if (one_unit and pair and target.encoding == "ids") or (
        for_each_unit and target.encoding == "multi-hot"
    ):
        return ClassObjective(loss="binary_crossentropy", activation="sigmoid")
    if for_each_unit and target.encoding == "one-hot":
        return ClassObjective(loss="categorical_crossentropy", activation="softmax")
    return None
