"""A look becomes readings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from nbdoctor.capture.data import named
from nbdoctor.capture.transaction import transaction
from nbdoctor.probes.activations import (
    PROBE_ROWS,
    Activations,
    ForwardPass,
    forward_pass,
    with_outputs,
)
from nbdoctor.probes.gradients import Gradients, read_gradients
from nbdoctor.probes.head import Head, with_predictions
from nbdoctor.probes.inputs import Inputs, with_entry
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.look import Look
from nbdoctor.probes.loss_at_init import LossAtInit, read_loss
from nbdoctor.probes.metrics import Metrics, read_metrics
from nbdoctor.probes.rehearsal import noting_layers
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

    model, batch = look.model, look.batches[0]
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    predicted, makers = _predict(look, x)
    head: Head = known[Head]
    head = with_predictions(head, model, predicted, makers)
    yield head
    yield read_gradients(look.weights(), look.gradients)
    yield read_weights(model, look.paths)
    if Labels in known and y is not None:
        yield _loss(look, known[Labels], head, (x, y, sample_weight), predicted)
        yield _metrics(look, known[Labels], head, y)


def _predict(look: Look, x: Any) -> tuple[Any, dict[int, Any]]:
    """Predictions in inference mode, and which layer returned each tensor."""
    import keras

    makers: dict[int, Any] = {}

    def note(_: str, layer: Any, __: Any, output: Any) -> None:
        if layer is not look.model:
            for tensor in keras.tree.flatten(output):
                makers[id(tensor)] = layer

    model = look.model
    trained = {"training": False} if model._call_has_training_arg else {}  # noqa: SLF001
    with (
        transaction(model, restore_host_random=look.restore_host_random),
        noting_layers(model, note, []),
    ):
        started = time.perf_counter()
        predicted = model(x, **trained)
        look.forward_seconds = time.perf_counter() - started
    return predicted, makers


def _loss(
    look: Look,
    labels: Labels,
    head: Head,
    data: tuple[Any, Any, Any],
    predicted: Any,
) -> LossAtInit:
    model, (x, y, sample_weight) = look.model, data
    with transaction(model, restore_host_random=look.restore_host_random):
        reported = float(
            model.compute_loss(
                x=x, y=y, y_pred=predicted, sample_weight=sample_weight, training=False
            )
        )
        penalty = float(sum((float(loss) for loss in model.losses), start=0.0))
    outputs, truths = _batch_arrays(predicted, y, head)
    targets = {target.name: target for target in labels.targets}
    pairs = [
        (output, targets[output.name], outputs[output.name], truths[output.name])
        for output in head.outputs
        if output.name in outputs and output.name in truths and output.name in targets
    ]
    weights = None if sample_weight is None else np.asarray(sample_weight)
    return read_loss(
        reported=reported,
        rehearsed=look.first.loss if look.first.loss is not None else reported,
        penalty=penalty,
        pairs=pairs,
        weights=weights,
    )


def _metrics(look: Look, labels: Labels, head: Head, y: Any) -> Metrics:
    """On the predictions of the rehearsed step itself: those that Keras's metrics have seen."""
    outputs, truths = _batch_arrays(look.first.outputs, y, head)
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
    yield read_updates(look.model.optimizer, weights, look.first.changes, look.steps, steps_planned)


def activation_readings(
    look: Look,
    inputs: Inputs | None,
    layers: Layers | None,
) -> Iterator[Activations | Inputs]:
    """What every layer puts out for up to 256 rows, and what the first kernel receives."""
    x = _probe_rows(look)
    noted, activations = forward_pass(look.model, x, restore_host_random=look.restore_host_random)
    yield marked(activations, layers)
    if inputs is not None and noted.entry_values is not None:
        yield _entry(inputs, noted)


def marked(activations: Activations, layers: Layers | None) -> Activations:
    """`activations` with the layers that make the model's outputs marked."""
    outputs = {layer.name: layer.is_output for layer in layers.layers} if layers else {}
    if not any(outputs.values()) and activations.layers:
        outputs = {activations.layers[-1].layer: True}
    return with_outputs(activations, outputs)


def _entry(inputs: Inputs, noted: ForwardPass) -> Inputs:
    values = noted.entry_values
    if values is None:
        return inputs
    return with_entry(inputs, noted.entry_layer, values, noted.entry_ops)


def _probe_rows(look: Look) -> Any:
    """Inputs of as many batches as make 256 rows, fewer where a pass takes its time."""
    import keras

    inputs = [keras.utils.unpack_x_y_sample_weight(batch)[0] for batch in look.batches]
    per_batch = len(keras.tree.flatten(inputs[0])[0])
    passes = max(1, -(-PROBE_ROWS // max(1, per_batch)))
    if not (look.patient or look.trained):
        left = look.allowed_until - time.perf_counter()
        passes = min(passes, max(1, int(left / max(look.forward_seconds, 1e-6))))
    chosen = [one for one in inputs[:passes] if _alike(one, inputs[0])]
    joined = keras.tree.map_structure(lambda *parts: keras.ops.concatenate(parts), *chosen)
    return keras.tree.map_structure(lambda leaf: leaf[:PROBE_ROWS], joined)


def _alike(one: Any, other: Any) -> bool:
    import keras

    shapes = zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True)
    return all(tuple(a.shape[1:]) == tuple(b.shape[1:]) for a, b in shapes)
