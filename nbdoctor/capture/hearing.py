"""What of a cell belongs to a training loop of the user's own, and is listened to."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.nodes import Differentiated
from nbdoctor.capture.further_steps import ROWS, FurtherSteps
from nbdoctor.capture.loop_step import ACCOUNT, LoopStep
from nbdoctor.capture.observed_step import LoopObserver, ObservedStep
from nbdoctor.errors.guard import attempt

MOST_MODELS = 3
"""Models of one cell that are examined: adversarial pairs have two."""


class Hearing:
    """Hands on what belongs to the first step of a model, and to those after it.

    Parameters
    ----------
    observer : LoopObserver
    busy : callable
        The `fit` that is running, None without one.
    """

    def __init__(self, observer: LoopObserver, busy: Callable[[], Any]) -> None:
        self.observer, self.busy = observer, busy
        self.functions, self.values = backend.current().loops, backend.current().values
        self.thread = threading.get_ident()
        self.inside = self.tracing = False
        self.step, self.further = LoopStep(), FurtherSteps(self.attempt)
        self.known: list[weakref.ref[Any]] = []  # a cell may delete its models

    @property
    def seen(self) -> list[Any]:
        """The models whose first step was seen, as far as they are still there."""
        return [model for one in self.known if (model := one()) is not None]

    def sees(self, steps: Iterable[ObservedStep]) -> None:
        """Look at no further step of these models."""
        self.known += [weakref.ref(one.model) for one in steps]

    @property
    def listening(self) -> bool:
        """Whether there is something to learn from what is called now."""
        return len(self.known) < MOST_MODELS and self.hears

    @property
    def hears(self) -> bool:
        """Whether what is called now is a part of a loop of the user's own."""
        return (
            not self.inside
            and threading.get_ident() == self.thread
            and not self.busy()
            and not self.functions.is_spread_out()
        )

    @property
    def follows_fit(self) -> bool:
        """Whether a `fit` runs op by op, whose rows are held."""
        return threading.get_ident() == self.thread and self.further.follow(self.busy())

    def is_told(self, values: Any) -> bool:
        """Whether these are numbers, as op by op, or symbols of a trace that is made for us."""
        return self.tracing or self.values.is_concrete(values)

    def differentiated(self, found: Differentiated) -> None:
        """A tape gave gradients."""
        if self.step.passes and self.listening and self.is_told([found.target]):
            self.attempt(ACCOUNT, self.step.differentiated, found)
        if self.hears:
            self.attempt(ROWS, self.further.differentiated, found)

    def compared(self, loss: Any, labels: Any, predicted: Any) -> None:
        """A loss of Keras was computed."""
        if self.step.passes and self.listening:  # what is not looked at is not held either
            self.step.compared(loss, labels, predicted)
        if (self.hears or self.follows_fit) and not self.tracing:
            self.attempt(ROWS, self.further.compared, labels, predicted)

    def iterated(self, dataset: Any) -> None:
        """A dataset is iterated anew."""
        if self.hears:
            self.attempt(ROWS, self.further.begin_pass, dataset)

    def called_again(
        self, call: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call a model whose first step was seen; the models inside of it are a part of it."""
        before, self.inside = self.inside, True
        try:
            if self.further.is_followed(model):
                return self.further.call(call, model, args, kwargs)
            return call(*args, **kwargs)
        finally:
            self.inside = before

    def later_call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A traced function is called again."""
        if self.hears:
            self.attempt(ROWS, self.further.later_call, function, args, kwargs)

    def attempt(self, part: str, do: Callable[..., Any], *details: Any) -> Any:
        """Run a part of ours; its faults stay here."""
        return attempt(do, *details, on_fault=functools.partial(self.observer.failed, part))
