"""Rows that the data holds and that training never comes to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.strangers import Stranger
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import Batches
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.stages import Stages

CUTTING = frozenset({"Take", "Shard"})
ONE_TO_ONE = frozenset(
    {
        *("Batch", "PaddedBatch", "Map", "Shuffle", "Prefetch", "Cache", "Options", "Model"),
        *("Take", "Skip", "Shard", "Enumerate", "Zip"),
    }
)
"""Stages whose elements stand for rows before them, none made and none doubled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedRows:
    """What the source holds, and what an epoch, or the whole training, takes of it.

    Attributes
    ----------
    held, used : int
        Rows.
    by : str
        "take", "shard", "steps" (`steps_per_epoch`) or "length" (`__len__` of a `PyDataset`).
    source : str
        Where the rows are: "the dataset", or an attribute of the `PyDataset` (`x`).
    line : int or None
    """

    held: int
    used: int
    by: str
    source: str = "the dataset"
    line: int | None = None


@reading(
    "the rows of an epoch",
    when=Moment.FIT_CALLED | Moment.BATCHES,
    missing=does_not_apply("the data does not tell how many rows it could give"),
)
def rows_never_used(
    call: FitCall, fit: Fit, stages: Stages | None, passed: Batches | None
) -> UnusedRows | None:
    """Count the rows of the source, and those of the batches of one epoch."""
    if stages is not None and stages.training is not None:
        return of_pipeline(stages, fit)
    data = call.arguments.get("x")
    if type(data) is Stranger and fit.data_kind == "PyDataset" and passed is not None:
        return _of_sequence(data, fit.steps_per_epoch or 0, passed.batches[0])
    return None


def of_pipeline(stages: Stages, fit: Fit) -> UnusedRows | None:
    """The same of a chain from one source in memory to `fit`."""
    last = stages.training
    assert last is not None  # noqa: S101  (the caller has seen it)
    chain = list(_chain(last))
    source = chain[-1]
    held = source.options.get("rows", 0)
    batch = math.prod(one.options.get("batch_size", 1) for one in chain)
    if (
        not held
        or not fit.batches
        or batch < 1
        or any(one.kind not in ONE_TO_ONE for one in chain[:-1])
    ):
        return None
    cut = [one for one in chain if one.kind in CUTTING]
    judging = stages.validation
    if judging is not None and any(one.key == source.key for one in judging.walk()):
        return None  # the rest judges
    steps = fit.batches
    by, line = (cut[0].kind.lower(), cut[0].line) if cut else ("", None)
    if fit.steps_given and fit.steps_planned and fit.steps_planned < steps:
        steps, by, line = fit.steps_planned, "steps", None
    if not by:
        return None
    return UnusedRows(held=held, used=min(held, steps * batch), by=by, line=line)


def _chain(last: Stage) -> Iterator[Stage]:
    """The stages of a pipeline that does not fork; those up to a fork of one that does."""
    yield last
    while len(last.inputs) == 1:
        last = last.inputs[0]
        yield last


def _of_sequence(data: Stranger, steps: int, batch: Any) -> UnusedRows | None:
    """Arrays among the attributes of a `PyDataset` of which a batch may be a part."""
    import keras

    leaves = [one for one in keras.tree.flatten(batch) if one is not None]
    if not steps or not leaves or not leaves[0].shape:
        return None
    rows, shape = int(leaves[0].shape[0]), tuple(leaves[0].shape[1:])
    for name, value in data.arrays.items():
        held = value.shape
        if held and held[0] and held[1:] == shape:
            return UnusedRows(
                held=held[0], used=min(held[0], steps * rows), by="length", source=name
            )
    return None
