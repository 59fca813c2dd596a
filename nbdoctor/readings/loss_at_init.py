"""The loss before the first step: as Keras reports it, and recomputed from the predictions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.look.forward import has_loss
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.train_step import ONLY_PARTS, has_call
from nbdoctor.readings.batch import batch_arrays
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading

Array = npt.NDArray[np.floating[Any]]

CLIP = 1e-7
"""Keras clips probabilities here before it takes a logarithm."""

CROSSENTROPIES = frozenset(
    {"binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAtInit:
    """Losses of the first batch at the weights that training starts from.

    Attributes
    ----------
    reported : float
        As Keras reports it in inference mode, penalties included.
    rehearsed : float
        In training mode, as the first training step reports it.
    penalty : float
        Sum of the regularisation losses.
    data : float
        `reported` less `penalty`.
    recomputed : float or None
        The same loss in plain NumPy from what `predict` returns; None for losses of the user.
    baseline : float or None
        Loss of the best constant prediction: label entropy, variance of the target, or its mean
        distance from the median.
    reference : float or None
        What an untrained model of this head should show: ln C for C classes, ln 2 for one unit,
        mean of y squared for squared error.
    rows : int
        Rows of the batch.
    """

    reported: float
    rehearsed: float
    penalty: float
    data: float
    recomputed: float | None = None
    baseline: float | None = None
    reference: float | None = None
    rows: int = 0


def read_loss(
    *,
    reported: float,
    rehearsed: float,
    penalty: float,
    pairs: list[tuple[Output, Target, Array, Array]],
    weights: Array | None,
) -> LossAtInit:
    """Judge the starting loss by hand.

    Parameters
    ----------
    reported, rehearsed, penalty : float
        In inference mode, in training mode, and the regularisation in it.
    pairs : list of (Output, Target, array, array)
        Per output: predictions and labels of the batch, both (rows, ...).
    weights : array or None
        Row weights, (rows,).
    """
    rows = len(pairs[0][2]) if pairs else 0
    single = pairs[0] if len(pairs) == 1 else None
    recomputed = baseline = reference = None
    if single is not None:
        output, target, predictions, labels = single
        recomputed = recompute(output, predictions, labels, weights)
        if not output.summed:  # a sum grows with the rows: no constant says what to expect
            baseline = _baseline(output, target)
            reference = _reference(output, target)
    return LossAtInit(
        reported=reported,
        rehearsed=rehearsed,
        penalty=penalty,
        data=reported - penalty,
        recomputed=recomputed,
        baseline=baseline,
        reference=reference,
        rows=rows,
    )


@reading("the loss", when=Moment.FIRST_STEP)
def loss_of_first_batch(
    look: Look, passes: Passes, head: Head | None, labels: Labels | None
) -> LossAtInit | None:
    """The loss of the first batch in inference mode; None where the step does not show it."""
    if not has_call(look.model):
        raise NotTakenError(not_measured(ONLY_PARTS))
    if not has_loss(look.model):
        raise NotTakenError(does_not_apply("the model was compiled without a loss"))
    return _loss_of(look, passes, head, labels)


@reading("the loss", when=Moment.LOOP_SEEN)
def loss_of_loop(
    look: Look, passes: Passes, head: Head | None, labels: Labels | None
) -> LossAtInit | None:
    """The loss that the loop compared with its labels, where both are known."""
    return _loss_of(look, passes, head, labels)


def _loss_of(
    look: Look, passes: Passes, head: Head | None, labels: Labels | None
) -> LossAtInit | None:
    import keras

    _, y, sample_weight = keras.utils.unpack_x_y_sample_weight(look.batches[0])
    if head is None or labels is None or y is None:
        return None
    found = passes.predicted
    if found is None or found.loss is None or not np.isfinite(found.penalty):
        return None
    outputs, truths = batch_arrays(found.passed.final, y, head)
    targets = {target.name: target for target in labels.targets}
    return read_loss(
        reported=found.loss,
        rehearsed=look.first.loss if look.first.loss is not None else found.loss,
        penalty=found.penalty,
        pairs=[
            (output, targets[output.name], outputs[output.name], truths[output.name])
            for output in head.outputs
            if output.name in outputs and output.name in truths and output.name in targets
        ],
        weights=None if sample_weight is None else np.asarray(sample_weight),
    )


def recompute(
    output: Output,
    predictions: Array,
    labels: Array,
    weights: Array | None = None,
) -> float | None:
    """The loss of `predictions` in plain NumPy, None where it is not one of ours.

    Cross-entropies as in Keras: probabilities are normalised over the last axis (categorical)
    and clipped at 1e-7, logits are not; the mean runs over all elements, row weights multiply.
    """
    per_row = _PER_ROW.get(output.loss)
    if per_row is None or (output.ignore_class is not None):
        return None
    try:
        with np.errstate(all="ignore"):  # a row of zeros has no probabilities, for Keras neither
            losses = per_row(
                predictions.astype(np.float64),
                _smoothed(labels.astype(np.float64), output),
                output.from_logits,
            )
    except (ValueError, IndexError):  # shapes that do not meet: another rule's business
        return None
    if weights is not None:
        if weights.shape[0] != losses.shape[0] or weights.ndim != 1:
            return None
        losses = losses.reshape(len(losses), -1).mean(axis=1) * weights
    return float(losses.sum() if output.summed else losses.mean())


def _smoothed(labels: Array, output: Output) -> Array:
    classes = output.width if output.loss == "categorical_crossentropy" else None
    share = output.label_smoothing
    smoothed: Array = labels * (1 - share) + share / (classes or 2)
    return smoothed if share else labels


def _aligned(predictions: Array, labels: Array) -> Array:
    """Labels (N,) beside predictions (N, 1) are one column, and the other way round."""
    if labels.ndim == predictions.ndim - 1 and predictions.shape[-1] == 1:
        labels = labels[..., None]
    if labels.ndim == predictions.ndim + 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if labels.shape != predictions.shape:
        raise ValueError
    return labels


def _binary(predictions: Array, labels: Array, from_logits: bool) -> Array:  # noqa: FBT001
    labels = _aligned(predictions, labels)
    if from_logits:
        unclipped: Array = np.maximum(predictions, 0) - labels * predictions
        return _per_row(unclipped + np.log1p(np.exp(-np.abs(predictions))))
    p = np.clip(predictions, CLIP, 1 - CLIP)
    losses: Array = -(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    return _per_row(losses)


def _normalised(values: Array) -> Array:
    shares: Array = values / values.sum(axis=-1, keepdims=True)
    return shares


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    logarithms: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logarithms


def _categorical(predictions: Array, labels: Array, from_logits: bool) -> Array:  # noqa: FBT001
    labels = _aligned(predictions, labels)
    if from_logits:
        logarithms = _log_softmax(predictions)
    else:
        logarithms = np.log(np.clip(_normalised(predictions), CLIP, 1 - CLIP))
    losses: Array = -(labels * logarithms).sum(axis=-1)
    return losses


def _sparse(predictions: Array, labels: Array, from_logits: bool) -> Array:  # noqa: FBT001
    if labels.ndim == predictions.ndim and labels.shape[-1] == 1:
        labels = labels[..., 0]
    ids = labels.astype(np.int64)[..., None]
    if ids.min() < 0:
        raise IndexError
    if from_logits:
        logarithms = _log_softmax(predictions)
    else:  # here Keras clips before it normalises
        logarithms = np.log(_normalised(np.clip(predictions, CLIP, 1 - CLIP)))
    losses: Array = -np.take_along_axis(logarithms, ids, axis=-1)[..., 0]
    return losses


def _squared(predictions: Array, labels: Array, _: bool) -> Array:  # noqa: FBT001
    losses: Array = (predictions - _aligned(predictions, labels)) ** 2
    return _per_row(losses)


def _absolute(predictions: Array, labels: Array, _: bool) -> Array:  # noqa: FBT001
    losses: Array = np.abs(predictions - _aligned(predictions, labels))
    return _per_row(losses)


def _per_row(losses: Array) -> Array:
    mean: Array = losses.mean(axis=-1) if losses.ndim > 1 else losses
    return mean


_PER_ROW: dict[str, Callable[[Array, Array, bool], Array]] = {
    "binary_crossentropy": _binary,
    "categorical_crossentropy": _categorical,
    "sparse_categorical_crossentropy": _sparse,
    "mean_squared_error": _squared,
    "mean_absolute_error": _absolute,
}


def _baseline(output: Output, target: Target) -> float | None:
    if output.loss in CROSSENTROPIES:
        return target.entropy
    if output.loss == "mean_absolute_error":
        return target.deviation
    return target.variance if output.loss == "mean_squared_error" else None


def _reference(output: Output, target: Target) -> float | None:
    """What an untrained model shows: it spreads its belief evenly, or predicts about 0."""
    if output.loss == "binary_crossentropy":
        return math.log(2)
    if output.loss in CROSSENTROPIES:
        return math.log(output.width) if output.width and output.width > 1 else None
    if output.loss == "mean_squared_error":
        return target.mean**2 + target.std**2
    return None
