"""A step of a loop inside of a traced function, run on copies of all that it reads or writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.backend.nodes import Differentiated
from nbdoctor.capture.loop_account import LoopAccount
from nbdoctor.capture.loop_parts import parts_of_loop
from nbdoctor.capture.loop_rows import LoopRows, Replay
from nbdoctor.capture.observed_step import ObservedStep
from nbdoctor.errors.guard import attempt
from nbdoctor.look.checksum import digest
from nbdoctor.look.handing import handing_of, products
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.movement import changes_of_copies
from nbdoctor.look.step_notes import numbers_of, sampled


@dataclass(slots=True, kw_only=True)
class Update:
    """An update of an optimizer, as it was met in a trace: symbols, and whose they are."""

    step: ObservedStep
    weights: list[Any]
    gradients: list[Any]
    target: Any
    taped: list[Differentiated] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    compared: list[Any] = field(default_factory=list)


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
) -> list[ObservedStep]:
    """Run what was traced on copies, and fill the steps that were met with numbers.

    Raises
    ------
    RefusedError
        The function acts on what no copy can stand for.
    """
    steps = backend.current().steps

    def is_known(tensor: Any) -> bool:
        return steps.is_in(graph, [tensor])

    attempt(account.note_traced_labels, [one.step for one in updates], graph)
    for one in updates:
        one.step.rows = _rows_of(one, graph, batch, is_known)
    last = updates[-1]
    parts = attempt(parts_of_loop, graph, last.target, last.calls, last.compared, batch)
    rivals = attempt(account.rivals_in, graph)

    def wanted() -> Any:
        terms = [] if parts is None else parts.anatomy.values()
        slopes = attempt(rivals.slopes) if rivals is not None else None
        return terms, slopes, [_wanted(one, is_known) for one in updates]

    shadow = steps.shadow(graph, wanted)
    before = {id(one.step.model): digest(one.step.model) for one in updates}
    _, (terms, slopes, values) = shadow(batch)
    rivalry = rivals.told(slopes) if rivals is not None and slopes else None
    if parts is not None and parts.anatomy.terms:
        parts.before, last.step.parts = parts.anatomy.told(terms), parts
    for one, (samples, tensors, target, told, handed) in zip(updates, values, strict=True):
        step = one.step
        step.before = before[id(step.model)]
        step.noted.passed = step.noted.passed and step.noted.passed.with_tensors(tensors)
        step.noted.gradients.update(numbers_of(samples))
        step.noted.handing = handing_of(handed)
        step.noted.rivalry = rivalry
        step.noted.loss = None if target is None else float(target)
        step.inputs, step.labels = told
        step.noted.changes.update(changes_of_copies(step.model, shadow))
        step.account = attempt(account.of_trace, step.model, graph, shadow)
    return [one.step for one in updates]


def _rows_of(
    one: Update, graph: Any, handed: Any, is_known: Callable[[Any], bool]
) -> LoopRows | None:
    """Where the rows of further calls are held; None where the trace does not tell of them.

    Rows that another network makes, as adversaries do for each other, are no data to learn.
    """
    step, passed = one.step, one.step.noted.passed
    inputs, labels = _told((step.inputs, step.labels), is_known)
    if inputs is None or labels is None or passed is None or passed.final is None:
        return None
    if attempt(_is_learned, (inputs, labels), one.calls, graph) is not False:
        return None
    (final,) = _told((passed.final,), is_known)
    if final is None:
        return None
    rows = LoopRows(Replay(graph, (inputs, labels, final), handed))
    rows.loss = step.loss_function
    return rows


def _is_learned(structure: Any, calls: Sequence[LayerOutputs], graph: Any) -> bool:
    """Whether symbols are computed with weights of the models that the step has called."""
    import keras

    here = backend.current()
    weights = [weight.value for call in calls for weight in trainable_weights(call.model)]
    keys = set(here.expressions.keys_of_variables(weights, graph).values())
    leaves = [leaf for leaf in keras.tree.flatten(structure) if leaf is not None]
    symbols = [leaf for leaf in leaves if here.steps.graph_of(leaf) is not None]
    return any(
        key in keys
        for symbol in symbols
        for node in here.expressions.traced(symbol)
        for key in node.takes
    )


def _wanted(one: Update, is_known: Callable[[Any], bool]) -> tuple[Any, Any, Any, Any, Any]:
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
    taped = [found for found in one.taped if all(map(is_known, map(_as_list, found.gradients)))]
    whole = known and len(taped) == len(one.taped)
    handed = attempt(products, gradients, [w for _, w in pairs], taped) if whole else None
    told = _told((one.step.inputs, one.step.labels), is_known)
    return samples, passed.tensors(), target, told, handed


def _as_list(one: Any) -> list[Any]:
    return [] if one is None else [one]


def _told(structure: Any, is_known: Callable[[Any], bool]) -> Any:
    """What the graph can return of inputs and labels: its own tensors, and values."""
    import keras

    def kept(part: Any) -> Any:
        leaves = [leaf for leaf in keras.tree.flatten(part) if leaf is not None]
        here = backend.current().steps
        return part if all(is_known(one) or here.graph_of(one) is None for one in leaves) else None

    return tuple(kept(part) for part in structure)
