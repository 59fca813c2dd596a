"""Train copies with a set of parts replaced, and score what they predict.

Sets that differ in rows, labels, first weights or the rate share one trace.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described
from nbdoctor.experiment.networks import Copies, Network, network_of, own_network
from nbdoctor.experiment.new_head import NewHead
from nbdoctor.experiment.parts import ARCHITECTURE, HEAD, LENGTH, as_chosen
from nbdoctor.experiment.plain import plain_network
from nbdoctor.experiment.references import Chosen, References
from nbdoctor.experiment.rows import batches
from nbdoctor.experiment.scores import OutOfTimeError, Stop
from nbdoctor.readings.tried_parts import LONGER, PartRun
from nbdoctor.trials.isolation import start_from
from nbdoctor.trials.training import LONGEST_CALL, SHORTEST_STEP

Array = npt.NDArray[Any]

MOST_STEPS = 800
"""Of one training: healthy small programs have learned by then."""

FEWEST_LONG, MOST_LONG = 400, 1600
"""Steps with the length replaced are within these."""

LONGEST, MOST_OF_ALL = 20, 4000
"""Times the steps of the program, and steps, before layers are blamed and not the length."""

SMALL_BATCH, LARGE_BATCH = 8, 64
TRAININGS, FEWEST_STEPS = 16, 40
"""A search of so many trainings fits the time; below so many steps nothing is learned."""

QUARTERS = 4
PROBED = 5
"""Steps that are timed."""

PREDICTED = 256
"""Rows that are predicted at once."""

SOME = 4
NARROWEST = 16
"""Units of the layer in the middle of a plain network, where the user's are not known."""

STRUCTURE = frozenset({
    ARCHITECTURE, HEAD, "loss", "layers", "activations", "regularisation", "normalisation",
    "masks", "trainable",
})  # fmt: skip
"""Parts that need a trace of their own."""


@dataclass
class Trace:
    """A network with its step and its predictions as graphs."""

    network: Network
    optimizer: Any
    steps: Callable[[Any, Any], Any]
    predict: Callable[[Any], Any]
    slots: list[Array]
    step_seconds: float = 0.0


@dataclass
class Arms:
    """All trainings of one program.

    Attributes
    ----------
    references : References
    copies : Copies
    deadline : float
        `time.perf_counter` by which all has to be over.
    told : callable
        Called after each training.
    runs : list of PartRun
    steps : int
        Of a training of the usual length; 0 until the first one was timed.
    longest : float
        Seconds that the longest trace took.
    is_patient : bool
        Trainings with the length replaced make as many steps as layers need that learn slowly.
    """

    references: References
    copies: Copies
    deadline: float
    told: Callable[[], None] = lambda: None
    runs: list[PartRun] = field(default_factory=list)
    steps: int = 0
    longest: float = 0.0
    is_patient: bool = False
    _traces: dict[Any, Trace] = field(default_factory=dict)

    @property
    def was_cut(self) -> bool:
        """Whether time allows fewer steps than the program has made, and healthy ones need."""
        return 0 < self.steps < min(self.references.program.steps, MOST_STEPS)

    @property
    def long(self) -> int:
        """Steps of a training with the length replaced."""
        times, most = (LONGEST, MOST_OF_ALL) if self.is_patient else (LONGER, MOST_LONG)
        return int(np.clip(times * self.references.program.steps, FEWEST_LONG, most))

    def be_patient(self) -> None:
        """Give slow layers time to learn."""
        self.is_patient = True

    def unjudged(self) -> frozenset[str]:
        """The length, where a training here is shorter than the program's own.

        More steps than these only make up for what was cut.
        """
        return frozenset({LENGTH} if 0 < self.steps < self.references.program.steps else ())

    def train(self, replaced: frozenset[str], seed: int, stop: Stop) -> float:
        """Train with these parts replaced; see `scores.Train`.

        Raises
        ------
        OutOfTimeError
        """
        began = time.perf_counter()
        if began + self.longest > self.deadline:
            raise OutOfTimeError
        curve: list[float] = []
        steps, error = 0, ""
        try:
            steps = self._trained(replaced, seed, stop, curve)
        except OutOfTimeError:
            raise
        except Exception as raised:  # noqa: BLE001  (a program that raises has learned nothing)
            let_through(raised)
            error, curve = described(raised), []
        reached = curve[-1] if curve else 0.0
        seconds = time.perf_counter() - began
        names = as_chosen(replaced)
        self.runs.append(PartRun(names, seed, reached, tuple(curve), steps, seconds, error))
        self.told()
        return reached

    # ---- one training -------------------------------------------------------------------

    def _trained(self, replaced: frozenset[str], seed: int, stop: Stop, curve: list[float]) -> int:
        """Train, and note the score after each quarter; return how many steps were made."""
        chosen = self.references.chosen(replaced)
        trace, data = self._trace(chosen), chosen.data
        self._time(trace, data, self._order(chosen, seed))
        self._begin(trace, seed, replaced)
        made = 0
        for part in np.array_split(self._order(chosen, seed), QUARTERS):
            self._descend(trace, data, part)
            made += len(part)
            curve.append(chosen.score(self._predicted(trace, chosen)))
            if stop(curve):
                break
        return made

    def _order(self, chosen: Chosen, seed: int) -> Array:
        """The rows of every step."""
        program, replaced = self.references.program, chosen.replaced
        steps, size = self.steps or PROBED, program.batch_size
        if LENGTH in replaced:
            size = min(max(size, SMALL_BATCH), LARGE_BATCH)
            steps = max(steps, self.long)
        own = not {"order", "pipeline"} & replaced
        return batches(
            chosen.rows,
            steps=steps,
            size=size,
            shuffles=program.shuffles or not own,
            last=program.last if own else 0.0,
            seed=seed,
        )

    def _descend(self, trace: Trace, data: Any, order: Array) -> None:
        """Make steps; an interrupt is met between the calls."""
        at_once = max(1, int(LONGEST_CALL / trace.step_seconds))
        for at in range(0, len(order), at_once):
            some = order[at : at + at_once]
            if time.perf_counter() + len(some) * trace.step_seconds > self.deadline:
                raise OutOfTimeError
            trace.steps(data, some)

    def _time(self, trace: Trace, data: Any, order: Array) -> None:
        """Trace the step and time some of it; fit the steps of all trainings to the time."""
        if not trace.step_seconds:
            began = time.perf_counter()
            trace.steps(data, order[:1])
            traced = time.perf_counter()
            self.longest = max(self.longest, traced - began)
            trace.steps(data, order[:PROBED])
            each = (time.perf_counter() - traced) / len(order[:PROBED])
            trace.step_seconds = max(each, SHORTEST_STEP)
        if not self.steps:
            left = max(self.deadline - time.perf_counter(), 0.0)
            fitting = max(FEWEST_STEPS, int(left / TRAININGS / trace.step_seconds))
            self.steps = max(1, min(self.references.program.steps, MOST_STEPS, fitting))

    def _begin(self, trace: Trace, seed: int, replaced: frozenset[str]) -> None:
        start_from(seed)
        drawn = trace.network.first(seed, "init" in replaced)
        for variable, value in zip(trace.network.held, drawn, strict=True):
            variable.assign(value)
        for variable, value in zip(trace.optimizer.variables, trace.slots, strict=True):
            variable.assign(value)
        rate = self.references.rate(replaced)
        if rate is not None:
            trace.optimizer.learning_rate = rate

    def _predicted(self, trace: Trace, chosen: Chosen) -> list[Array]:
        """Predictions for the rows that judge, by output."""
        from keras import ops

        parts, judge = [], chosen.rows.judge
        for at in range(0, len(judge), PREDICTED):
            index = judge[at : at + PREDICTED]
            some = [ops.convert_to_tensor(one[index]) for one in chosen.inputs]
            parts.append([np.asarray(ops.convert_to_numpy(one)) for one in trace.predict(some)])
        return [np.concatenate(one) for one in zip(*parts, strict=True)]

    # ---- traces -------------------------------------------------------------------------

    def _trace(self, chosen: Chosen) -> Trace:
        """The trace that serves for a set; it is made where no earlier one does."""
        replaced, plain = chosen.replaced, ARCHITECTURE in chosen.replaced
        tasks = tuple((task.kind, task.truth.shape[1:]) for task in chosen.rows.tasks)
        embedded = plain and "ids" in self.references.looked.kinds
        key = (
            replaced & STRUCTURE,
            chosen.heads,
            tasks,
            {"labels", "loss"} <= replaced,
            tuple(int(x.max()) for x in chosen.inputs) if embedded else (),
            "optimizer" in replaced and not self.references.shares_optimizer,
            "inputs" in replaced and not plain,
        )
        if key not in self._traces:
            began = time.perf_counter()
            self._traces[key] = self._traced(chosen)
            self.longest = max(self.longest, time.perf_counter() - began)
        return self._traces[key]

    def _traced(self, chosen: Chosen) -> Trace:
        network = self._network(chosen)
        optimizer = self.references.optimizer(chosen.replaced)
        optimizer.build(network.trained)

        def loss(batch: Mapping[str, Any]) -> Any:
            outs = network.forward(batch["x"], True)  # noqa: FBT003
            return sum(network.penalties(), chosen.loss(batch, outs))

        training = backend.current().training
        return Trace(
            network=network,
            optimizer=optimizer,
            steps=training.descent(loss, optimizer, network.trained),
            predict=training.graph_of(lambda some: network.forward(some, False)),  # noqa: FBT003
            slots=[np.array(one) for one in optimizer.variables],
        )

    def _network(self, chosen: Chosen) -> Network:
        from keras import ops

        replaced, looked = chosen.replaced, self.references.looked
        heads = [NewHead(*one) for one in zip(chosen.heads, chosen.rows.tasks, strict=True)]
        if ARCHITECTURE not in replaced:
            return own_network(self.copies, replaced, heads[0] if HEAD in replaced else None)
        narrowest = NARROWEST if looked.anatomy is None else looked.anatomy.narrowest
        model = plain_network(chosen.rows, chosen.inputs, looked.kinds, narrowest)
        some = [ops.convert_to_tensor(one[:SOME]) for one in chosen.inputs]
        return network_of(model, heads, some)
