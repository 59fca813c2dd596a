"""A look becomes readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.capture.data import named
from nbdoctor.probes.activations import Activations, read_activations, with_outputs
from nbdoctor.probes.forward import Forward
from nbdoctor.probes.gradients import Gradients, read_gradients
from nbdoctor.probes.head import Head, with_predictions
from nbdoctor.probes.inputs import Inputs, with_entry
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.layer_calls import LayerOutputs
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.look import Look
from nbdoctor.probes.loss_at_init import LossAtInit, read_loss
from nbdoctor.probes.metrics import Metrics, read_metrics
from nbdoctor.probes.train_step import has_call
from nbdoctor.probes.updates import Updates, read_updates
from nbdoctor.probes.weights import read_weights


def rehearsal_readings(look: Look, known: dict[type[Any], Any]) -> Iterator[Any]:
    """What the rehearsal and one pass in inference mode tell.

    Parameters
    ----------
    look : Look
        After `rehearse`.
    known : dict of type to reading
        Head, Labels, Fit, as far as they are known.

    Yields
    ------
    reading
    """
    import keras

    if not has_call(look.model):
        yield read_gradients(look.weights(), look.gradients)
        yield read_weights(look.model, look.paths)
        return
    batch = look.batches[0]
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    labelled = Labels in known and y is not None
    inference = look.inference(x, (y, sample_weight) if labelled else None)
    passed = inference.passed
    head: Head = with_predictions(known[Head], look.model, passed.final, passed.makers)
    yield head
    yield read_gradients(look.weights(), look.gradients)
    yield read_weights(look.model, look.paths)
    if labelled and inference.loss is not None:
        yield loss_reading(look, known[Labels], head, (y, sample_weight), inference)
    if labelled:
        yield _metrics(look, known[Labels], head, y)


def loss_reading(
    look: Look,
    labels: Labels,
    head: Head,
    truth: tuple[Any, Any],
    inference: Forward,
) -> LossAtInit:
    """The loss on one batch, as reported and as recomputed.

    Parameters
    ----------
    look : Look
        After the first step.
    labels, head
        Readings.
    truth : (labels, sample weights)
        Of that batch.
    inference : Forward
        The predictions for it.
    """
    y, sample_weight = truth
    outputs, truths = _batch_arrays(inference.passed.final, y, head)
    targets = {target.name: target for target in labels.targets}
    pairs = [
        (output, targets[output.name], outputs[output.name], truths[output.name])
        for output in head.outputs
        if output.name in outputs and output.name in truths and output.name in targets
    ]
    reported = np.nan if inference.loss is None else inference.loss
    return read_loss(
        reported=reported,
        rehearsed=look.first.loss if look.first.loss is not None else reported,
        penalty=inference.penalty,
        pairs=pairs,
        weights=None if sample_weight is None else np.asarray(sample_weight),
    )


def _metrics(look: Look, labels: Labels, head: Head, y: Any) -> Metrics:
    """On the predictions of the rehearsed step itself: those that Keras's metrics have seen."""
    seen = look.first.passed.final if look.first.passed is not None else None
    outputs, truths = _batch_arrays(seen, y, head)
    both = {name: (outputs[name], truths[name]) for name in outputs if name in truths}
    return read_metrics(look.model, head, labels, look.first.logs, both)


def _batch_arrays(predicted: Any, y: Any, head: Head) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [output.name for output in head.outputs]
    outputs = {name: np.asarray(tensor) for name, tensor in named(predicted, names, "y").items()}
    truths = {name: np.asarray(tensor) for name, tensor in named(y, names, "y").items()}
    return outputs, truths


def update_readings(look: Look, steps_planned: int | None) -> Iterator[Gradients | Updates]:
    """Gradients over the batches and the optimizer's real steps, after `go_on`."""
    weights = look.weights()
    yield read_gradients(weights, look.gradients)
    used = look.first.optimizers or [look.model.optimizer]
    if len(used) == 1:
        yield read_updates(used[0], weights, look.first.changes, look.steps, steps_planned)


def activation_readings(
    look: Look,
    inputs: Inputs | None,
    layers: Layers | None,
) -> Iterator[Activations | Inputs]:
    """What every layer puts out for up to 256 rows, and what the first kernel receives."""
    passes = look.training_passes()
    yield marked(read_activations(passes), layers)
    if inputs is not None and backend.current().is_dense(passes[0].entry):
        yield with_entry_of(inputs, passes)


def marked(activations: Activations, layers: Layers | None) -> Activations:
    """`activations` with the layers that make the model's outputs marked."""
    outputs = {layer.name: layer.is_output for layer in layers.layers} if layers else {}
    if not any(outputs.values()) and activations.layers:
        outputs = {activations.layers[-1].layer: True}
    return with_outputs(activations, outputs)


def with_entry_of(inputs: Inputs, passes: Sequence[LayerOutputs]) -> Inputs:
    """`inputs` with what the first kernel received in these passes."""
    values = np.concatenate([np.asarray(one.entry).astype(np.float32) for one in passes])
    return with_entry(inputs, passes[0].entry_layer, values, passes[0].entry_ops)
