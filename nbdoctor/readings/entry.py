"""What the first layer with a kernel receives: it completes what is known of the inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.sampling import rows_together
from nbdoctor.capture.data import Array
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.train_step import has_call
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.reading import Moment, reading


def with_entry(inputs: Inputs, layer: str, values: Array, ops: tuple[str, ...]) -> Inputs:
    """`inputs` with the range that the first layer with a kernel receives (one input only)."""
    finite = values[np.isfinite(values)]
    if len(inputs.tensors) != 1 or not finite.size:
        return inputs
    entry = replace(
        inputs.tensors[0],
        entry_layer=layer,
        entry_minimum=float(finite.min()),
        entry_maximum=float(finite.max()),
        entry_mean=float(finite.mean()),
        entry_std=float(finite.std()),
        entry_ops=ops,
    )
    return replace(inputs, tensors=(entry,))


@reading(
    "the first kernel's inputs",
    when=Moment.FURTHER_STEPS | Moment.FURTHER_BATCH | Moment.LOOP_SEEN,
)
def read_entry(inputs: Inputs, look: Look, passes: Passes) -> Inputs | None:
    """What the first kernel received in these passes; None where that is not dense."""
    if not has_call(look.model):  # its parts receive what its step makes, not the data
        return None
    entered = passes.entered
    if not entered or entered[0].entry is None:
        return None
    if not backend.current().values.is_dense(entered[0].entry):
        return None
    values = rows_together([np.asarray(one.entry).astype(np.float32) for one in entered])
    return with_entry(inputs, entered[0].entry_layer, values, entered[0].entry_ops)
