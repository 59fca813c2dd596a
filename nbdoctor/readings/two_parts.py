"""Some rows of training and some of the validation, to compare them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor.capture.data import Rows
from nbdoctor.capture.sample import Part, Sample

Array = npt.NDArray[Any]

MOST_ROWS, FEWEST_ROWS = 300, 24
"""Rows of each part."""

MOST_VALUES = 8_000_000
"""32 MB in single precision."""

RUN = 30
"""Neighbouring validation rows that are taken together, to try the labels of the next ones."""

SEED = 0xF0


def training_part(sample: Sample | None, rows: Rows | None) -> Part | None:
    """Rows of training: copies from before it, where there are any."""
    if sample is not None:
        return _some(sample.train.inputs, sample.train.targets)
    return None if rows is None else _some(rows.whole, rows.targets)


def held_out_part(sample: Sample | None, rows: Rows | None) -> Part | None:
    """Rows of the validation, in runs of neighbours."""
    if sample is not None and sample.held_out is not None:
        return _some(sample.held_out.inputs, sample.held_out.targets, in_order=True)
    return None if rows is None else _some(rows.whole, rows.targets, in_order=True)


def _some(
    inputs: Mapping[str, Any], targets: Mapping[str, Any], *, in_order: bool = False
) -> Part | None:
    """Some rows, evenly spread; those of the validation in runs, so that neighbours stay so."""
    if not inputs or not targets:
        return None
    rows = min(len(values) for values in itertools.chain(inputs.values(), targets.values()))
    per_row = max(1, sum(math.prod(values.shape[1:]) for values in inputs.values()))
    most = min(MOST_ROWS, max(FEWEST_ROWS, MOST_VALUES // per_row))
    index = np.arange(rows)
    if rows > most and in_order:
        starts = np.linspace(0, rows - min(RUN, most), max(1, most // RUN)).astype(int)
        index = np.unique((starts[:, None] + np.arange(min(RUN, most))).ravel())
    elif rows > most:
        index = np.sort(np.random.default_rng(SEED).permutation(rows)[:most])
    return Part(
        inputs={name: np.asarray(values)[index] for name, values in inputs.items()},
        targets={name: np.asarray(values)[index] for name, values in targets.items()},
    )
