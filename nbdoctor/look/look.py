"""The look at the first steps: what is measured, in which order, and for how long.

The step is the model's own, by the trace that training makes of it, on copies of all that it
reads or writes. Where no copy can stand for what it acts on, or where there is no trace, the first
real step is watched as it is made, and nothing is run a second time.
"""

from __future__ import annotations

import contextlib
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.engine import RefusedError
from nbdoctor.errors.guard import attempt
from nbdoctor.look.account import StepAccount
from nbdoctor.look.batches import has_fixed_batch, row_count
from nbdoctor.look.building import make_variables
from nbdoctor.look.checksum import digest
from nbdoctor.look.consecutive import loss_noise, losses_of_steps, moved_later, rises
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.memory import (
    MemoryBudget,
    first_rows,
    is_small,
    ran_out_of_memory,
    refuse_if_short,
)
from nbdoctor.look.restored import restored_afterwards
from nbdoctor.look.step_notes import Rehearsal, Steps, numbers_in
from nbdoctor.look.step_trace import StepTrace, tracing
from nbdoctor.look.structure import TrainableWeight, layer_paths, trainable_weights
from nbdoctor.look.train_step import CopiedStep
from nbdoctor.look.watch import watched_step

SHARE_FOR_MORE = 0.35
"""All further passes may take this share of the first one's time, the trace included: so a look
stays below a plain first step, of whose two traces it saves one (tests/benchmarks/look_cost.py)."""

GRADIENT_BATCHES = 3
"""Batches that a rule about gradients wants to see before it speaks."""

SUSPICIOUS_RATIO = 1e-3
"""A first-to-last gradient ratio below this is worth further batches at any cost: one batch is no
proof, and a step on copies takes no longer than one of the training."""

EARLIER_TRACE = "an earlier `fit` has traced it, and your own code would have to run again"
OP_BY_OP = "it runs op by op, and your own code would have to run again"
NO_TRACE = "your own code would have to run once more"


@dataclass
class Look:
    """One look at a model about to be trained. Each method measures one thing.

    Attributes
    ----------
    of : weakref to keras.Model
        Nothing of ours keeps a model that the cell deletes.
    batches : list
        As `train_step` takes them; the first is the one that training uses next.
    is_pure : bool
        The model is made of Keras's own parts, so that it may be called once more.
    deadline : float
        `time.perf_counter` after which no further pass is begun.
    patient : bool
        Nobody waits for training: take every batch that the deadline allows.
    trace : StepTrace or None
        Of the step, where training has made it already.
    began : float
        When the trace was begun.
    refused : str
        Why the step was not made on copies; "" where it was.
    moved_later : frozenset of str
        As `consecutive.moved_later`.
    iterations : int or None
        Steps that the optimizer had made before, where it has gone on since.
    account : StepAccount or None
        What the step does beyond that, where it is known.
    trained : bool
        Training is over, so that nothing waits any more.
    hurried : bool
        Rows or batches at hand were left out, as training waits.
    whole : Any
        The first batch with all of its rows, where `batches` have fewer since training goes on.
    error : Exception or None
        What the rehearsal raised.
    """

    of: Callable[[], Any]
    batches: list[Any]
    is_pure: bool
    deadline: float
    patient: bool = False
    trace: StepTrace | None = None
    began: float = field(default_factory=time.perf_counter)
    refused: str = ""
    first: Rehearsal = field(default_factory=Rehearsal)
    memory: MemoryBudget = field(init=False)
    before: str = ""
    after: str = ""
    run: CopiedStep | None = None
    passes: list[LayerOutputs] = field(default_factory=list)
    paths: dict[int, str] = field(default_factory=dict)
    gradients: list[dict[str, Any]] = field(default_factory=list)
    steps: Steps = field(default_factory=Steps)
    account: StepAccount | None = None
    allowed_until: float = 0.0
    forward_seconds: float = 0.0
    is_watched: bool = False
    iterations: int | None = None
    moved_later: frozenset[str] = frozenset()
    trained: bool = False
    hurried: bool = False
    error: Exception | None = None
    whole: Any = None
    restored_at_end: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def step_batch(self) -> Any:
        """The first batch as the step takes it: its trace may be for that many rows only."""
        return self.batches[0] if self.whole is None else self.whole

    @property
    def model(self) -> Any:
        """The model, None where it is gone."""
        return self.of()

    def __post_init__(self) -> None:
        rows = row_count(self.batches[0])
        divisible = not has_fixed_batch(self.model)
        self.memory = MemoryBudget(
            whole=rows, rows=rows, divisible=divisible, deadline=self.deadline
        )

    def rehearse(self) -> None:
        """Make the first step on copies.

        Raises
        ------
        RefusedError
            Of the backend: no copies can stand for what it acts on.
        TooLittleMemoryError
            They might not fit into memory.
        """
        refuse_if_short(self.model)
        self.before = digest(self.model)
        if self.trace is None:
            try:
                self._trace_alone()
            except BaseException:
                self.restored_at_end.close()
                raise
            self.before = digest(self.model)  # with the variables that were made for it
        self.paths = layer_paths(self.model)
        if self.is_pure:
            self.memory.fit_to(self.model, self.batches[0])
        self.memory.measure(self._rehearse_in_time, self.memory.halve)
        self.gradients.append(dict(self.first.gradients))

    def _trace_alone(self) -> None:
        """Trace the step where training does not, or has done so before."""
        if not self.is_pure:
            raise RefusedError(self._why_not_traced())
        self.restored_at_end.enter_context(restored_afterwards([self.model]))
        batch = self.batches[0]
        make_variables(self.model, batch)
        with tracing(self.model) as self.trace:
            backend.current().traces.traced(self.model.train_step, batch)

    def _why_not_traced(self) -> str:
        if self.model.run_eagerly or backend.current().state.runs_eagerly():
            return OP_BY_OP
        return NO_TRACE if vars(self.model).get("train_function") is None else EARLIER_TRACE

    def _rehearse_in_time(self) -> None:
        if self.memory.rows < self.memory.whole:
            self.batches = [first_rows(one, self.memory.rows) for one in self.batches]
            if self.is_pure:  # the trace may be for batches of that size only
                self._trace_alone()
        assert self.trace is not None  # noqa: S101  (`rehearse` made it)
        self.first, self.passes = Rehearsal(), []
        self.run = CopiedStep(self.trace, self.batches[0])
        first = self.run(self.batches[0], self.first)
        first.changes.update(self.run.changes())
        self.account = attempt(self.run.account)
        if first.passed is not None and first.passed.layers:
            self.passes.append(first.passed)
        losses = losses_of_steps(self.run, self.batches[0], self.first.target, patient=self.patient)
        self.steps = Steps(losses=losses)
        self.moved_later = moved_later(self.run, self.first)
        now = time.perf_counter()
        self.allowed_until = now + (now - self.began) * SHARE_FOR_MORE

    @property
    def shows_gradients(self) -> bool:
        """Whether the values of the gradients are known, or that there are none."""
        return bool(self.first.gradients) if self.run is None else self.run.gradients_known

    def weights(self) -> list[TrainableWeight]:
        """The trainable weights from input to output."""
        return trainable_weights(self.model, self.paths, self.first.changes)

    def go_on(self, flow: float | None) -> None:
        """Take further batches while they are worth their time."""
        if self.run is None:
            return
        rose = rises(self.steps.losses)
        if rose:
            self.steps = replace(
                self.steps,
                changes_by_itself=loss_noise(self.run, self.batches[0], self.first.target),
            )
        low = flow is not None and flow < SUSPICIOUS_RATIO
        wanted = self.batches[1:] if self.patient else self.batches[1:GRADIENT_BATCHES]
        for batch in wanted:
            now = time.perf_counter()
            allowed = (self.patient or now < self.allowed_until) and now <= self.deadline
            proves = low and len(self.gradients) < GRADIENT_BATCHES
            if not (allowed or proves):
                self.hurried = True
                break
            if row_count(batch) != self.memory.rows:  # a trace of ours may take its own size only
                continue
            if not self.take(batch):
                return

    def take(self, batch: Any) -> bool:
        """Make a step on a further batch, from the model as it is; False where memory ran out."""
        if self.run is None:
            return False
        try:
            self.run.restart()
            further = self.run(batch)
        except Exception as error:
            if ran_out_of_memory(error):  # what was measured until now is enough
                return False
            raise
        self.gradients.append(dict(further.gradients))
        if further.passed is not None and further.passed.layers:
            self.passes.append(further.passed)
        return True

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note what the real step does that is made in the block; nothing else is run."""
        self.is_watched, self.paths = True, layer_paths(self.model)
        self.first = Rehearsal(passed=LayerOutputs(of=weakref.ref(self.model)))
        with watched_step(self.model, self.first):
            yield
        self.gradients = [dict(self.first.gradients)]

    def watched(self, logs: Any) -> None:
        """Take what the watched step has reported."""
        self.first.logs = numbers_in(logs)
        self.first.loss = self.first.logs.get("loss")
        passed = self.first.passed
        if passed is not None and passed.layers:
            self.passes = [passed]

    def close(self) -> None:
        """Take the second checksum."""
        self.after = digest(self.model)

    def let_go(self) -> None:
        """Free what training needs the memory for; the rows for a later pass stay."""
        self.let_outputs_go()
        self.restored_at_end.close()
        self.trace = None
        self.first.optimizers = []
        rows, kept = self.memory.probe_rows, -(-self.memory.probe_rows // max(1, self.memory.rows))
        self.batches = self.batches[:kept]
        if self.memory.divisible and self.memory.rows > rows and self.is_pure:
            self.whole = self.batches[0] if is_small(self.batches[0]) else None
            self.run = self.run if self.whole is not None else None
            self.batches = [first_rows(one, rows) for one in self.batches]

    def forget(self) -> None:
        """The model is gone: nothing of ours keeps the memory of its parts."""
        self.let_outputs_go()
        self.run = self.trace = self.whole = None
        self.batches = []

    def let_go_of_step(self) -> None:
        """Free the copies, where no code of the user's keeps them from being made again."""
        self.let_outputs_go()
        if self.is_pure:
            self.run = None

    def let_outputs_go(self) -> bool:
        """Whether outputs of layers were held until now."""
        held = bool(self.passes)
        self.passes, self.first.passed = [], None
        return held
