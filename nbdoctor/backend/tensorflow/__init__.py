"""Keras on TensorFlow."""

from __future__ import annotations

from nbdoctor.backend.engine import Engine
from nbdoctor.backend.tensorflow import (
    batches,
    device,
    expressions,
    loops,
    parts,
    pipelines,
    state,
    step,
    trace,
    training,
    values,
)

ENGINE = Engine(
    name="tensorflow",
    values=values,
    state=state,
    batches=batches,
    pipelines=pipelines,
    traces=trace,
    steps=step,
    expressions=expressions,
    loops=loops,
    training=training,
    device=device,
    parts=parts,
)
