"""A step of a loop inside of a traced function, run on copies of all that it reads or writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.capture.loop_account import LoopAccount
from nbdoctor.capture.own_step import OwnStep
from nbdoctor.errors.guard import attempt
from nbdoctor.look.checksum import digest
from nbdoctor.look.movement import changes_of_copies
from nbdoctor.look.step_notes import numbers_of, sampled


@dataclass(slots=True, kw_only=True)
class Update:
    """An update of an optimizer, as it was met in a trace: symbols, and whose they are."""

    step: OwnStep
    weights: list[Any]
    gradients: list[Any]
    target: Any


def first_updates(graph: Any, noted: Sequence[Update]) -> list[Update]:
    """Return of each model the first update in the trace that is run: the last of several."""

    def is_run(one: Update) -> bool:
        known = [tensor for tensor in one.gradients if tensor is not None]
        return backend.current().steps.is_in(graph, known)

    run = [one for one in noted if is_run(one)] or noted[-1:]
    first: dict[int, Update] = {}
    for one in run:
        first.setdefault(id(one.step.model), one)
    return list(first.values())


def run_on_copies(
    graph: Any, batch: Any, updates: Sequence[Update], account: LoopAccount
) -> list[OwnStep]:
    """Run what was traced on copies, and fill the steps that were met with numbers.

    Raises
    ------
    RefusedError
        The function acts on what no copy can stand for.
    """
    steps = backend.current().steps

    def is_known(tensor: Any) -> bool:
        return steps.is_in(graph, [tensor])

    shadow = steps.shadow(graph, lambda: [_wanted(one, is_known) for one in updates])
    before = {id(one.step.model): digest(one.step.model) for one in updates}
    _, values = shadow(batch)
    for one, (samples, tensors, target, told) in zip(updates, values, strict=True):
        step = one.step
        step.before = before[id(step.model)]
        step.noted.passed = step.noted.passed and step.noted.passed.with_tensors(tensors)
        step.noted.gradients.update(numbers_of(samples))
        step.noted.loss = None if target is None else float(target)
        step.inputs, step.labels = told
        step.noted.changes.update(changes_of_copies(step.model, shadow))
        step.account = attempt(account.of_trace, step.model, graph, shadow)
    return [one.step for one in updates]


def _wanted(one: Update, is_known: Callable[[Any], bool]) -> tuple[Any, Any, Any, Any]:
    """Return the tensors of one update that the trace can tell the values of."""
    passed = one.step.noted.passed
    assert passed is not None  # noqa: S101  (`update` found its owner by it)
    one.step.noted.passed = passed = passed.only(is_known)
    own = {id(weight) for weight in trainable_weights(one.step.model)}
    pairs = [(g, w) for g, w in zip(one.gradients, one.weights, strict=False) if id(w) in own]
    gradients = [gradient for gradient, _ in pairs]
    known = is_known(gradients) and all(map(is_known, gradients))
    samples = sampled(gradients, [weight for _, weight in pairs]) if known else {}
    target = one.target if one.target is not None and is_known(one.target) else None
    return samples, passed.tensors(), target, _told((one.step.inputs, one.step.labels), is_known)


def _told(structure: Any, is_known: Callable[[Any], bool]) -> Any:
    """What the graph can return of inputs and labels: its own tensors, and values."""
    import keras

    def kept(part: Any) -> Any:
        leaves = [leaf for leaf in keras.tree.flatten(part) if leaf is not None]
        here = backend.current().steps
        return part if all(is_known(one) or here.graph_of(one) is None for one in leaves) else None

    return tuple(kept(part) for part in structure)
