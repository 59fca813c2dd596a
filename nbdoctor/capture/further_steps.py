"""Steps of a loop after the first of each model: what they were handed is held."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.patching import argument
from nbdoctor.capture.loop_account import LoopAccount
from nbdoctor.capture.loop_rows import LoopRows, copied, is_light
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.capture.strangers import known_or_none

ROWS = "the rows of the loop"


class FurtherSteps:
    """The rows that loops train on, for each model whose first step was seen.

    They belong to whoever examines the step: nothing here keeps them, a model, or a function.

    Parameters
    ----------
    attempt : callable
        Runs a part of ours: `attempt(what it is called, function, *arguments)`.
    """

    def __init__(self, attempt: Callable[..., Any]) -> None:
        self._attempt = attempt
        self._op_by_op: dict[int, tuple[Any, Any]] = {}
        self._traced: dict[int, tuple[Any, list[Any]]] = {}
        self._called: tuple[LoopRows, Any, Any] | None = None
        self._account: LoopAccount | None = None

    def seen(self, steps: Sequence[ObservedStep], labelled: Sequence[bool]) -> None:
        """The first steps of these models were made op by op.

        Parameters
        ----------
        steps : sequence of ObservedStep
        labelled : sequence of bool
            Whether a loss of Keras has told the labels of each, and not its operations.
        """
        for step, by_loss in zip(steps, labelled, strict=True):
            passed = step.noted.passed
            if step.labels is None or passed is None or passed.final is None:
                continue
            rows = step.rows = LoopRows(by_formula=not by_loss)
            self._op_by_op[id(step.model)] = (weakref.ref(step.model), weakref.ref(rows))
            rows.loss, rows.steps = step.loss_function, 1
            self._hold(rows, step.inputs, step.labels, passed.final)

    def traced(self, function: Any, steps: Sequence[ObservedStep], handed: list[Any]) -> None:
        """The first steps of these models are made by a traced function."""
        found = [step.rows for step in steps if step.rows is not None]
        for rows in found:
            rows.steps = 1
            rows.hold(handed)
        if found:
            self._traced[id(function)] = (weakref.ref(function), list(map(weakref.ref, found)))

    def later_call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A traced function is called again."""
        of, held = self._traced.get(id(function), (None, []))
        found = [rows for one in held if (rows := one()) is not None]
        if of is None or of() is not function or not found:
            return
        for rows in found:
            rows.steps += 1
        functions = backend.current().loops
        taken = functions.taken_of((args, kwargs))
        if not is_light(taken):
            return
        handed = functions.tensors_of(copied(taken))
        for rows in found:
            if rows.replay is not None and rows.replay.takes(handed):
                rows.hold(handed)

    def is_followed(self, model: Any) -> bool:
        """Whether rows of `model` are held as its calls show them."""
        return self._of(model) is not None

    def _of(self, model: Any) -> LoopRows | None:
        of, held = self._op_by_op.get(id(model), (None, None))
        if of is None or of() is not model:
            return None
        rows: LoopRows | None = held()
        return rows

    def follow(self, fit: Any) -> bool:
        """Hold the rows of a `fit` that runs op by op, where it asks for that."""
        if fit is None or not fit.rows or fit.by != "fit" or fit.model is None:
            return False
        self._op_by_op[id(fit.model)] = (fit.of, weakref.ref(fit.rows[0]))
        return True

    def call(
        self, call: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Call a model whose first step was seen, and note what it is given."""
        if not backend.current().values.is_concrete(args):
            return call(*args, **kwargs)
        self._attempt(ROWS, self._about_to_call, model)
        output = call(*args, **kwargs)
        self._attempt(ROWS, self._returned, model, args, kwargs, output)
        return output

    def _about_to_call(self, model: Any) -> None:
        rows, self._called = self._of(model), None
        if rows is None or not backend.current().expressions.is_taped():
            return
        rows.steps += 1
        if rows.wants_recording:
            self.stop()
            self._account = LoopAccount()
            self._account.about_to_call(model, traced=False)

    def _returned(
        self, model: Any, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any
    ) -> None:
        rows, recorded = self._of(model), self._account is not None
        if rows is None or not (recorded or backend.current().expressions.is_taped()):
            return
        if rows.by_formula and not recorded:  # its labels will not be told
            return
        self._called = (rows, argument(args, kwargs, 0, "inputs"), output)
        if self._account is not None:
            self._account.called(model, kwargs, output)

    def compared(self, labels: Any, predicted: Any) -> None:
        """A loss of Keras was computed."""
        if self._called is None or self._called[2] is not predicted:
            return
        rows, inputs, output = self._called
        if not rows.by_formula:
            self._called = None
            self._hold(rows, inputs, labels, output)

    @staticmethod
    def _hold(rows: LoopRows, inputs: Any, labels: Any, output: Any) -> None:
        """Hold what can be asked without running code of the user's."""
        inputs, labels = known_or_none(inputs), known_or_none(labels)
        if inputs is not None and labels is not None and is_light((inputs, labels)):
            rows.hold(copied((inputs, labels, output)))

    def differentiated(self, found: Any) -> None:
        """A tape gave gradients."""
        if self._account is not None:
            self._account.differentiated(found)

    def updated(self) -> None:
        """An optimizer is about to make its update: nothing is held beyond it."""
        account, called = self._account, self._called
        self.stop()
        self._called = None
        if account is None or called is None:
            return
        rows, inputs, output = called
        labels = account.compared_with(account.of_operations())
        if labels is not None:
            self._hold(rows, inputs, labels, output)

    def begin_pass(self, _dataset: Any) -> None:
        """A dataset is iterated anew."""
        held = [one for _, one in self._op_by_op.values()]
        for one in (*held, *(one for _, some in self._traced.values() for one in some)):
            if (rows := one()) is not None:
                rows.begin_pass()

    def stop(self) -> None:
        """Listen to no further operations."""
        if self._account is not None:
            self._account.stop()
            self._account = None
