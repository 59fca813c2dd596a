"""A look at a model on one batch, as the pipeline takes it."""

from __future__ import annotations

import time
from typing import Any

import keras

from nbdoctor.capture.data import rows_of_batches
from nbdoctor.probes.head import Head, read_head
from nbdoctor.probes.labels import Labels, read_labels
from nbdoctor.probes.look import Look
from nbdoctor.probes.rehearsed import rehearsal_readings

Readings = dict[type[Any], Any]


def look_at(model: Any, *batches: Any, patient: bool = True) -> Look:
    """A look whose first step was rehearsed."""
    tensors = [keras.tree.map_structure(keras.ops.convert_to_tensor, batch) for batch in batches]
    look = Look(
        model=model,
        batches=tensors,
        restore_host_random=True,
        deadline=time.perf_counter() + 60,
        patient=patient,
    )
    look.rehearse()
    return look


def readings_of(model: Any, x: Any, y: Any, *weights: Any) -> Readings:
    """The readings of a rehearsed step on one batch."""
    look = look_at(model, (x, y, *weights))
    labels = read_labels(rows_of_batches(model, look.batches, None))
    names = [target.name for target in labels.targets]
    known: Readings = {Labels: labels, Head: read_head(model, names)}
    return known | {type(one): one for one in rehearsal_readings(look, known)}
