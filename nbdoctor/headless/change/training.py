"""In the process that tries a cell: its trainings, each counted, ended in time, and some rows kept.

Whatever is done here is done to a copy of the program, so the arguments of `fit` may be changed.
"""

from __future__ import annotations

import contextlib
import inspect
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.keras_internals.optimizer import base_class
from nbdoctor.backend.keras_internals.state import vary_draws
from nbdoctor.backend.patching import Patch, definer, defining
from nbdoctor.headless.change.rows import (
    KeptRows,
    drawn,
    each_of,
    kept_rows,
    marks_of_rows,
    of_validation,
    sample_size,
)
from nbdoctor.trials.copying.rows import is_in_memory, split

MOST_BATCHES = 64
"""Of a loop, whose rows only pass."""

MARKS = 4
"""Points of the curve of a `fit`."""

PATIENCE = 50
"""Steps that a training of the user's own may go on after it was asked to end."""


class EnoughError(BaseException):
    """Ends the cell: its training is as long as was asked. The user's `except` must not meet it."""


@dataclass
class Trainings:
    """What a cell trains.

    Parameters
    ----------
    seed : int
        What varies from run to run, whatever seeds the cell sets.
    most : int
        Steps after which the cell ends.
    holds_back : bool
        Rows in memory that nothing else judges are held back from training.

    Attributes
    ----------
    steps, planned : int
        That were made, and that the program asks for as far as it is known.
    cut : bool
        It was ended.
    model : keras.Model or None
        The one that was trained last.
    kept : list of KeptRows
        Of each training of that model, or of models that replaced one another.
    curve : list of (int, float)
        Steps, and the score by then.
    score : callable or None
        The score of a model on rows, for the curve.
    """

    seed: int
    most: int
    holds_back: bool = True
    steps: int = 0
    planned: int = 0
    cut: bool = False
    model: Any = None
    kept: list[KeptRows] = field(default_factory=list)
    curve: list[tuple[int, float]] = field(default_factory=list)
    score: Callable[[Any, KeptRows], float | None] | None = None
    on_batches: list[Any] = field(default_factory=list)
    optimizers: list[Any] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    has_begun: bool = False
    is_fitting: bool = False

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Take part in every training of the block."""
        import keras

        with contextlib.ExitStack() as stack:
            if backend.is_supported():
                stack.enter_context(vary_draws(self.seed))
            for name, around in (("fit", self._fit), ("train_on_batch", self._on_batch)):
                stack.enter_context(Patch(definer(keras.Model, name), name, around))
            for kind in defining(base_class(), "apply"):
                stack.enter_context(Patch(kind, "apply", self._update))
            yield

    @property
    def in_turn(self) -> int:
        """Models or optimizers that take turns in one loop."""
        return max(len(self.on_batches), len(self.optimizers))

    def begin(self) -> None:
        """Draw what training draws from our seed."""
        if self.has_begun:
            return
        self.has_begun = True
        seed = 1_000 + self.seed
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002  (the generator that the user's code may draw from)
        if backend.is_supported():
            backend.current().state.set_seed(seed)

    def made(self, steps: int = 1) -> None:
        """Count steps.

        Raises
        ------
        EnoughError
            A training does not end, although it was asked to.
        """
        self.steps += steps
        self.cut = self.cut or self.steps >= self.most
        if self.steps >= self.most + PATIENCE:
            raise EnoughError

    # ---- fit ----------------------------------------------------------------------------

    def _fit(self, fit: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(fit)

        def tried(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.is_fitting:  # a callback trains something else
                return fit(model, *args, **kwargs)
            self.begin()
            given = signature.bind(model, *args, **kwargs)
            given.apply_defaults()
            rows = self._take_rows(given.arguments)
            self._note_seen(given.arguments)
            own = _Progress.of(self, rows)
            callbacks = given.arguments.get("callbacks")
            given.arguments["callbacks"] = _with(callbacks, own)
            self.is_fitting, self.model = True, model
            try:
                history = fit(*given.args, **given.kwargs)
            finally:
                self.is_fitting = False
                self.kept += [one for one in (rows or drawn(given.arguments),) if one is not None]
            if self.steps >= self.most:
                raise EnoughError
            return history

        return tried

    def _take_rows(self, given: dict[str, Any]) -> KeptRows | None:
        """Rows that judge; those that nothing else judges are taken out of what trains."""
        validation, share = given.get("validation_data"), given.get("validation_split") or 0.0
        if validation is not None:
            return of_validation(validation)
        x, y = given.get("x"), given.get("y")
        if not is_in_memory(x):
            return None
        parts = split(sample_size(x), given)
        if not parts.held_out:
            return kept_rows(x, y, parts.judge, held_out=False, origin="training")
        if 0 < share < 1:
            return kept_rows(x, y, parts.judge, held_out=True, origin="validation")
        if not self.holds_back:
            return None
        rows = kept_rows(x, y, parts.judge, held_out=True, origin="held back")
        for name in ("x", "y", "sample_weight"):
            if given.get(name) is not None:
                given[name] = each_of(given[name], parts.train)
        return rows

    def _note_seen(self, given: dict[str, Any]) -> None:
        """Remember which rows train, so that they judge nobody."""
        x = given.get("x")
        if not is_in_memory(x):
            return
        marks = marks_of_rows(x)
        share = given.get("validation_split") or 0.0
        last = len(marks)
        if 0 < share < 1 and given.get("validation_data") is None:
            last = int(len(marks) * (1.0 - share))
        self.seen |= set(marks[:last])

    # ---- loops --------------------------------------------------------------------------

    def _on_batch(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def tried(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.is_fitting:
                return step(model, *args, **kwargs)
            self.begin()
            self.model = model
            if all(model is not one for one in self.on_batches):
                self.on_batches.append(model)
            given = inspect.signature(step).bind(model, *args, **kwargs).arguments
            x, y = given.get("x"), given.get("y")
            if len(self.kept) < MOST_BATCHES and x is not None:
                rows = kept_rows(x, y, None, held_out=False, origin="training")
                self.kept += [] if rows is None else [rows]
            self.is_fitting = True
            try:
                result = step(model, *args, **kwargs)
            finally:
                self.is_fitting = False
            self.made()
            if self.cut:
                raise EnoughError
            return result

        return tried

    def _update(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def tried(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            result = apply(optimizer, *args, **kwargs)
            if self.is_fitting or not _is_now():
                return result
            if all(optimizer is not one for one in self.optimizers):
                self.optimizers.append(optimizer)
            self.made()
            if self.cut:
                raise EnoughError
            return result

        return tried


class _Progress:
    """Counts the steps of a `fit`."""

    @staticmethod
    def of(trainings: Trainings, rows: KeptRows | None) -> Any:
        """Return a callback; its class can be made only once Keras is there."""
        import keras

        class Progress(keras.callbacks.Callback):  # type: ignore[misc]
            def on_train_begin(self, logs: Any = None) -> None:
                del logs
                known = self.params.get("steps")
                epochs = self.params.get("epochs") or 1
                self.planned = epochs * known if known else 0
                trainings.planned += self.planned
                self.done = 0

            def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
                del batch, logs
                self.done += 1
                trainings.made()
                if trainings.cut:
                    self.model.stop_training = True
                length = min(self.planned, trainings.most)
                if length and rows is not None and self.done % max(1, length // MARKS) == 0:
                    mark(trainings, self.model, rows)

        return Progress()


def mark(trainings: Trainings, model: Any, rows: KeptRows) -> None:
    """Note the score by now."""
    if trainings.score is None or len(trainings.curve) > MARKS * MARKS:
        return
    reached = trainings.score(model, rows)
    if reached is not None:
        trainings.curve.append((trainings.steps, reached))


def _with(callbacks: Any, own: Any) -> Any:
    """Callbacks of a `fit`, and ours behind them."""
    import keras

    if callbacks is None:
        return [own]
    if isinstance(callbacks, keras.callbacks.CallbackList):
        callbacks.append(own)
        return callbacks
    return [*keras.tree.flatten(callbacks), own]


def _is_now() -> bool:
    """Whether operations are computed at once, not noted for later as in a trace."""
    import keras

    return backend.current().values.is_concrete([keras.ops.zeros(())])
