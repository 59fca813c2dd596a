"""Train copies with a set of parts replaced, and score what they predict.

Sets that differ in rows, labels, first weights or the rate share one trace.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nbdoctor import backend
from nbdoctor.errors.guard import let_through
from nbdoctor.errors.words import described
from nbdoctor.experiment.networks import Copies, Network, network_of, own_network
from nbdoctor.experiment.new_head import NewHead
from nbdoctor.experiment.objective import (
    NUMBERS,
    HeadForm,
    LossForm,
    encoded,
    head_for,
    label_form,
    near_class,
    reference_loss,
    units_of,
)
from nbdoctor.experiment.own_objective import OwnObjective
from nbdoctor.experiment.parts import ARCHITECTURE, HEAD, LENGTH, as_chosen
from nbdoctor.experiment.plain import plain_network
from nbdoctor.experiment.present import Looked
from nbdoctor.experiment.program import ExperimentProgram
from nbdoctor.experiment.rows import TrainedRows, batches, scale_of_labels, scaled
from nbdoctor.experiment.search import OutOfTimeError, Stop
from nbdoctor.readings.score import score
from nbdoctor.readings.task import NotScorableError, Task
from nbdoctor.readings.tried_parts import PartRun
from nbdoctor.trials.isolation import start_from

Array = npt.NDArray[Any]

MOST_STEPS = 800
"""Of one training: healthy small programs have learned by then."""

LONGER, FEWEST_LONG, MOST_LONG = 3, 400, 1600
"""With the length replaced: so many times the steps, within these."""

SMALL_BATCH, LARGE_BATCH = 8, 64
TRAININGS, FEWEST_STEPS = 16, 40
"""A search of so many trainings fits the time; below so many steps nothing is learned."""

QUARTERS = 4
PROBED = 5
"""Steps that are timed."""

LONGEST_CALL = 0.5
"""Seconds that a graph of several steps may run: an interrupt is met between two."""

SHORTEST_STEP = 1e-6
PREDICTED = 256
USUAL_RATE = 1e-3

STRUCTURE = (
    ARCHITECTURE, HEAD, "loss", "layers", "activations", "regularisation", "normalisation",
    "masks", "trainable",
)  # fmt: skip
"""Parts that need a trace of their own."""


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What an arm is trained by, of labels in a form that it reads.

    Attributes
    ----------
    loss : callable
        Of a batch, and outputs.
    labels : tuple of array
    heads : tuple of HeadForm
        What stands behind each output, for the score.
    """

    loss: Callable[[Mapping[str, Any], list[Any]], Any]
    labels: tuple[Array, ...]
    heads: tuple[HeadForm, ...]


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
    program : ExperimentProgram
    looked : Looked
    copies : Copies
    own : OwnObjective or None
        The user's loss; None where it cannot be run.
    earlier : TrainedRows or None
        The pair of arrays that stands for the rows where the pipeline is replaced.
    deadline : float
        `time.perf_counter` by which all has to be over.
    runs : list of PartRun
    """

    program: ExperimentProgram
    looked: Looked
    copies: Copies
    own: OwnObjective | None
    optimizer: Callable[[], Any]
    deadline: float
    earlier: TrainedRows | None = None
    told: Callable[[], None] = lambda: None
    runs: list[PartRun] = field(default_factory=list)
    steps: int = 0
    longest: float = 0.0
    _traces: dict[Any, Trace] = field(default_factory=dict)

    @property
    def was_cut(self) -> bool:
        """Whether time allows fewer steps than the program has made, and healthy ones need."""
        return 0 < self.steps < min(self.program.steps, MOST_STEPS)

    def train(self, replaced: frozenset[str], seed: int, stop: Stop) -> float:
        """Train with these parts replaced; see `search.Train`.

        Raises
        ------
        OutOfTimeError
        """
        if time.perf_counter() + self.longest > self.deadline:
            raise OutOfTimeError
        began, curve, error, steps = time.perf_counter(), [], "", 0
        try:
            curve, steps = self._trained(replaced, seed, stop)
        except OutOfTimeError:
            raise
        except Exception as raised:  # noqa: BLE001  (a program that raises has learned nothing)
            let_through(raised)
            error = described(raised)
        reached = curve[-1] if curve else 0.0
        seconds = time.perf_counter() - began
        names = as_chosen(replaced)
        self.runs.append(PartRun(names, seed, reached, tuple(curve), steps, seconds, error))
        self.told()
        return reached

    # ---- one training -------------------------------------------------------------------

    def _trained(
        self, replaced: frozenset[str], seed: int, stop: Stop
    ) -> tuple[list[float], int]:
        rows = self._rows(replaced)
        inputs = self._inputs(rows, replaced)
        objective = self._objective(rows, replaced)
        trace = self._trace(rows, inputs, objective, replaced)
        data = self._data(rows, inputs, objective, replaced)
        order = self._order(rows, replaced, seed)
        self._time(trace, data, order)
        order = self._order(rows, replaced, seed)
        self._begin(trace, seed, replaced)
        curve: list[float] = []
        made = 0
        for part in np.array_split(order, QUARTERS):
            self._descend(trace, data, part)
            made += len(part)
            curve.append(self._score(trace, rows, inputs, objective, replaced))
            if stop(curve):
                break
        return curve, made

    def _descend(self, trace: Trace, data: Any, order: Array) -> None:
        at_once = max(1, int(LONGEST_CALL / max(trace.step_seconds, SHORTEST_STEP)))
        for at in range(0, len(order), at_once):
            some = order[at : at + at_once]
            if time.perf_counter() + len(some) * trace.step_seconds > self.deadline:
                raise OutOfTimeError
            trace.steps(data, some)

    def _time(self, trace: Trace, data: Any, order: Array) -> None:
        """Trace the step and time some of it; fit the steps of all trainings to the time."""
        began = time.perf_counter()
        if not trace.step_seconds:
            trace.steps(data, order[:1])
            traced = time.perf_counter()
            self.longest = max(self.longest, traced - began)
            trace.steps(data, order[:PROBED])
            timed = len(order[:PROBED])
            trace.step_seconds = max((time.perf_counter() - traced) / timed, SHORTEST_STEP)
        if not self.steps:
            left = max(self.deadline - time.perf_counter(), 0.0)
            fitting = max(FEWEST_STEPS, int(left / TRAININGS / trace.step_seconds))
            self.steps = max(1, min(self.program.steps, MOST_STEPS, fitting))

    def _begin(self, trace: Trace, seed: int, replaced: frozenset[str]) -> None:
        start_from(seed)
        network = trace.network
        drawn = network.first(seed, "init" in replaced)
        for variable, value in zip(network.held, drawn, strict=True):
            variable.assign(value)
        for variable, value in zip(trace.optimizer.variables, trace.slots, strict=True):
            variable.assign(value)
        rate = self._rate(replaced)
        if rate is not None:
            trace.optimizer.learning_rate = rate

    # ---- what is trained on -------------------------------------------------------------

    def _rows(self, replaced: frozenset[str]) -> TrainedRows:
        return self.earlier if "pipeline" in replaced and self.earlier else self.program.rows

    def _inputs(self, rows: TrainedRows, replaced: frozenset[str]) -> tuple[Array, ...]:
        if "inputs" not in replaced:
            return rows.inputs
        return scaled(rows.inputs, self.looked.kinds, rows.train)

    def _order(self, rows: TrainedRows, replaced: frozenset[str], seed: int) -> Array:
        program = self.program
        steps, size = self.steps or PROBED, program.batch_size
        if LENGTH in replaced:
            size = min(max(size, SMALL_BATCH), LARGE_BATCH)
            wanted = int(np.clip(LONGER * program.steps, FEWEST_LONG, MOST_LONG))
            steps = max(steps, min(wanted, 2 * steps)) if self.was_cut else max(steps, wanted)
        own = "order" not in replaced and "pipeline" not in replaced
        return batches(
            rows,
            steps=steps,
            size=size,
            shuffles=program.shuffles or not own,
            last=program.last if own else 0.0,
            seed=seed,
        )

    def _data(
        self,
        rows: TrainedRows,
        inputs: Sequence[Array],
        objective: Objective,
        replaced: frozenset[str],
    ) -> dict[str, Any]:
        import keras
        from keras import ops

        data: dict[str, Any] = {"x": list(inputs), "y": list(objective.labels)}
        if rows.weights is not None and not {"weights", "loss"} & replaced:
            data["w"] = rows.weights
        counts = [task.counts for task in rows.tasks]
        if all(one is not None for one in counts):
            data["counts"] = counts
        return keras.tree.map_structure(ops.convert_to_tensor, data)  # type: ignore[no-any-return]

    # ---- loss, last layer, network ------------------------------------------------------

    def _form(self, replaced: frozenset[str], at: int) -> LossForm | None:
        """The user's loss where it takes part, else None."""
        if "loss" in replaced or self.own is None:
            return None
        return self.looked.losses[at]

    def _objective(self, rows: TrainedRows, replaced: frozenset[str]) -> Objective:
        heads = tuple(self._head(rows, replaced, at) for at in range(len(rows.tasks)))
        own_labels = "labels" not in replaced
        labels = tuple(
            one
            if own_labels
            else encoded(task, label_form(task, one, self._form(replaced, at), heads[at].units))
            for at, (task, one) in enumerate(zip(rows.tasks, rows.labels, strict=True))
        )
        if "loss" not in replaced and self.own is not None:
            return Objective(loss=self.own.loss, labels=labels, heads=heads)
        keeps_body = ARCHITECTURE not in replaced
        near = near_class(rows.inputs, rows.tasks[0]) if keeps_body else None
        losses = [
            reference_loss(task, head, one, own_labels=own_labels, near=near)
            for task, head, one in zip(rows.tasks, heads, rows.labels, strict=True)
        ]

        def of_all(batch: Mapping[str, Any], outs: list[Any]) -> Any:
            counts = batch.get("counts", [None] * len(outs))
            each = zip(losses, batch["y"], outs, counts, strict=True)
            return sum(loss(y, out, some) for loss, y, out, some in each)

        return Objective(loss=of_all, labels=labels, heads=heads)

    def _head(self, rows: TrainedRows, replaced: frozenset[str], at: int) -> HeadForm:
        task, loss = rows.tasks[at], self._form(replaced, at)
        single = len(rows.tasks) == 1
        if HEAD not in replaced and single and self.looked.head is not None:
            return self.looked.head
        if ARCHITECTURE in replaced or HEAD in replaced:
            return head_for(task, loss, own_labels="labels" not in replaced)
        return self._unseen_head(task, at)

    def _unseen_head(self, task: Task, at: int) -> HeadForm:
        """What the user's outputs seem to be, where no last layer was told apart."""
        shapes = self.looked.anatomy.shapes if self.looked.anatomy is not None else ()
        known = at < len(shapes) and len(shapes[at]) > 1
        units = shapes[at][-1] if known else units_of(task)
        if task.kind in {*NUMBERS, "distances"} or task.logits:
            return HeadForm(units)
        return HeadForm(units, "softmax" if task.kind == "classes" and units > 1 else "sigmoid")

    def _trace(
        self,
        rows: TrainedRows,
        inputs: Sequence[Array],
        objective: Objective,
        replaced: frozenset[str],
    ) -> Trace:
        tasks = tuple((task.kind, task.truth.shape[1:]) for task in rows.tasks)
        labels = "labels" in replaced and "loss" in replaced
        plain = ARCHITECTURE in replaced
        key = (
            frozenset(replaced & {*STRUCTURE}), objective.heads, tasks, labels,
            tuple(int(x.max()) for x in inputs) if plain and "ids" in self.looked.kinds else (),
            "optimizer" in replaced and not self._shares_optimizer,
            "inputs" in replaced and not plain,
        )  # fmt: skip
        if key not in self._traces:
            self._traces[key] = self._made(rows, inputs, objective, replaced)
        return self._traces[key]

    def _made(
        self,
        rows: TrainedRows,
        inputs: Sequence[Array],
        objective: Objective,
        replaced: frozenset[str],
    ) -> Trace:
        from keras import ops

        began = time.perf_counter()
        heads = [NewHead(*one) for one in zip(objective.heads, rows.tasks, strict=True)]
        if ARCHITECTURE in replaced:
            anatomy = self.looked.anatomy
            narrowest = anatomy.narrowest if anatomy is not None else 16
            model = plain_network(rows, inputs, self.looked.kinds, narrowest)
            some = [ops.convert_to_tensor(one[:4]) for one in inputs]
            network = network_of(model, heads, some)
        else:
            network = own_network(self.copies, replaced, heads[0] if HEAD in replaced else None)
        optimizer = self._optimizer(replaced)
        optimizer.build(network.trained)

        def loss(batch: Mapping[str, Any]) -> Any:
            outs = network.forward(batch["x"], True)  # noqa: FBT003
            return sum(network.penalties(), objective.loss(batch, outs))

        training = backend.current().training
        trace = Trace(
            network=network,
            optimizer=optimizer,
            steps=training.descent(loss, optimizer, network.trained),
            predict=training.graph_of(lambda some: network.forward(some, False)),  # noqa: FBT003
            slots=[np.array(one) for one in optimizer.variables],
        )
        self.longest = max(self.longest, time.perf_counter() - began)
        return trace

    def _optimizer(self, replaced: frozenset[str]) -> Any:
        import keras

        own = None if "optimizer" in replaced and not self._shares_optimizer else self.optimizer()
        return own if own is not None else keras.optimizers.Adam(USUAL_RATE)

    @property
    def _shares_optimizer(self) -> bool:
        """Whether the user's optimizer differs from the reference by its rate alone."""
        import keras

        own = self.looked.optimizer
        if own is None or type(own) is not keras.optimizers.Adam:
            return False
        ours, theirs = keras.optimizers.Adam(USUAL_RATE).get_config(), own.get_config()
        same = all(ours[name] == theirs.get(name) for name in ours if name not in RATE_AND_NAME)
        return same and isinstance(theirs.get("learning_rate"), (int, float))

    def _rate(self, replaced: frozenset[str]) -> float | None:
        if not self._shares_optimizer:
            return None
        if "optimizer" in replaced:
            return USUAL_RATE
        return float(self.looked.optimizer.get_config()["learning_rate"])

    # ---- score --------------------------------------------------------------------------

    def _score(
        self,
        trace: Trace,
        rows: TrainedRows,
        inputs: Sequence[Array],
        objective: Objective,
        replaced: frozenset[str],
    ) -> float:
        from keras import ops

        parts: list[list[Array]] = []
        for at in range(0, len(rows.judge), PREDICTED):
            index = rows.judge[at : at + PREDICTED]
            some = [ops.convert_to_tensor(one[index]) for one in inputs]
            parts.append([np.asarray(ops.convert_to_numpy(one)) for one in trace.predict(some)])
        outs = [np.concatenate(one) for one in zip(*parts, strict=True)]
        found = []
        for at, (task, out) in enumerate(zip(rows.tasks, outs, strict=True)):
            form, head = self._form(replaced, at), objective.heads[at]
            logits = head.activation == "linear" if form is None else form.logits
            answers = Answers(out, logits=logits, own_labels="labels" not in replaced)
            found.append(answers.score(task, rows.judge))
        return float(np.mean(found))


RATE_AND_NAME = ("learning_rate", "name")


@dataclass(frozen=True)
class Answers:
    """Predictions by a last layer that was trained on labels in one of their forms.

    Attributes
    ----------
    values : array
    logits : bool
    own_labels : bool
        They were trained on raw labels, and not on class numbers or scaled numbers.
    """

    values: Array
    logits: bool
    own_labels: bool

    def score(self, task: Task, judge: Array) -> float:
        """Score them on the rows that judge; 0 where their shape is none of an answer."""
        judged, out = task.of(judge), self.values
        if judged.kind in NUMBERS and not self.own_labels and out.size == judged.truth.size:
            centre, spread = scale_of_labels(task)
            out = out.reshape(judged.truth.shape) * spread + centre
        if judged.kind in {"classes", "bits"}:
            judged = replace(judged, logits=self.logits)
        if judged.kind in {"classes", "distances"} and not self.own_labels:
            judged = replace(judged, values=np.arange(len(judged.values), dtype="float64"))
        try:
            return score(judged, out, by_value=self.own_labels)
        except NotScorableError:
            return 0.0
