"""What is noted of a loop's step for its account, while it runs op by op or is traced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.engine import Step
from nbdoctor.backend.nodes import Differentiated, Key, Recording
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.look.account import OuterCall, Seen, StepAccount, account_of, outer_call, raw
from nbdoctor.look.called_modes import (
    CalledModes,
    has_averaged_on_copies,
    has_averaged_since,
    normalising,
    statistics_of,
)
from nbdoctor.look.expression import Expression
from nbdoctor.look.rivals import Rivals, rivals_in


class LoopAccount:
    """One step of a loop, from its first call of a model on."""

    def __init__(self) -> None:
        self.recording: Recording | None = None
        self._trace: tuple[list[Differentiated], list[OuterCall]] | None = None
        self._forget()

    def _forget(self) -> None:
        self.seen, self.modes = Seen(), CalledModes()
        self.averages: dict[int, Any] = {}
        self.targets: list[Any] = []
        self._traced: tuple[Any, StepAccount] | None = None

    def begin(self) -> None:
        """A new step begins."""
        self.stop()
        self.recording = None
        self._forget()

    def begin_trace(self) -> None:
        """A function is traced, in which several updates may follow one another."""
        self._trace = ([], [])

    def end_trace(self) -> None:
        """It was traced, and what it showed is read."""
        self._trace = None

    def stop(self) -> None:
        """Listen to no further operations."""
        if self.recording is not None:
            self.recording.stop()

    def about_to_call(self, model: Any, *, traced: bool) -> None:
        """A model is called next."""
        if traced:
            return
        if self.recording is None and backend.current().expressions.is_taped():
            self.recording = backend.current().expressions.record()
        new = [one for one in normalising(model) if id(one) not in self.averages]
        self.averages.update(statistics_of(new))

    def called(self, model: Any, kwargs: Mapping[str, Any], output: Any) -> None:
        """It has returned."""
        call = outer_call(model, kwargs, output)
        self.seen.outermost.append(call)
        if self._trace is not None:
            self._trace[1].append(call)

    def differentiated(self, found: Differentiated) -> None:
        """A tape gave gradients: the computation is complete."""
        self.seen.watched.extend(found.watched)
        if found.is_scalar:
            self.targets.append(found.target)
            if self._trace is not None:
                self._trace[0].append(found)

    def compared(self, value: Any) -> None:
        """A loss of Keras has given this."""
        key = backend.current().expressions.key(value)
        if key is not None:
            self.seen.compared.append(key)

    def handed(self, weights: list[Any]) -> None:
        """An optimizer is given these weights."""
        self.seen.handed.extend(raw(weights))

    def tell(self, steps: list[ObservedStep]) -> None:
        """Give steps that were made op by op their accounts."""
        self.stop()
        for step in steps:
            step.account = self.of_run(step.model)
        note_labels(steps, self)

    def of_operations(self) -> StepAccount:
        """What the operations alone tell of a step that has run op by op."""
        expressions = self._expressions(self.recording.nodes if self.recording else [])
        return account_of(self.seen, expressions)

    def of_run(self, model: Any) -> StepAccount:
        """The account of a step that has run op by op, once its update was made."""
        account = self.of_operations()
        return self.modes.told(
            account, model, lambda layer: has_averaged_since(layer, self.averages)
        )

    def of_trace(self, model: Any, graph: Any, step: Step) -> StepAccount:
        """The account of a traced step that was made on copies."""
        account = self._in_trace(graph)
        return self.modes.told(account, model, lambda layer: has_averaged_on_copies(layer, step))

    def _in_trace(self, graph: Any) -> StepAccount:
        if self._traced is None or self._traced[0] is not graph:
            here = backend.current()
            inside = [one for one in self.targets if here.steps.is_in(graph, [one])]
            expressions = [
                Expression(nodes, str(here.expressions.key(one)))
                for one in inside
                if (nodes := here.expressions.traced(one))
            ]
            self._traced = (graph, account_of(self.seen, expressions, graph))
        return self._traced[1]

    def rivals_in(self, graph: Any) -> Rivals | None:
        """Networks of a traced step that are trained against each other."""
        is_in = backend.current().steps.is_in
        taped, calls = self._trace or ([], [])
        inside = [one for one in taped if is_in(graph, [one.target])]
        return rivals_in(inside, calls, graph)

    def note_traced_labels(self, steps: Sequence[ObservedStep], graph: Any) -> None:
        """Give the last of the models that a traced step moves the labels that its loss shows."""
        last, found = steps[-1], self._in_trace(graph)
        if last.labels is not None or last.loss_function is not None:
            return
        leaves = {one.leaf for one in found.meetings}
        if len(leaves) != 1 or len(self.targets) != 1:
            return
        (leaf,) = leaves
        labels = backend.current().expressions.tensor_of(graph, leaf)
        if labels is not None and _has_rows_of(last, labels):
            last.labels, last.loss_function = labels, _loss_named(found.loss)

    def _expressions(self, nodes: list[Any]) -> list[Expression]:
        key = backend.current().expressions.key
        keys = [key(one) for one in self.targets]
        return [Expression(nodes, one) for one in keys if one is not None] if nodes else []

    def compared_with(self, account: StepAccount) -> Any:
        """What the predictions are compared with, where that is one tensor from outside."""
        leaves: set[Key | None] = {one.leaf for one in account.meetings}
        if len(leaves) != 1 or len(self.targets) != 1 or self.recording is None:
            return None
        (leaf,) = leaves
        return None if leaf is None else self.recording.leaves.get(leaf)


LOGITS = frozenset({"categorical_crossentropy", "sparse_categorical_crossentropy"})
"""Losses whose plain formula takes logits."""


def note_labels(steps: Sequence[ObservedStep], account: LoopAccount) -> None:
    """Give the last of the models that a step moves the labels that its loss shows."""
    last = steps[-1]
    found = last.account
    if last.labels is not None or last.loss_function is not None or found is None:
        return
    labels = account.compared_with(found)
    if labels is None or not _has_rows_of(last, labels):
        return
    last.labels, last.loss_function = labels, _loss_named(found.loss)


def _has_rows_of(step: ObservedStep, labels: Any) -> bool:
    """Whether there is a label for each row that the model has predicted."""
    import keras

    passed = step.noted.passed
    leaves = [] if passed is None else keras.tree.flatten(passed.final)
    return len(leaves) == 1 and len(leaves[0].shape) > 0 and leaves[0].shape[0] == labels.shape[0]


def _loss_named(name: str) -> Any:
    """The loss of Keras that a plain formula is; a name of its own, so that none is counted up."""
    import keras

    if name not in LOGITS:
        return name or None
    sparse = name == "sparse_categorical_crossentropy"
    kind = (
        keras.losses.SparseCategoricalCrossentropy
        if sparse
        else keras.losses.CategoricalCrossentropy
    )
    return kind(from_logits=True, name="loss")
