"""How copies are judged: by their predictions, and by labels that no loss has seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbdoctor.treat.comparison import Comparison
from nbdoctor.treat.score import HALF, Yardstick, per_row, yardstick
from nbdoctor.treat.training import Arm, Run
from nbdoctor.treat.untried import refuse

CLASS_LOSSES = ("crossentropy", "focal", "hinge")
"""Words in the names of losses that compare classes."""


def judged_rows(arm: Arm) -> Any:
    """The labels of the rows that judge."""
    labels = arm.made.labels
    if labels is None:
        import keras

        _, y, _ = keras.utils.unpack_x_y_sample_weight(arm.made.data)
        leaves = keras.tree.flatten(y)
        if len(leaves) != 1 or leaves[0] is None:
            refuse("the model has several outputs, or no labels")
        labels = np.asarray(keras.ops.convert_to_numpy(leaves[0]))
    if labels.dtype == object:
        try:
            labels = labels.astype("float64")
        except (TypeError, ValueError):
            refuse("the labels are no numbers")
    return labels[arm.parts.judge]


def yardstick_of(labels: Any, *arms: Arm) -> Yardstick:
    """How copies are judged by these labels."""
    named = any(_compares_classes(arm.made.model) for arm in arms)
    by = yardstick(labels, classes_named=named)
    if by is None:
        refuse("predictions of these labels cannot be scored")
    return by


def are_renamed(labels: Any, others: Any) -> bool:
    """Whether two arrays of labels name the same rows by other values."""
    if labels.shape != others.shape:
        return False
    pairs = np.unique(np.stack([labels.ravel(), others.ravel()]), axis=1).shape[1]
    return bool(pairs == len(np.unique(labels)) == len(np.unique(others)))


def row_scores(by: Yardstick, labels: Any, arm: Arm, run: Run) -> list[Any]:
    """Parts of the score by row, at each point."""
    cut = 0.0 if _takes_logits(arm.made.model) else HALF
    try:
        return [per_row(by, labels, one, cut=cut) for one in run.predictions]
    except ValueError:
        refuse("predictions and labels do not have the same shape")


def comparison_of(
    pairs: list[tuple[list[Any], list[Any]]], *, of_one_training: bool = False
) -> Comparison:
    """The scores at the end of each pair of copies."""
    return Comparison(
        before=np.stack([before[-1] for before, _ in pairs]),
        after=np.stack([after[-1] for _, after in pairs]),
        of_one_training=of_one_training,
    )


def _compares_classes(model: Any) -> bool:
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    flat = name.lower().replace("_", "")
    return any(word in flat for word in CLASS_LOSSES)


def _takes_logits(model: Any) -> bool:
    loss = model.loss
    given = getattr(loss, "_fn_kwargs", None) or {}
    return bool(getattr(loss, "from_logits", given.get("from_logits", False)))
