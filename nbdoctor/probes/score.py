"""How good predictions are, in words that every task has: accuracy, or explained variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.probes.head import HALF, Output
from nbdoctor.probes.labels import Target
from nbdoctor.probes.loss_at_init import CROSSENTROPIES
from nbdoctor.probes.signal import Signal

Array = npt.NDArray[np.floating[Any]]

ACCURACY, R2 = "accuracy", "R²"
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good predictions are, on the scale of `Signal`.

    Attributes
    ----------
    kind : str
        "accuracy" or "R²", as in `Signal.score`.
    value : float
    rows : int
    """

    kind: str
    value: float
    rows: int


def score_of(predictions: Array, labels: Array, target: Target, output: Output) -> Score | None:
    """Accuracy of classes, explained variance of numbers; None where neither fits.

    Parameters
    ----------
    predictions, labels : array
        Shape (rows, ...) both.
    target : Target
    output : Output
        The head and its loss: they say whether values are classes, and where they tip over.
    """
    rows = len(labels)
    if output.takes_numbers(target):
        return _explained(predictions, labels, rows)
    if target.encoding not in ("ids", "one-hot") or labels.size != rows * max(1, _columns(target)):
        return None
    truth = labels.reshape(rows, -1)
    classes = truth.argmax(axis=1) if target.encoding == "one-hot" else truth[:, 0]
    if predictions.ndim == PAIR and predictions.shape[1] > 1:
        named = predictions.argmax(axis=1)
    elif predictions.size == rows and set(np.unique(classes)) <= {0, 1}:
        logits = output.from_logits and output.loss in CROSSENTROPIES
        named = predictions.ravel() > (0.0 if logits else HALF)
    else:
        return None
    return Score(kind=ACCURACY, value=float((named == classes).mean()), rows=rows)


def _columns(target: Target) -> int:
    return target.shape[0] if target.encoding == "one-hot" and len(target.shape) == 1 else 1


def _explained(predictions: Array, labels: Array, rows: int) -> Score | None:
    if predictions.size != labels.size:
        return None
    error = (predictions.reshape(labels.shape) - labels).astype(np.float64)
    spread = float(np.var(labels.astype(np.float64), axis=0).mean())
    if not spread > 0 or not np.isfinite(error).all():
        return None
    return Score(kind=R2, value=1 - float((error**2).mean()) / spread, rows=rows)


def share_reached(score: Score, signal: Signal, simple: float) -> float | None:
    """How far a model is on the way from the best constant to a simple model of `Signal`.

    Returns
    -------
    float or None
        0 at the constant, 1 at the simple model, beyond both where it is worse or better. None
        where the scores are of another kind, or the simple model is itself no better than chance.
    """
    if score.kind != signal.score or not simple > max(signal.baseline, signal.permuted_high):
        return None
    return (score.value - signal.baseline) / (simple - signal.baseline)
