"""Readings of the data: pixels and digits, made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.inputs import Column, Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target


def bell(low: float, high: float, bins: int = 24, rows: int = 2048) -> Histogram:
    """A histogram of bell shape between two edges."""
    middle, width = (bins - 1) / 2, bins / 5
    shape = [math.exp(-(((place - middle) / width) ** 2)) for place in range(bins)]
    return Histogram(low=low, high=high, counts=tuple(round(rows * one) for one in shape))


def pixels(rows: int) -> Histogram:
    """Like the digits of scikit-learn: half of the values are 0, some are 16."""
    counts = (0.49, *[0.028] * 14, 0.118)
    return Histogram(low=0, high=16, counts=tuple(round(rows * count) for count in counts))


def digits_inputs(top: float = 16) -> Inputs:
    """64 pixels per row."""
    training, validation = pixels(16384), pixels(4096)
    scale = top / 16
    tensor = InputTensor(
        name="keras_tensor",
        variable="x_train",
        shape=(64,),
        dtype="float32",
        rows=256,
        total_rows=1437,
        minimum=0,
        maximum=top,
        mean=4.88 * scale,
        std=6.02 * scale,
        integral=top > 1,
        constant_columns=3,
        columns=tuple(
            Column(
                name=str(place),
                minimum=0,
                maximum=top,
                mean=(5 + place % 7) * scale,
                std=(6.5 - place / 8) * scale,
                nan=0,
                inf=0,
                histogram=replace(bell(0, top, 16, 256)),
                validation=bell(0, top, 16, 64),
            )
            for place in range(24)
        ),
        histogram=replace(training, high=top),
        validation=replace(validation, high=top),
        validation_minimum=0,
        validation_maximum=top,
        validation_mean=4.91 * scale,
        validation_std=6.03 * scale,
        entry_layer="dense_0",
        entry_minimum=0,
        entry_maximum=top,
        entry_mean=4.88 * scale,
        entry_std=6.02 * scale,
    )
    return Inputs(tensors=(tensor,))


def digits_labels() -> Labels:
    """Ten classes of about 143 rows."""
    counts = ((3.0, 149), (1.0, 147), (5.0, 146), (4.0, 145), (6.0, 145))
    counts += ((9.0, 144), (7.0, 143), (0.0, 142), (2.0, 141), (8.0, 135))
    target = Target(
        name="probs",
        variable="y_train",
        rows=1437,
        total_rows=1437,
        dtype="int64",
        maximum=9,
        mean=4.5,
        std=2.87,
        distinct=10,
        counts=counts,
        entropy=2.302,
        variance=8.2,
    )
    return Labels(targets=(target,))
