"""The look before the first step: which passes are made, in which order, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.capture.transaction import digest, host_random, muted, transaction
from nbdoctor.capture.user_code import drew_to_build
from nbdoctor.probes.forward import Forward, inference_pass, training_pass
from nbdoctor.probes.gradients import TrainableWeight, trainable_weights
from nbdoctor.probes.layer_calls import LayerOutputs, any_drops, differs_in_training
from nbdoctor.probes.layers import layer_paths
from nbdoctor.probes.memory import Room, first_rows, ran_out_of_memory
from nbdoctor.probes.rehearsal import FurtherSteps, build, rehearse
from nbdoctor.probes.step_notes import Rehearsal
from nbdoctor.probes.train_step import TrainStep
from nbdoctor.probes.updates import Steps

SHARE_FOR_MORE = 0.35
"""All further passes may take this share of the first one's time. The first pass replaces the
trace that Keras would otherwise make twice, so a look of about one and a third of it stays below a
plain first step (tests/benchmarks/look_cost.py)."""

CONSECUTIVE_STEPS = 3
"""Steps that a rule about the learning rate wants to see where the first one made it worse."""

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
    trace : callable or None
        Makes Keras trace its step, where training goes on with that trace.
    trained : bool
        Training is over, so that nothing waits any more.
    drew_to_build : bool
        Building the model has drawn from Python's or NumPy's random state.
    error : Exception or None
        What the rehearsal raised.
    """

    model: Any
    batches: list[Any]
    restore_host_random: bool
    deadline: float
    patient: bool = False
    trace: Callable[[], object] | None = None
    first: Rehearsal = field(default_factory=Rehearsal)
    room: Room = field(init=False)
    before: str = ""
    after: str = ""
    run: TrainStep = field(init=False)
    passes: list[LayerOutputs] = field(default_factory=list)
    paths: dict[int, str] = field(default_factory=dict)
    gradients: list[dict[str, Any]] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    allowed_until: float = 0.0
    forward_seconds: float = 0.0
    drew_to_build: bool = False
    trained: bool = False
    error: Exception | None = None

    def __post_init__(self) -> None:
        rows = _rows(self.batches[0])
        divisible = not _has_fixed_batch(self.model)
        self.room = Room(whole=rows, rows=rows, divisible=divisible, deadline=self.deadline)

    def rehearse(self) -> None:
        """Build what is not built, and rehearse the first step."""
        before = host_random()
        try:
            with muted():  # building calls the user's layers, as `fit` will
                build(self.model, self.batches[0], undone=self.restore_host_random)
        finally:
            self.drew_to_build = drew_to_build(self.model, before)
        self.paths = layer_paths(self.model)
        self.before = digest(self.model)
        self.room.fit_to(self.model, self.batches[0])
        self.room.measure(self._rehearse_in_time, self.room.halve)
        self.gradients.append(dict(self.first.gradients))

    def _rehearse_in_time(self) -> None:
        if self.room.rows < self.room.whole:
            self.batches = [first_rows(one, self.room.rows) for one in self.batches]
        self.run, self.first, self.passes = self._new_run(), Rehearsal(), []
        started = time.perf_counter()
        try:
            self._rehearse_first()
        except Exception as error:
            if not self.run.in_graph or ran_out_of_memory(error):
                raise
            # Only `fit` itself can say that a trace fails: op by op the step may well run, or
            # tell in which layer it does not.
            self.run, self.first = self._new_run(in_graph=False), Rehearsal()
            self._rehearse_first()
        now = time.perf_counter()
        self.allowed_until = now + (now - started) * SHARE_FOR_MORE

    def _rehearse_first(self) -> None:
        first = self._rehearse(self.batches[0], self.first, further_steps=self._go_on_stepping)
        if first.passed is not None:
            self.passes.append(first.passed)

    def _new_run(self, *, in_graph: bool | None = None) -> TrainStep:
        """Where the first batch is all that the activations are read from, keep its outputs."""
        enough = len(self.batches) == 1 or _rows(self.batches[0]) >= self.room.probe_rows
        as_trained = in_graph is None and self.room.is_whole
        return TrainStep(
            self.model,
            trace=self.trace if as_trained else None,
            in_graph=in_graph,
            hold=enough and not any_drops(self.model),
        )

    def inference(self, x: Any, loss_of: tuple[Any, Any] | None) -> Forward:
        """Predictions in inference mode.

        Where no layer does anything else in training the rehearsal has made them already, and
        its loss is theirs.
        """
        first, layers = self.first, self.model._flatten_layers()  # noqa: SLF001
        same = not (self.run.of_the_user or any(differs_in_training(one) for one in layers))
        if same and first.passed is not None and first.loss is not None:
            return Forward(passed=first.passed, loss=first.loss, penalty=first.penalty)
        inference = self.room.measure(
            lambda: inference_pass(
                self.model, x, loss_of, restore_host_random=self.restore_host_random
            ),
            self._let_outputs_go,
        )
        self.forward_seconds = inference.seconds
        return inference

    def training_passes(self) -> list[LayerOutputs]:
        """What the layers put out in training mode with dropout off, for up to 256 rows."""
        held = [one for one in self.passes if one.layers]
        if held and not self.trained and not any_drops(self.model):
            return held
        passed = self.room.measure(self._training_pass, self.room.halve_probe)
        return [passed.passed]

    def _training_pass(self) -> Forward:
        rows = self._probe_rows()
        return training_pass(self.model, rows, restore_host_random=self.restore_host_random)

    def _probe_rows(self) -> Any:
        """Inputs of as many batches as make 256 rows, fewer where a pass takes its time."""
        import keras

        inputs = [keras.utils.unpack_x_y_sample_weight(batch)[0] for batch in self.batches]
        dense = all(backend.current().is_dense(leaf) for leaf in keras.tree.flatten(inputs[0]))
        if not (self.room.divisible and dense):
            return inputs[0]
        passes = max(1, -(-self.room.probe_rows // max(1, _rows(inputs[0]))))
        if not (self.patient or self.trained):
            left = self.allowed_until - time.perf_counter()
            passes = min(passes, max(1, int(left / max(self.forward_seconds, 1e-6))))
        chosen = [one for one in inputs[:passes] if _alike(one, inputs[0])]
        joined = keras.tree.map_structure(lambda *parts: keras.ops.concatenate(parts), *chosen)
        return keras.tree.map_structure(lambda leaf: leaf[: self.room.probe_rows], joined)

    def weights(self) -> list[TrainableWeight]:
        """The trainable weights from input to output."""
        return trainable_weights(self.model, self.paths, self.first.changes)

    def go_on(self, flow: float | None) -> None:
        """Take further batches while they are worth their time."""
        born = {weight.path for weight in self.model.trainable_variables}
        if not self.first.gradients.keys() <= born:  # the step itself makes weights: only once
            return
        rose = any(after >= before * RISING for before, after in pairwise(self.steps.losses))
        if rose:
            self.steps = replace(self.steps, changes_by_itself=self._wandering())
        low = flow is not None and flow < SUSPICIOUS_RATIO
        wanted = self.batches[1:] if self.patient else self.batches[1:GRADIENT_BATCHES]
        for batch in wanted:
            now = time.perf_counter()
            allowed = self.patient or low or now < self.allowed_until
            if not allowed or now > self.deadline:
                break
            try:
                further = self._rehearse(batch)
            except Exception as error:
                if ran_out_of_memory(error):  # what was measured until now is enough
                    return
                raise
            self.gradients.append(dict(further.gradients))
            if self.run.in_graph and further.passed is not None:
                self.passes.append(further.passed)

    def close(self) -> None:
        """Take the second checksum."""
        self.after = digest(self.model)

    def let_go(self) -> None:
        """Free what training needs the memory for; the rows for a later pass stay."""
        self._let_outputs_go()
        vars(self).pop("run", None)
        rows, kept = self.room.probe_rows, -(-self.room.probe_rows // max(1, self.room.rows))
        self.batches = self.batches[:kept]
        if self.room.divisible and self.room.rows > rows:
            self.batches = [first_rows(one, rows) for one in self.batches]

    def _let_outputs_go(self) -> bool:
        """Whether outputs of layers were held until now."""
        held = bool(self.passes)
        self.passes, self.first.passed = [], None
        return held

    def _rehearse(self, batch: Any, into: Rehearsal | None = None, **options: Any) -> Rehearsal:
        return rehearse(
            self.run,
            batch,
            restore_host_random=self.restore_host_random,
            into=into,
            **options,
        )

    def _go_on_stepping(self, first: Rehearsal, further: FurtherSteps) -> None:
        """Losses of one batch over consecutive steps: further ones while it rises."""
        losses = [np.nan if first.loss is None else first.loss]
        while len(losses) <= CONSECUTIVE_STEPS:
            loss = further.loss()
            if loss is None:
                break
            losses.append(loss)
            if losses[-1] < losses[-2] * RISING and not self.patient:
                break
            further.step()
        self.steps = Steps(losses=tuple(losses))

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


def _has_fixed_batch(model: Any) -> bool:
    """Whether `model` takes batches of one size only: so it was declared, or it keeps state."""
    declared = [tensor.shape[0] for tensor in getattr(model, "inputs", None) or []]
    layers = model._flatten_layers()  # noqa: SLF001
    return any(declared) or any(getattr(layer, "stateful", False) for layer in layers)


def _rows(batch: Any) -> int:
    import keras

    return int(keras.tree.flatten(batch)[0].shape[0])  # sparse and ragged tensors have no len


def _alike(one: Any, other: Any) -> bool:
    import keras

    shapes = zip(keras.tree.flatten(one), keras.tree.flatten(other), strict=True)
    return all(tuple(a.shape[1:]) == tuple(b.shape[1:]) for a, b in shapes)
