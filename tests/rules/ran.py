"""What is said of a whole cell."""

from __future__ import annotations

import warnings

from tests.benchmarks.cell_process import shell_with_magic

BEGINNING = """%%diagnose -q -o report {options}
import keras
import numpy as np
import tensorflow as tf

x, y = np.random.default_rng(0).random((32, 4)).astype("float32"), np.arange(32) % 2

def build():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model

"""


def rules_of(cell: str, options: str = "--dry-run --no-trials") -> set[str]:
    """Names of the rules that found something in the first `fit` of a small cell.

    `x`, `y` and `build` are there. Nothing is trained unless `options` says so, and no fix tried.
    """
    shell = shell_with_magic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shell.run_cell(BEGINNING.format(options=options) + cell)
    found = shell.user_ns["report"]
    first = found[0] if isinstance(found, tuple) else found
    return {finding.rule for finding in first.findings}
