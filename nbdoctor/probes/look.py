"""The look before the first step: which passes are made, in which order, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor.capture.data import named
from nbdoctor.capture.transaction import digest, transaction
from nbdoctor.probes.activations import (
    PROBE_ROWS,
    Activations,
    ForwardPass,
    forward_pass,
    with_outputs,
)
from nbdoctor.probes.gradients import (
    Gradients,
    TrainableWeight,
    read_gradients,
    trainable_weights,
)
from nbdoctor.probes.head import Head, with_predictions
from nbdoctor.probes.inputs import Inputs, with_entry
from nbdoctor.probes.labels import Labels
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.loss_at_init import LossAtInit, read_loss
from nbdoctor.probes.metrics import Metrics, read_metrics
from nbdoctor.probes.rehearsal import Rehearsal, build, layer_paths, noting_layers, rehearse
from nbdoctor.probes.updates import Steps, Updates, read_updates
from nbdoctor.probes.weights import read_weights

SHARE_FOR_MORE = 0.6
"""Further passes may take this share of the first one's time. The first pass replaces the trace
that Keras would otherwise make twice, so the whole look stays below a plain first step."""

CONSECUTIVE_STEPS = 3
GRADIENT_BATCHES = 3
"""Batches that a rule about gradients wants to see before it speaks."""

SUSPICIOUS_RATIO = 1e-3
"""A first-to-last gradient ratio below this is worth further batches at any cost."""

RISING = 1.2
"""A loss that rises by this factor in a step is worth further steps at any cost."""


@dataclass
class Look:
    """One look at a model about to be trained. Each method measures one thing.

    Attributes
    ----------
    model : keras.Model
    batches : list
        As `train_step` takes them.
    restore_host_random : bool
        See `transaction`.
    deadline : float
        `time.perf_counter` after which no further pass is begun.
    patient : bool
        Nobody waits for training: take every batch that the deadline allows.
    """

    model: Any
    batches: list[Any]
    restore_host_random: bool
    deadline: float
    patient: bool = False
    first: Rehearsal = field(default_factory=Rehearsal)
    before: str = ""
    after: str = ""
    paths: dict[int, str] = field(default_factory=dict)
    gradients: list[dict[str, Any]] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    allowance: float = 0.0

    def rehearse(self) -> None:
        """Build what is not built, and rehearse the first step."""
        build(self.model, self.batches[0])
        self.paths = layer_paths(self.model)
        self.before = digest(self.model)
        started = time.perf_counter()
        self._rehearse(self.batches[0], self.first)
        self.allowance = (time.perf_counter() - started) * SHARE_FOR_MORE
        self.gradients.append(dict(self.first.gradients))

    def weights(self) -> list[TrainableWeight]:
        """The trainable weights from input to output."""
        return trainable_weights(self.model, self.paths, self.first.changes)

    def go_on(self, flow: float | None) -> None:
        """Take further steps and batches while they are worth their time."""
        ends = time.perf_counter() + self.allowance

        def may() -> bool:
            now = time.perf_counter()
            return now < self.deadline and (self.patient or now < ends)

        self._consecutive_steps(may)
        low = flow is not None and flow < SUSPICIOUS_RATIO
        wanted = self.batches[1:] if self.patient else self.batches[1:GRADIENT_BATCHES]
        for batch in wanted:
            if not (may() or (low and time.perf_counter() < self.deadline)):
                break
            self.gradients.append(dict(self._rehearse(batch).gradients))

    def close(self) -> None:
        """Take the second checksum."""
        self.after = digest(self.model)

    def _rehearse(self, batch: Any, into: Rehearsal | None = None, **options: Any) -> Rehearsal:
        return rehearse(
            self.model,
            batch,
            restore_host_random=self.restore_host_random,
            into=into,
            **options,
        )

    def _consecutive_steps(self, may: Callable[[], bool]) -> None:
        """Losses of one batch over consecutive steps; all steps while it rises."""
        losses: list[float] = []

        def further(rehearsal: Rehearsal, step: Callable[[], float | None]) -> None:
            losses.append(rehearsal.loss if rehearsal.loss is not None else np.nan)
            while len(losses) <= CONSECUTIVE_STEPS and (len(losses) < 2 or rising() or may()):  # noqa: PLR2004
                loss = step()
                if loss is None:
                    return
                losses.append(loss)

        def rising() -> bool:
            return not losses[-1] < losses[-2] * RISING

        self._rehearse(self.batches[0], further_steps=further)
        wandering = self._wandering() if len(losses) > 1 and rising() else 0.0
        self.steps = Steps(losses=tuple(losses), changes_by_itself=wandering)

    def _wandering(self) -> float:
        """How far the first batch's loss differs when only the seeds differ."""
        first = self.first.loss
        if not first:
            return 0.0
        with transaction(self.model, restore_host_random=self.restore_host_random):
            for variable in self.model.non_trainable_variables:
                if "seed" in variable.path:
                    variable.assign(variable + 1)
            again = self._rehearse(self.batches[0]).loss
        return abs(again - first) / abs(first) if again is not None else 0.0


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
        return model(x, **trained), makers


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
    if not look.patient and look.allowance > EXPENSIVE_SECONDS:
        passes = 1
    chosen = [one for one in inputs[:passes] if _alike(one, inputs[0])]
    joined = keras.tree.map_structure(lambda *parts: keras.ops.concatenate(parts), *chosen)
    return keras.tree.map_structure(lambda leaf: leaf[:PROBE_ROWS], joined)


EXPENSIVE_SECONDS = 0.5
"""Where further passes of the whole model cost more than this, one batch has to do."""


def _alike(one: Any, other: Any) -> bool:
    import keras

    shapes = zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True)
    return all(tuple(a.shape[1:]) == tuple(b.shape[1:]) for a, b in shapes)
