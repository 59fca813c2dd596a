"""Steps of a loop after the first of each model: what they were handed is held."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.patching import argument
from nbdoctor.capture.loop_account import LoopAccount
from nbdoctor.capture.loop_rows import LoopRows, can_be_held, copied, is_light
from nbdoctor.capture.own_step import OwnStep
from nbdoctor.capture.strangers import known_or_none

ROWS = "the rows of the loop"


class FurtherSteps:
    """The rows that loops train on, for each model whose first step was seen.

    Parameters
    ----------
    attempt : callable
        Runs a part of ours: `attempt(what it is called, function, *arguments)`.
    """

    def __init__(self, attempt: Callable[..., Any]) -> None:
        self._attempt = attempt
        # By weak references: a cell may delete its models and functions.
        self._op_by_op: dict[int, tuple[weakref.ref[Any], LoopRows]] = {}
        self._traced: dict[int, tuple[weakref.ref[Any], list[LoopRows]]] = {}
        self._called: tuple[weakref.ref[Any], LoopRows, Any, Any] | None = None
        self._account: LoopAccount | None = None

    def seen(self, steps: Sequence[OwnStep], labelled: Sequence[bool]) -> None:
        """The first steps of these models were made op by op.

        Parameters
        ----------
        steps : sequence of OwnStep
        labelled : sequence of bool
            Whether a loss of Keras has told the labels of each, and not its operations.
        """
        for step, by_loss in zip(steps, labelled, strict=True):
            passed = step.noted.passed
            if step.labels is None or passed is None or passed.final is None:
                continue
            rows = step.rows = LoopRows(by_formula=not by_loss)
            _keep(self._op_by_op, step.model, rows)
            rows.loss, rows.steps = step.loss_function, 1
            rows.hold(copied((step.inputs, step.labels, passed.final)))

    def traced(self, function: Any, steps: Sequence[OwnStep], handed: list[Any]) -> None:
        """The first steps of these models are made by a traced function."""
        found = [step.rows for step in steps if step.rows is not None]
        for rows in found:
            rows.steps = 1
            rows.hold(handed)
        if found:
            _keep(self._traced, function, found)

    def later_call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A traced function is called again."""
        known, found = self._traced.get(id(function), (None, []))
        if known is None or known() is not function:
            return
        for rows in found:
            rows.steps += 1
        if not is_light((args, kwargs)):
            return
        handed = backend.current().loops.tensors_of(copied((args, kwargs)))
        for rows in found:
            if rows.replay is not None and rows.replay.takes(handed):
                rows.hold(handed)

    def is_followed(self, model: Any) -> bool:
        """Whether rows of `model` are held as its calls show them."""
        return self._rows_of(model) is not None

    def _rows_of(self, model: Any) -> LoopRows | None:
        known, rows = self._op_by_op.get(id(model), (None, None))
        return rows if known is not None and known() is model else None

    def follow(self, fit: Any) -> bool:
        """Hold the rows of a `fit` that runs op by op, where it asks for that."""
        if fit is None or not fit.rows or fit.by != "fit":
            return False
        _keep(self._op_by_op, fit.model, fit.rows[0])
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
        rows = self._rows_of(model)
        self._called = None
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
        rows, inputs = self._rows_of(model), known_or_none(argument(args, kwargs, 0, "inputs"))
        if rows is None or inputs is None or not can_be_held((inputs, output)):
            return
        if not backend.current().expressions.is_taped():
            return
        self._called = weakref.ref(model), rows, inputs, output
        if self._account is not None:
            self._account.called(model, kwargs, output)

    def compared(self, labels: Any, predicted: Any) -> None:
        """A loss of Keras was computed."""
        if self._called is None or self._called[3] is not predicted:
            return
        _, rows, inputs, output = self._called
        labels = known_or_none(labels)
        if not rows.by_formula and labels is not None:
            self._called = None
            rows.hold(copied((inputs, labels, output)))

    def differentiated(self, found: Any) -> None:
        """A tape gave gradients."""
        if self._account is not None:
            self._account.differentiated(found)

    def updated(self) -> None:
        """An optimizer is about to make its update."""
        account, called = self._account, self._called
        self._called = None  # the training needs the memory
        self.stop()
        if account is None or called is None:
            return
        of, rows, inputs, output = called
        model = of()
        if model is None:
            return
        labels = account.compared_with(account.of_run(model))
        if labels is not None:
            rows.hold(copied((inputs, labels, output)))

    def begin_pass(self, _dataset: Any) -> None:
        """A dataset is iterated anew."""
        for _, rows in list(self._op_by_op.values()):
            rows.begin_pass()
        for _, found in list(self._traced.values()):
            for rows in found:
                rows.begin_pass()

    def stop(self) -> None:
        """Listen to no further operations."""
        if self._account is not None:
            self._account.stop()
            self._account = None


def _keep(among: dict[int, tuple[weakref.ref[Any], Any]], one: Any, value: Any) -> None:
    """Keep a value for an object as long as that is there: it may hold what the object needed."""
    key = id(one)
    known, _ = among.get(key, (None, None))
    if known is not None and known() is one:
        among[key] = known, value
        return

    def forget(gone: weakref.ref[Any]) -> None:
        if key in among and among[key][0] is gone:
            del among[key]

    among[key] = weakref.ref(one, forget), value
