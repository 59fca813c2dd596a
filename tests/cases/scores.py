"""Scores of a trained model, the higher the better, that a case or a zoo's model is held to."""

from __future__ import annotations

from typing import Any

import numpy as np

WORST = -9.99
"""Said where predictions are not finite, or worse."""


def predicted(model: Any, x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(model.predict(x, verbose=0), "float64")


def chosen(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Class numbers, from scores or from labels of any encoding."""
    if values.ndim > 1 and values.shape[-1] > 1:
        return values.argmax(-1).ravel()
    flat = values.ravel()
    return (flat > 0.5).astype(int) if flat.dtype.kind == "f" else flat.astype(int)


def true_classes(y: Any) -> np.ndarray[Any, Any]:
    y = np.asarray(y)
    one_hot = y.ndim > 1 and y.shape[-1] > 1
    return y.argmax(-1).ravel() if one_hot else y.ravel().astype(int)


def acc(model: Any, x: Any, y: Any) -> float:
    """Share of right classes."""
    y, scores = np.asarray(y), predicted(model, x)
    if scores.shape[:-1] != y.shape[:1] and scores.ndim > 2 and scores.ndim != y.ndim:
        scores = scores.reshape(len(scores), -1)[:, :1]
    right = chosen(scores) == true_classes(y)
    return float(np.mean(right)) if np.isfinite(scores).all() else 0.0


def bacc(model: Any, x: Any, y: Any) -> float:
    """Mean over the classes of the share that is found."""
    truth, scores = true_classes(y), predicted(model, x)
    if not np.isfinite(scores).all():
        return 0.0
    guess = chosen(scores)
    return float(np.mean([np.mean(guess[truth == each] == each) for each in np.unique(truth)]))


def bits(model: Any, x: Any, y: Any) -> float:
    """Share of rows whose every output bit is right."""
    return float(np.mean(((predicted(model, x) > 0.5) == (np.asarray(y) > 0.5)).all(-1)))


def r2_of(guess: Any, y: Any) -> float:
    """Share of the targets' variance that predictions explain."""
    guess, y = np.asarray(guess, "float64"), np.asarray(y, "float64")
    if guess.shape != y.shape:
        same = guess.size == y.size
        guess = guess.reshape(y.shape) if same else guess.reshape(len(y), -1)[:, -1]
    if not np.isfinite(guess).all():
        return WORST
    spread = max(((y - y.mean(0)) ** 2).sum(), 1e-12)
    return float(max(1 - ((y - guess) ** 2).sum() / spread, WORST))


def r2(model: Any, x: Any, y: Any, undo: Any = None) -> float:
    """Share of the targets' variance that a model explains, once its scaling is undone."""
    guess = predicted(model, x)
    return r2_of(guess if undo is None else undo(guess), y)


NAMES = {"acc": acc, "bacc": bacc, "bits": bits, "r2": r2, "r2_of": r2_of, "np_": np}
"""What an expression that scores may use, beside what its cell defined."""
