"""What a backend has to offer: the examination asks these protocols, and no library behind them.

Each protocol is the shape of one module, with the same file name in the folder of every backend
(`backend/tensorflow/values.py`, ...); mypy checks the modules where the folder makes its `Engine`.
The one central idea is the step on copies (`Steps.shadow`): a backend that cannot make one raises
`RefusedError`, and the real steps are watched instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from nbdoctor.backend.devices import Device
from nbdoctor.backend.nodes import Differentiated, Expressions
from nbdoctor.backend.parts import Parts
from nbdoctor.backend.pipelines import Pipelines
from nbdoctor.backend.sampling import Array


class RefusedError(RuntimeError):
    """The step acts on a state that no copy can stand for; the message names it."""


class Values(Protocol):
    """Tensors, read and made (`values.py`)."""

    def now(self, variable: Any) -> Any:
        """Return the value of a Keras variable as an array, also while something is traced."""

    def as_type(self, values: Any, like: Any) -> Any:
        """Return `values` as a tensor of the type of `like`."""

    def ones_like(self, tensor: Any) -> Any:
        """Return ones of the shape and type of `tensor`."""

    def is_concrete(self, values: Any) -> bool:
        """Whether all tensors of a structure hold values, as those of a trace do not."""

    def is_dense(self, value: object) -> bool:
        """Whether `value` is a plain tensor, neither ragged nor sparse."""

    def is_float(self, value: object) -> bool:
        """Whether `value` is a floating tensor."""

    def sample(self, tensor: Any) -> Array:
        """Return whole rows as float32, shape (rows, last axis), at most about 16 k values."""

    def some_rows(self, tensor: Any) -> Any:
        """Return the same, still a tensor: also inside of a trace."""

    def as_rows(self, tensor: Any) -> Array:
        """Return `tensor` as float32, shape (rows, last axis)."""

    def product(self, one: Any, other: Any) -> Any:
        """Return the sum of the products of the values of two tensors of one shape."""

    def norm(self, tensor: Any) -> Any:
        """Return the Euclidean norm of a tensor; NaN or infinity where it holds such."""


class State(Protocol):
    """What the backend and a model keep between steps (`state.py`)."""

    def digest(self, variables: Iterable[Any]) -> int:
        """Return the CRC of the bytes of Keras variables, in order."""

    def random_state(self) -> str:
        """Return all of the backend's own random state that no variable holds."""

    def set_seed(self, seed: int) -> None:
        """Draw from `seed` what operations draw that are made from now on."""

    def runs_eagerly(self) -> bool:
        """Whether the user wants functions to run op by op."""

    def is_distributed(self, model: Any) -> bool:
        """Whether `model` was made under a distribution strategy."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn ahead of a step.

    Attributes
    ----------
    batch : Any
        The first batch of the step; None where there was none.
    again : Any
        What the step draws from in place of its own iterator: the same batches.
    error : Exception or None
        What the data raised. The step has to meet it itself.
    given : Any
        The batch as it was, where Keras hands it to the step in a generator of its own.
    """

    batch: Any
    again: Any
    error: Exception | None = None
    given: Any = None


class Batches(Protocol):
    """How `fit` hands batches to a step (`batches.py`)."""

    def draw(self, iterator: Any, number: int) -> Drawn:
        """Draw as many batches as one step draws, so that the step gets the same ones."""

    def draws_of(self, train_function: Any, iterator: Any, steps: int) -> int | None:
        """Return how many batches a call of the step draws, None where that is not known."""

    def spec_of(self, iterator: Any) -> Any:
        """Return shapes and types of the batches, None where the iterator does not say."""

    def as_met(self, error: Exception, drawn: Drawn) -> Exception:
        """Return an error of the data worded as training would have met it."""

    def is_dataset(self, value: object) -> bool:
        """Whether `value` is a dataset of the backend's library."""

    def first_of(self, dataset: Any, most: int) -> Iterator[Any]:
        """Iterate over the first batches of a dataset."""

    def is_only_read(self, dataset: Any) -> bool:
        """Whether drawing from a dataset leaves the next iterator as it would be."""


class Traces(Protocol):
    """Traces of a training step, made when training would make them (`trace.py`)."""

    def trace_of(self, train_function: Any, iterator: Any) -> Callable[[], object] | None:
        """Return what makes Keras trace its step; None where there is nothing to trace."""

    def trace_for_batch(self, train_function: Any, batch: Any) -> Callable[[], object] | None:
        """Return the same for one batch (`train_on_batch`)."""

    def told_as_traced(self, train_function: Any) -> AbstractContextManager[None]:
        """Let the first call in the block count as the one that has traced the step."""

    def traced(self, function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
        """Return `function` as one graph for arguments like these."""


class Step(Protocol):
    """A training step on copies of every variable that it reads or writes."""

    def __call__(self, batch: Any) -> tuple[Any, Any]:
        """Return what the step returns for `batch`, and what was wanted beside it."""

    def restart(self) -> None:
        """Copy again what the user's variables hold now."""

    def copy_of(self, variable: Any) -> Any:
        """Return the copy of a variable, None where the step does not touch it."""


class Steps(Protocol):
    """The step on copies (`step.py`)."""

    def shadow(self, graph: Any, also: Callable[[], Any]) -> Step:
        """Make a step on copies of a traced one.

        Parameters
        ----------
        graph : Any
            What was traced.
        also : callable
            Called within the trace; returns a structure of tensors that are wanted beside what
            the step returns.

        Raises
        ------
        RefusedError
            The step acts on a state of which no copy can be made.
        """

    def graph_taking(self, batch: Any, symbols: Iterable[Any]) -> Any:
        """Return the part of a trace that takes `batch`, by tensors that were met in it.

        Raises
        ------
        RefusedError
            There is none.
        """

    def graph_of(self, tensor: Any) -> Any:
        """Return the graph that a tensor was traced into, None for values."""

    def is_in(self, graph: Any, tensors: Iterable[Any]) -> bool:
        """Whether all of `tensors` were computed in `graph` itself."""


class Loops(Protocol):
    """Training loops that users write themselves (`loops.py`)."""

    @property
    def CALLED_IN_A_STEP(self) -> tuple[type[Any], ...]:  # noqa: N802  (a constant of the module)
        """Classes of the backend's own whose methods a training step calls."""

    def called_functions(
        self,
        first_call: Callable[[Any, tuple[Any, ...], dict[str, Any]], None],
        later_call: Callable[[Any, tuple[Any, ...], dict[str, Any]], None],
    ) -> AbstractContextManager[None]:
        """Call `first_call` before each traced function of the user first runs in the block.

        `later_call` is called before it runs again.
        """

    def differentiated(
        self, note: Callable[[Differentiated], None]
    ) -> AbstractContextManager[None]:
        """Call `note` for everything that a tape differentiates in the block."""

    def as_written(self, function: Callable[..., Any]) -> Any:
        """Return the function under its decorators."""

    def graph_of(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the graph of a traced function for these arguments."""

    def taken_of(self, given: Any) -> list[Any]:
        """Return tensors and arrays among arguments; [] where some of them cannot be asked."""

    def tensors_of(self, given: Any) -> list[Any]:
        """Return what a traced function takes of these arguments."""

    def is_loop(self, graph: Any) -> bool:
        """Whether a traced function goes through data of its own."""

    def is_spread_out(self) -> bool:
        """Whether a distribution strategy is in force: its replicas share one update."""


class Training(Protocol):
    """Copies of a model, trained without Keras's callbacks (`training.py`)."""

    def train_steps(self, model: Any, data: Any, batch_size: int) -> Callable[[Any], Any]:
        """Return several steps as one graph: of rows of steps, shape (steps, batch_size)."""

    def descent(
        self, loss: Callable[[Any], Any], optimizer: Any, variables: Sequence[Any]
    ) -> Callable[[Any, Any], Any]:
        """Return several steps down a loss as one graph: of data, and the rows of each step."""

    def graph_of(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a function of tensors as a graph."""

    def prediction(self, model: Any) -> Callable[[Any], Any]:
        """Return what `model` predicts, as a graph."""

    def rows(self, batch: Any, index: np.ndarray[Any, Any]) -> Any:
        """Return these rows of every tensor of `batch`."""

    def joined(self, batches: Sequence[Any]) -> Any:
        """Return batches of one structure as a single one."""

    def whole(self, adapter: Any) -> Any:
        """Return all rows of a data adapter that makes a single batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """All that differs between backends, as one object.

    Attributes
    ----------
    name : str
        As Keras names it ("tensorflow").
    values, state, batches, pipelines, traces, steps, expressions, loops, training, device, parts
        The modules of its folder.
    """

    name: str
    values: Values
    state: State
    batches: Batches
    pipelines: Pipelines
    traces: Traces
    steps: Steps
    expressions: Expressions
    loops: Loops
    training: Training
    device: Device
    parts: Parts
