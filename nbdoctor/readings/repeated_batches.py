"""Whether batches hold rows that the batches before had already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.capture.calls import FitCall
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import Batches
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading

FEWEST = 3
"""Batches that can be told to repeat."""

MOST_BYTES = 64_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedBatches:
    """The first batches of an epoch, beside each other.

    Attributes
    ----------
    batches, rows : int
        That were looked at.
    distinct : int
        Different rows, inputs and labels together.
    shared : float
        Share of the rows of a batch that the batch before has as well, averaged.
    within : float
        Different rows of a batch by itself, as a share of its rows, averaged.
    """

    batches: int
    rows: int
    distinct: int
    shared: float
    within: float = 1.0


@reading(
    "repeated batches",
    when=Moment.BATCHES,
    missing=Missing(kind="does not apply", reason="the data is in memory, or holds few batches"),
)
def repeats_of_batches(passed: Batches, fit: Fit, call: FitCall) -> RepeatedBatches | None:
    """Compare the batches of the first epoch that have passed."""
    first = fit.steps_per_epoch or call.batches or len(passed.batches)
    return read_repeats(passed.batches[:first])


def read_repeats(batches: Sequence[Any]) -> RepeatedBatches | None:
    """Compare batches; None where there are too few, or they are too large."""
    if len(batches) < FEWEST:
        return None
    rows = [_rows(one) for one in batches]
    if not all(rows):
        return None
    pairs = zip(rows[1:], map(set, rows), strict=False)
    shares = [sum(row in before for row in now) / len(now) for now, before in pairs]
    every = [row for one in rows for row in one]
    return RepeatedBatches(
        batches=len(rows),
        rows=len(every),
        distinct=len(set(every)),
        shared=float(np.mean(shares)),
        within=float(np.mean([len(set(one)) / len(one) for one in rows])),
    )


def _rows(batch: Any) -> list[bytes]:
    """Each row as bytes; none where a part of the batch has no rows, or is large."""
    import keras

    leaves = [leaf for leaf in keras.tree.flatten(batch) if leaf is not None]
    try:
        arrays = [np.asarray(leaf) for leaf in leaves]
    except (TypeError, ValueError):  # ragged, or of another device
        return []
    if not arrays or any(one.ndim == 0 or one.dtype.kind not in "biuf" for one in arrays):
        return []
    if sum(one.nbytes for one in arrays) > MOST_BYTES or len({len(one) for one in arrays}) > 1:
        return []
    return [b"".join(one[n].tobytes() for one in arrays) for n in range(len(arrays[0]))]
