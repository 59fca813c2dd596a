"""Losses and last layers that fit the labels: the reference, and what the user's ones read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.keras_internals.compiled import options_of
from nbdoctor.experiment.rows import need_no_scaling, scale_of_labels
from nbdoctor.readings.asked import names_classes
from nbdoctor.readings.task import Task
from nbdoctor.readings.tried_parts import LabelForm
from nbdoctor.trials.proof.sources import is_user_code

Array = npt.NDArray[Any]

NUMBERS = frozenset({"numbers", "rebuilding"})
OF_DIFFERENCES = ("meansquarederror", "mse", "meanabsoluteerror", "mae", "huber", "logcosh")
BINARY, CATEGORICAL = "binarycrossentropy", "categoricalcrossentropy"
MOST_CLASSES = 1000
SHARES = frozenset({"sigmoid", "softmax"})
MARGIN = 1.0
PAIR = 2


@dataclass(frozen=True, slots=True)
class LossForm:
    """What the name and the options of a loss say.

    Attributes
    ----------
    name : str
        In lower case, without signs between its words.
    logits : bool
        It takes logits.
    is_own : bool
        It is code of the user's.
    """

    name: str
    logits: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class HeadForm:
    """A last layer: how many units it has, and what stands behind them."""

    units: int
    activation: str = "linear"


def loss_form(loss: Any) -> LossForm | None:
    """Return what is known of a loss as `compile` was given it; None for none."""
    if loss is None:
        return None
    inner = getattr(loss, "fn", None)
    named = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
    named = named or getattr(inner, "__name__", "") or type(loss).__name__
    options = {} if isinstance(loss, str) else options_of(loss)
    own = any(is_user_code(one) for one in (loss, inner, type(loss)) if one is not None)
    flat = str(named).lower().replace("_", "").replace(" ", "")
    return LossForm(flat, bool(options.get("from_logits", False)), own)


def units_of(task: Task) -> int:
    """Return how many outputs answer a task: one for two classes."""
    if task.kind in {"classes", "distances"}:
        return 1 if len(task.values) == PAIR else len(task.values)
    return int(np.prod(task.truth.shape[1:])) or 1


# ---- labels -----------------------------------------------------------------------------


def label_form(task: Task, labels: Array, loss: LossForm | None, units: int) -> LabelForm:
    """Tell in which form a loss reads labels; None for the reference."""
    if task.kind in NUMBERS or task.kind == "bits":
        return "bits" if task.kind == "bits" else "numbers"
    if loss is None or "sparse" in loss.name:
        return "ids"
    if "categorical" in loss.name:
        return "one-hot"
    if units == len(task.values) and units > 1:
        compares = any(word in loss.name for word in ("binary", "squared", "absolute", "mse"))
        return "one-hot" if compares or is_one_hot(task, labels) else "ids"
    return "column"


def is_one_hot(task: Task, labels: Array) -> bool:
    """Whether raw labels have a column for each class."""
    return labels.ndim > task.truth.ndim and labels.shape[-1] > 1


def encoded(task: Task, form: LabelForm) -> Array:
    """Return the right answers in one of these forms; numbers with mean 0 and spread 1."""
    if form == "numbers":
        centre, spread = scale_of_labels(task)
        return ((task.truth - centre) / spread).astype("float32")
    if form == "bits":
        return task.truth.astype("float32")
    if form == "one-hot":
        return np.eye(len(task.values), dtype="float32")[task.truth]
    if form == "column":
        return task.truth[..., None].astype("float32")
    return task.truth.astype("int32")


def labels_fit(task: Task, labels: Array, loss: LossForm | None, units: int) -> bool:
    """Whether labels already are as the loss reads them."""
    if task.kind in NUMBERS:
        return need_no_scaling(task)
    wanted = encoded(task, label_form(task, labels, loss, units))
    return labels.size == wanted.size and bool(np.array_equal(labels.ravel(), wanted.ravel()))


# ---- last layer -------------------------------------------------------------------------


def head_for(task: Task, loss: LossForm | None, *, own_labels: bool) -> HeadForm:
    """Return a last layer for a task and a loss; None is the reference loss, on logits."""
    logits = loss is None or loss.logits
    if task.kind in NUMBERS:
        return HeadForm(units_of(task))
    if task.kind == "bits":
        return HeadForm(units_of(task), "linear" if logits else "sigmoid")
    many = len(task.values)
    top = int(task.values.max()) + 1
    reads_ids = loss is None or "sparse" in loss.name
    if own_labels and reads_ids and many > PAIR and top < MOST_CLASSES:
        many = max(many, top)
    if loss is None or "categorical" in loss.name:
        many = 1 if loss is None and many == PAIR else many
        return HeadForm(many, "linear" if logits else "softmax")
    if many == PAIR:
        bare = logits or "hinge" in loss.name
        return HeadForm(1, "linear" if bare else "sigmoid")
    by_bits = "binary" in loss.name and names_classes(loss.name)
    return HeadForm(many, ("linear" if logits else "sigmoid") if by_bits else "softmax")


def head_fits(task: Task, head: HeadForm, loss: LossForm | None) -> bool:
    """Whether a last layer is what would be put in its place."""
    logits = loss is not None and loss.logits
    activation = head.activation
    if task.kind in NUMBERS:
        low, high = float(task.truth.min()), float(task.truth.max())
        reach = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}.get(activation)
        inside = reach is not None and reach[0] <= low <= high <= reach[1]
        reaches = activation == "linear" or inside
        last = task.truth.shape[-1] if task.truth.ndim > 1 else 1
        return reaches and head.units in {units_of(task), last}
    if task.kind == "bits" or head.units == 1:
        right = head.units == units_of(task) if task.kind == "bits" else len(task.values) == PAIR
        return right and activation == ("linear" if logits else "sigmoid")
    return head.units >= len(task.values) and activation == ("linear" if logits else "softmax")


# ---- loss -------------------------------------------------------------------------------


def loss_fits(task: Task, head: HeadForm | None, loss: LossForm) -> bool:
    """Whether a loss is what would be put in its place."""
    if loss.is_own:
        return False
    activation = head.activation if head is not None else ("linear" if loss.logits else "?")
    suits = activation == "?" or loss.logits == (activation == "linear")
    if task.kind in NUMBERS:
        inside = task.truth.min() >= 0 and task.truth.max() <= 1 and activation == "sigmoid"
        return loss.name in OF_DIFFERENCES or (inside and loss.name == BINARY)
    if task.kind == "bits":
        return loss.name == BINARY and suits
    if head is not None and head.units == 1:
        return loss.name == BINARY and len(task.values) == PAIR and suits
    return CATEGORICAL in loss.name and suits


def reference_loss(
    task: Task, head: HeadForm, labels: Array, *, own_labels: bool, near: int | None = None
) -> Callable[[Any, Any, Any], Any]:
    """Return a loss of (labels, outputs, places that count) that fits a task and a last layer.

    Of the user's labels the form does not matter, but their values do: where they are wrong, the
    labels are to blame and not the loss.

    Parameters
    ----------
    task : Task
    head : HeadForm
    labels : array
        Raw.
    own_labels : bool
        The loss is given these, and not class numbers from 0 on.
    near : int or None
        Where the output is a distance, the class whose pairs are to be close.
    """
    if near is not None:
        return partial(_of_distances, near=near)
    if task.kind in NUMBERS:
        return _of_numbers
    if task.kind == "bits":
        return partial(_of_bits, is_logit=head.activation not in SHARES)
    from_one_hot = own_labels and is_one_hot(task, labels)
    if head.units == 1 and len(task.values) > PAIR:
        return _of_numbers
    kind = _of_two if head.units == 1 else _of_classes
    return partial(kind, from_one_hot=from_one_hot, is_logit=head.activation not in SHARES)


def _like(y: Any, out: Any) -> Any:
    from keras import ops

    return ops.reshape(ops.cast(y, "float32"), ops.shape(out))


def _mean(each: Any, counts: Any) -> Any:
    from keras import ops

    if counts is None:
        return ops.mean(each)
    counts = ops.cast(counts, "float32")
    total = ops.sum(ops.reshape(each, ops.shape(counts)) * counts)
    return total / ops.maximum(ops.sum(counts), 1.0)


def _of_distances(y: Any, out: Any, _: Any, *, near: int) -> Any:
    """Hadsell et al., "Dimensionality reduction by learning an invariant mapping", 2006."""
    from keras import ops

    close = _like(y, out) if near == 1 else 1.0 - _like(y, out)
    far = ops.square(ops.maximum(MARGIN - out, 0.0))
    return ops.mean(close * ops.square(out) + (1.0 - close) * far)


def _of_numbers(y: Any, out: Any, _: Any) -> Any:
    from keras import ops

    return ops.mean(ops.square(_like(y, out) - out))


def _of_bits(y: Any, out: Any, counts: Any, *, is_logit: bool) -> Any:
    from keras import losses

    each = losses.binary_crossentropy(_like(y, out), out, from_logits=is_logit)
    return _mean(each, counts)


def _of_two(y: Any, out: Any, counts: Any, *, from_one_hot: bool, is_logit: bool) -> Any:
    from keras import ops

    return _of_bits(ops.argmax(y, axis=-1) if from_one_hot else y, out, counts, is_logit=is_logit)


def _of_classes(y: Any, out: Any, counts: Any, *, from_one_hot: bool, is_logit: bool) -> Any:
    from keras import losses, ops

    ids = ops.argmax(y, axis=-1) if from_one_hot else y
    ids = ops.cast(ops.reshape(ids, ops.shape(out)[:-1]), "int32")
    each = losses.sparse_categorical_crossentropy(ids, out, from_logits=is_logit)
    return _mean(each, counts)


def reference_name(task: Task) -> str:
    """What the reference loss is called."""
    if task.kind in NUMBERS:
        return "squared error"
    return "a contrastive loss" if task.kind == "distances" else "cross-entropy"


def near_class(inputs: tuple[Array, ...], task: Task) -> int | None:
    """Return the class whose two inputs are more alike; None unless there is a pair of inputs."""
    if len(inputs) != PAIR or inputs[0].shape != inputs[1].shape or task.kind != "distances":
        return None
    apart = np.abs(inputs[0].astype("float64") - inputs[1]).reshape(len(inputs[0]), -1).mean(axis=1)
    truth = task.truth.ravel()
    return int(apart[truth == 1].mean() < apart[truth == 0].mean())
