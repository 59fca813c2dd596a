"""What may turn validation rows into the form of training rows: one change at a time, on a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Change = Callable[[Array], Array]

PICTURE, CHANNELS, TABLE = 4, (3, 4), 2
MOST_TABLE = 64
SERIES, MOST_OF_STEP, FEWEST_STEPS = 3, 4, 16
"""Values of a step, and steps, of what is a series: pictures without channels are wider."""

WHITE = 255.0
NEIGHBOURS = {"labels are those of the row above": 1, "labels are those of the row below": -1}
"""Rows by which labels are moved down."""

LARGEST_POWER = 80.0
"""Beyond, `exp` leaves single precision."""

RANGE = 5.0
"""A scaled copy must have the size of training values within this factor to be worth a try."""


def changes_of_rows(
    training: Array, validation: Array, *, ids: bool
) -> Iterator[tuple[str, Change]]:
    """What may turn rows of the validation into the form of the training."""
    if ids:
        most = training.max()  # beyond, there may be no row of the table
        yield "ids are one higher", lambda x: np.where(x > 0, np.minimum(x + 1, most), x)
        yield "ids are one lower", lambda x: np.maximum(x - 1, 0)
        if training.ndim == TABLE:
            yield "padding is at the other end", _padded_otherwise
        return
    low, high = float(np.min(training)), float(np.max(training))
    largest = max(abs(low), abs(high))
    if high > low:
        yield "values are inverted", lambda x: low + high - x
    for name, factor, shift in (
        (f"values are multiplied by {WHITE:g}", WHITE, 0.0),
        (f"values are divided by {WHITE:g}", 1 / WHITE, 0.0),
        ("values are scaled from 0..255 to -1..1", 2 / WHITE, -1.0),
        ("values are scaled from 0..1 to -1..1", 2.0, -1.0),
        ("values are scaled from -1..1 to 0..1", 0.5, 0.5),
        ("values are scaled from -1..1 to 0..255", WHITE / 2, WHITE / 2),
    ):
        reached = float(np.abs(validation * factor + shift).max())
        if largest / RANGE <= reached <= largest * RANGE:
            yield name, partial(_linear, factor=factor, shift=shift)
    axes = (0,) if validation.ndim == TABLE else tuple(range(validation.ndim - 1))
    mean, spread = training.mean(axes), training.std(axes)
    own_mean, own = validation.mean(axes), validation.std(axes)
    scale = np.where(own > 0, spread / np.where(own > 0, own, 1), 1.0)
    yield (
        "columns have the mean and spread of training",
        lambda x: ((x - own_mean) * scale + mean).astype(np.float32),
    )
    if validation.ndim == TABLE:
        order = _order(training, validation)
        if order is not None:
            yield "columns stand in the order of training", lambda x: x[:, order]
        return
    yield from _of_series() if _is_series(validation) else _of_pictures(validation)


def _linear(x: Array, *, factor: float, shift: float) -> Array:
    return x * factor + shift


def _is_series(x: Array) -> bool:
    """Whether rows are steps in time of few values each, and no pictures."""
    return x.ndim == SERIES and x.shape[2] <= MOST_OF_STEP and x.shape[1] >= FEWEST_STEPS


def _of_series() -> Iterator[tuple[str, Change]]:
    yield "the steps are in reverse order", lambda x: x[:, ::-1]
    yield "every second step is left out", _at_half_the_rate
    yield "a step is put between each two", _at_twice_the_rate


def _at_half_the_rate(x: Array) -> Array:
    """Every second step, and then back through them, so that there are as many."""
    half = x[:, ::2]
    made: Array = np.concatenate([half, half[:, ::-1]], axis=1)[:, : x.shape[1]]
    return made


def _at_twice_the_rate(x: Array) -> Array:
    """The first half, with the mean of both neighbours between each two steps."""
    steps = x.shape[1]
    half = x[:, : steps // 2 + 2]
    between = (half[:, :-1] + half[:, 1:]) / 2
    made: Array = np.stack([half[:, :-1], between], axis=2)
    return made.reshape(len(x), -1, x.shape[2])[:, :steps]


def _of_pictures(validation: Array) -> Iterator[tuple[str, Change]]:
    shape = validation.shape
    if validation.ndim == PICTURE and shape[-1] in CHANNELS:
        yield (
            "the colour channels are reversed",
            lambda x: np.concatenate([x[..., 2::-1], x[..., 3:]], axis=-1),
        )
    elif validation.ndim == PICTURE and shape[1] in CHANNELS:
        yield (
            "the colour channels are reversed",
            lambda x: np.concatenate([x[:, 2::-1], x[:, 3:]], axis=1),
        )
    square = shape[1] == shape[2]
    if square and (validation.ndim == PICTURE or validation.ndim == PICTURE - 1):
        yield "rows and columns of the pictures are exchanged", lambda x: np.swapaxes(x, 1, 2)
        yield "the pictures are turned to the left", lambda x: np.rot90(x, 1, (1, 2))
        yield "the pictures are turned to the right", lambda x: np.rot90(x, -1, (1, 2))
    yield "the rows of the pictures are reversed", lambda x: x[:, ::-1]
    yield "the columns of the pictures are reversed", lambda x: x[:, :, ::-1]


def _padded_otherwise(x: Array) -> Array:
    made = np.zeros_like(x)
    for row, values in enumerate(x):
        known = values[values != 0]
        if len(known) and values[0] == 0:
            made[row, : len(known)] = known
        elif len(known):
            made[row, -len(known) :] = known
    return made


def _order(training: Array, validation: Array) -> Array | None:
    """Which validation column looks most like each training column; None where each its own."""
    if not 1 < training.shape[1] <= MOST_TABLE:
        return None
    points = [0.05, 0.25, 0.5, 0.75, 0.95]
    ours, theirs = (
        np.nanquantile(v.astype(np.float64), points, axis=0) for v in (training, validation)
    )
    scale = np.maximum(np.ptp(ours, axis=0), 1e-12)
    apart = np.abs((theirs[:, None, :] - ours[:, :, None]) / scale[None, :, None]).max(axis=0)
    order = np.full(len(apart), -1)
    for flat in np.argsort(apart, axis=None):
        ours_at, theirs_at = divmod(int(flat), apart.shape[1])
        if order[ours_at] < 0 and theirs_at not in order:
            order[ours_at] = theirs_at
    return None if np.array_equal(order, np.arange(len(order))) else order


def changed_labels(
    labels: Array, predicted: Array, *, numbers: bool
) -> Iterator[tuple[str, Array]]:
    """Labels of neighbouring rows; of numbers, their logarithms, powers, and other units.

    Parameters
    ----------
    labels, predicted : array
        Shape (rows, ...) both.
    numbers : bool
        The labels are quantities.
    """
    for name, shift in NEIGHBOURS.items():
        yield name, np.roll(labels, shift, axis=0)
    if not numbers:
        return
    truth = labels.astype(np.float64)
    if truth.min() > 0:
        yield "targets are their logarithms", np.log(truth)
    if truth.min() > -1:
        yield "targets are `log1p` of them", np.log1p(truth)
    if np.abs(truth).max() < LARGEST_POWER:
        yield "targets are `exp` of them", np.exp(truth)
        yield "targets are `expm1` of them", np.expm1(truth)
    flat, given = predicted.reshape(len(truth), -1), truth.reshape(len(truth), -1)
    few = flat.shape == given.shape and given.shape[1] <= MOST_TABLE
    if few and (given.std(axis=0) > 0).all():
        line = np.array([np.polyfit(g, f, 1) for g, f in zip(given.T, flat.T, strict=True)])
        if (line[:, 0] > 0).all():
            moved = (given * line[:, 0] + line[:, 1]).reshape(truth.shape)
            yield "targets have another scale and offset", moved
