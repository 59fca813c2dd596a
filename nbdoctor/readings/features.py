"""Rows of any inputs as rows of numbers, as simple models take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.backend.sampling import evenly_spread

Array = npt.NDArray[Any]

MOST_DIRECTIONS = 64
"""Wide rows are shortened to so many directions for neighbours and trees."""

MOST_FOR_DIRECTIONS = 500
MOST_COLUMNS = 8192
MOST_WORDS = 1000
"""The most frequent ids are counted; the rest are too rare to tell anything in so few rows."""

OUTLIER = 8.0
PAIR = 2


def features_of(inputs: Sequence[Array], *, ids: bool = False) -> Array | None:
    """One standardised row of numbers per row; None where the inputs are no numbers."""
    parts = [_columns(one, ids=ids) for one in inputs]
    if not parts or any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    if len(known) == PAIR and known[0].shape == known[1].shape:  # pairs are compared
        known.append(np.abs(known[0] - known[1]))
    joined = np.concatenate(known, axis=1)
    if joined.shape[1] > MOST_COLUMNS:
        chosen = np.linspace(0, joined.shape[1] - 1, MOST_COLUMNS).astype(int)
        joined = joined[:, chosen]
    joined = np.nan_to_num(joined, nan=0.0, posinf=0.0, neginf=0.0)
    spread = joined.std(axis=0)
    kept = spread > 0
    if not kept.any():
        return None
    centred = (joined[:, kept] - joined[:, kept].mean(axis=0)) / spread[kept]
    made: Array = np.clip(centred, -OUTLIER, OUTLIER).astype("float32")
    return made


def thinned(values: Array, most: int) -> Array:
    """Every so many pixels of large pictures, so that no row has more values than `most`."""
    step = 1
    while values.ndim > PAIR and values[:1, ::step, ::step].size > most:
        step += 1
        if step > max(values.shape[1:3]):
            break
    return values[:, ::step, ::step] if step > 1 else values


def _columns(values: Array, *, ids: bool) -> Array | None:
    if values.dtype.kind not in "biuf":
        return None
    flat = values.reshape(len(values), -1)
    if ids and values.ndim == PAIR and flat.shape[1] > 1 and np.array_equal(flat, flat.round()):
        return np.concatenate([_counts(flat.astype("int64")), flat[:, :MOST_DIRECTIONS]], axis=1)
    return flat.astype("float32")


def _counts(ids: Array) -> Array:
    """How often each of the frequent ids stands in a row."""
    known, places = np.unique(ids, return_inverse=True)
    places = places.reshape(ids.shape)
    rows_of = np.repeat(np.arange(len(ids)), ids.shape[1])
    frequent = np.argsort(-np.bincount(places.ravel()), kind="stable")[:MOST_WORDS]
    column = np.full(len(known), -1)
    column[frequent] = np.arange(len(frequent))
    at = column[places.ravel()]
    there = at >= 0
    counted = np.bincount(
        rows_of[there] * len(frequent) + at[there], minlength=len(ids) * len(frequent)
    )
    return counted.reshape(len(ids), len(frequent)).astype("float32")


def shortened(x: Array) -> Array:
    """The directions in which rows differ most, where they are wide."""
    if x.shape[1] <= MOST_DIRECTIONS:
        return x
    some = x[evenly_spread(len(x), MOST_FOR_DIRECTIONS)]
    if some.shape[1] <= len(some):
        _, vectors = np.linalg.eigh(some.T @ some)
        turned: Array = x @ vectors[:, -MOST_DIRECTIONS:]
        return turned
    sizes, vectors = np.linalg.eigh(some @ some.T)
    kept = min(MOST_DIRECTIONS, len(some))
    scale = np.sqrt(np.maximum(sizes[-kept:], 1e-9))
    shorter: Array = x @ (some.T @ (vectors[:, -kept:] / scale))
    return shorter
