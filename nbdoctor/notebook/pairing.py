"""Which variables of a notebook are likely to be a model's inputs and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbdoctor.cell.namespace import data

X_NAMES = ("x_train", "X_train", "train_x", "train_images", "x", "X", "inputs", "features", "data")
Y_NAMES = ("y_train", "train_y", "train_labels", "y", "Y", "labels", "targets", "target")


def paired_data(model: Any, namespace: Mapping[str, Any]) -> tuple[str, str] | None:
    """Names of two variables that fit `model`: rows of its input shape, and as many labels.

    Names that people use for training data go first; None when nothing fits.
    """
    shape = _row_shape(model)
    rows = {
        name: values.shape
        for name, values in data(namespace)
        if not name.startswith("_") and _has_rows(values)
    }
    inputs = [name for name, of in rows.items() if shape is None or tuple(of[1:]) == shape]
    for x in sorted(inputs, key=lambda name: _place(name, X_NAMES)):
        labels = [name for name in rows if name != x and rows[name][0] == rows[x][0]]
        for y in sorted(labels, key=lambda name: _place(name, Y_NAMES)):
            if _place(y, Y_NAMES) < len(Y_NAMES):
                return x, y
    return None


def _row_shape(model: Any) -> tuple[int | None, ...] | None:
    shape = getattr(model, "input_shape", None) if getattr(model, "built", False) else None
    return tuple(shape[1:]) if isinstance(shape, tuple) else None


def _has_rows(values: Any) -> bool:
    shape = getattr(values, "shape", None)
    return isinstance(shape, tuple) and len(shape) > 0


def _place(name: str, known: tuple[str, ...]) -> int:
    return known.index(name) if name in known else len(known)
