"""The arrays of one batch by the names of the outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbdoctor.capture.data import Array, named
from nbdoctor.readings.head import Head


def batch_arrays(predicted: Any, y: Any, head: Head) -> tuple[dict[str, Array], dict[str, Array]]:
    """Predictions and labels of a batch, by the names of the outputs.

    Parameters
    ----------
    predicted, y : Any
        Structures of tensors, each of shape (rows, ...).
    head : Head
    """
    names = [output.name for output in head.outputs]
    outputs = {name: np.asarray(tensor) for name, tensor in named(predicted, names, "y").items()}
    truths = {name: np.asarray(tensor) for name, tensor in named(y, names, "y").items()}
    return outputs, truths
