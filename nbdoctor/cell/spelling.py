"""How a cell spells the libraries that it imports."""

from __future__ import annotations

import re
from collections.abc import Iterable

NUMPY_IMPORT = re.compile(r"^[^\S\n]*import numpy(?: as (\w+))?[^\S\n]*(?:#.*)?$", re.MULTILINE)

KERAS_IMPORTS = (
    (r"^[^\S\n]*import keras[^\S\n]*(?:#.*)?$", "keras"),
    (r"^[^\S\n]*import keras as (\w+)", r"\1"),
    (r"^[^\S\n]*from tensorflow import .*\bkeras\b", "keras"),
    (r"^[^\S\n]*import tensorflow as (\w+)", r"\1.keras"),
    (r"^[^\S\n]*import tensorflow[^\S\n]*(?:#.*)?$", "tensorflow.keras"),
)


def keras_in(source: str, callees: Iterable[str]) -> str:
    """Return "keras", "tf.keras", "tensorflow.keras", ..., or "" where Keras is not met.

    Parameters
    ----------
    source : str
        Of the cell.
    callees : iterable of str
        What it calls ("tf.keras.Sequential"), for names that another cell has imported.
    """
    for pattern, spelling in KERAS_IMPORTS:
        match = re.search(pattern, source, re.MULTILINE)
        if match:
            return match.expand(spelling)
    for callee in callees:
        if match := re.match(r"((?:\w+\.)*keras)\.", callee):
            return match[1]
    return ""


def numpy_in(source: str) -> str:
    """Return "np", "numpy", ..., or "" where NumPy is not imported."""
    found = NUMPY_IMPORT.search(source)
    return (found[1] or "numpy") if found else ""
