"""A call that trains, as its observers learn of it."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nbdoctor.capture.loop_rows import LoopRows
from nbdoctor.capture.strangers import known_arguments

STEPS_TIMED = 20
"""Steps whose wall time is noted; after them training runs without any wrapper, but for steps
from a generator, which are counted: nothing else tells that it has run dry."""


class StopBeforeTrainingError(BaseException):
    """Ends a dry run at the first step. A BaseException: the user's `except` must not meet it."""


@dataclass(frozen=True)
class FitCall:
    """One call of `fit`.

    Attributes
    ----------
    of : weakref to keras.Model
        Nothing of ours keeps a model that the cell deletes.
    arguments : dict of str
        As `fit` received them, defaults filled in; a `Stranger` for what cannot be asked.
    number : int
        Counted from 1 within the cell.
    line : int or None
        Line of the cell that made the call, None outside of notebooks.
    by : str
        What trains: "fit", "train_on_batch" or "training loop".
    goes_on : bool
        An earlier `fit` of the cell has trained the same model.
    passes : list of int
        Steps that were made with each iterator over a generator, as training goes on: Keras takes
        a new one for each epoch, or where the one before has ended.
    lengths : list of int or None
        Batches of an epoch, by Keras's own iterators: the first is that of the training data.
    fetches : list of float
        Seconds that each of the first batches was waited for, of those that were drawn apart from
        their step.
    rows : list of LoopRows
        What its steps were handed or have met, where that is held for lack of anything else: one
        or none.
    """

    of: Callable[[], Any]
    arguments: dict[str, Any]
    number: int = 1
    line: int | None = None
    by: str = "fit"
    goes_on: bool = False
    passes: list[int] = field(default_factory=list, repr=False)
    lengths: list[int | None] = field(default_factory=list, repr=False)
    fetches: list[float] = field(default_factory=list, repr=False)
    rows: list[LoopRows] = field(default_factory=list, repr=False)

    @property
    def model(self) -> Any:
        """The model, None where it is gone."""
        return self.of()

    @property
    def batches(self) -> int | None:
        """Batches of an epoch, as Keras has counted them; None where it does not know."""
        return self.lengths[0] if self.lengths else None


@dataclass(slots=True)
class Trace:
    """Makes Keras trace its training step now, where its first call would.

    Attributes
    ----------
    make : callable
    spec : Any
        Shapes and types of the batches that it is made for.
    error : BaseException or None
        What the trace raised: code of the user's may have run, so that it is not made again and
        training ends with this error.
    fails : bool
        It could not be made for a reason that training will tell: that makes it again, and gets no
        batch.
    made : bool
        It was made, so that training makes it no more.
    """

    make: Callable[[], object]
    spec: Any
    error: BaseException | None = None
    fails: bool = False
    made: bool = False

    def __call__(self) -> None:
        """Trace the step.

        Raises
        ------
        BaseException
            Whatever the step raises; it is kept, too.
        """
        try:
            self.make()
        except BaseException as error:
            self.error = error
            raise
        self.made = True


class Observer(Protocol):
    """Whoever wants to know. Whatever it raises (`Exception`) never reaches the user's cell."""

    def fit_called(self, call: FitCall) -> bool:
        """Before Keras sees the call; whether its steps are of interest."""

    def about_to_trace(self, call: FitCall, trace: Trace) -> None:
        """Before the step is traced: it may be traced now. No batch was drawn yet."""

    def first_step(self, call: FitCall, batch: Any, fetch_seconds: float) -> None:
        """Before the first step with this batch; None where no batch can be looked at."""

    def step_due(self, call: FitCall, number: int, batch: Any) -> None:
        """Before a further step with this batch, while `wants_batches` says so."""

    def wants_batches(self, call: FitCall) -> bool:
        """Whether batches of further steps are of interest."""

    def watching(self, call: FitCall) -> contextlib.AbstractContextManager[None]:
        """Open while the first real step is made."""

    def step_done(
        self, call: FitCall, number: int, started: float, ended: float, logs: Any
    ) -> None:
        """After one of the first steps and what it returned; times by `time.perf_counter`."""

    def fit_unseen(self) -> None:
        """A model is about to be trained by a `fit` that was taken hold of earlier."""

    def fit_ended(self, call: FitCall, history: Any, error: BaseException | None) -> None:
        """After `fit`, or when it raised."""

    def failed(self, part: str, error: Exception) -> None:
        """A method of the observer raised `error`."""


def loss_of(logs: Any) -> Any:
    """The loss that a step has returned, None where it shows none."""
    if isinstance(logs, Mapping):
        return logs.get("loss")
    return logs[0] if isinstance(logs, (list, tuple)) and logs else logs


def arguments_of_fit(model: Any, x: Any, y: Any, others: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that `model.fit(x, y, ...)` would have, by name; nothing is called."""
    import keras

    return bound_arguments(keras.Model.fit, model, (x, y), {"verbose": 0, **others})


def bound_arguments(
    fit: Callable[..., Any],
    model: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> dict[str, Any]:
    """The arguments by name, as far as they can be asked (`known_arguments`).

    What does not bind is left to `fit` to complain about.
    """
    try:
        bound = inspect.signature(fit).bind(model, *args, **kwargs)
    except (TypeError, ValueError):  # it has no signature, where somebody has replaced it
        return {}
    bound.apply_defaults()
    return known_arguments(dict(list(bound.arguments.items())[1:]))
