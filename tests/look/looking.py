"""A look at a model on one batch, as the pipeline takes it."""

from __future__ import annotations

import time
import weakref
from typing import Any

import keras
import tensorflow as tf

from nbdoctor.backend.tensorflow import trace as traces
from nbdoctor.capture.data import rows_of_batches
from nbdoctor.capture.user_code import runs_user_code
from nbdoctor.look.building import make_variables
from nbdoctor.look.look import Look
from nbdoctor.look.passes import Passes
from nbdoctor.look.step_trace import StepTrace, tracing
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.head import read_head
from nbdoctor.readings.labels import Labels, read_labels
from nbdoctor.readings.reading import Moment


def in_tensors(batch: Any) -> Any:
    """A batch as training draws it."""
    return keras.tree.map_structure(
        lambda leaf: None if leaf is None else tf.convert_to_tensor(leaf), batch
    )


def iterator_like(batch: Any) -> Any:
    """An iterator over batches like this one, of any number of rows."""
    as_tuples = keras.tree.lists_to_tuples(batch)
    return iter(tf.data.Dataset.from_tensor_slices(as_tuples).batch(1 << 20))


def traced_step(model: Any, batch: Any) -> StepTrace | None:
    """The step of `model` as `fit` traces it, None where it runs op by op."""
    model.make_train_function(force=True)
    iterator = iterator_like(batch)
    make = traces.trace_of(model.train_function, iterator)
    if make is None:
        return None
    if not runs_user_code(model):
        make_variables(model, iterator.element_spec)
    with tracing(model) as noted:
        make()
    return noted


def look_at(model: Any, *batches: Any, patient: bool = True) -> Look:
    """A look whose first step was made on copies, by the trace that training goes on to use."""
    tensors = [in_tensors(batch) for batch in batches]
    look = Look(
        of=weakref.ref(model),
        batches=tensors,
        is_pure=not runs_user_code(model),
        deadline=time.perf_counter() + 60,
        patient=patient,
        trace=traced_step(model, tensors[0]),
    )
    look.rehearse()
    return look


def readings_of(model: Any, x: Any, y: Any, *weights: Any) -> dict[type[Any], Any]:
    """The readings of a first step on one batch that was made on copies."""
    look = look_at(model, (x, y, *weights))
    readings = Readings()
    labels = read_labels(rows_of_batches(model, look.batches, None))
    readings.add(labels)
    readings.add(read_head(model, [target.name for target in labels.targets]))
    return taken_from(look, Moment.FIRST_STEP, readings).taken


def taken_from(look: Look, moment: Moment, readings: Readings | None = None) -> Readings:
    """The readings of a moment, from a look and what is known by then."""
    readings = Readings() if readings is None else readings
    labelled = Labels in readings.taken
    readings.take(moment, {Look: look, Passes: Passes.of(look, labelled=labelled)})
    assert not readings.faults
    return readings
