"""Which layer receives what from which: the graph of a functional or sequential model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbdoctor.backend.keras_internals.graph import graph_of, nodes_by_depth
from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.layers import activation_of
from nbdoctor.readings.lines import lines_of_layers
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

WEIGHTED = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D"})
"""Layers that are a linear map and, after it, their activation."""

SHAPE_ONLY = frozenset(
    {"Dropout", "Flatten", "Identity", "Permute", "RepeatVector", "Reshape", "SpatialDropout1D"}
    | {"SpatialDropout2D", "SpatialDropout3D"},
)
"""Layers that pass on the values they get, moved, repeated or (in training) zeroed at random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One layer or operation, as it stands in the graph.

    Attributes
    ----------
    name : str
        As in `Layer.name`; an operation that is no layer has its own.
    kind, activation : str
        As in `Layer`.
    takes : tuple of str
        The steps whose results it receives; the model's inputs are left out.
    width_in, width : int or None
        Last axis of what it receives and of what it returns.
    size : int or None
        Values that it returns for one row.
    kernel : tuple of int
        Window of a convolution, () for other layers.
    rate : float or None
        Share of values that a dropout layer drops.
    sequences : bool or None
        `return_sequences` of a recurrent layer.
    calls : int
        Places of the graph where it stands.
    is_output : bool
        Its result is an output of the model.
    line : int or None
        Line of the cell that creates it, where that is unambiguous.
    """

    name: str
    kind: str
    activation: str = ""
    takes: tuple[str, ...] = ()
    width_in: int | None = None
    width: int | None = None
    size: int | None = None
    kernel: tuple[int, ...] = ()
    rate: float | None = None
    sequences: bool | None = None
    calls: int = 1
    is_output: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """All steps, each after those that it takes from."""

    steps: tuple[Step, ...]

    def step(self, name: str) -> Step | None:
        """The step of this name."""
        return next((step for step in self.steps if step.name == name), None)

    def after(self, step: Step) -> tuple[Step, ...]:
        """The steps that receive its result."""
        return tuple(other for other in self.steps if step.name in other.takes)

    def users(self, step: Step, through: frozenset[str] = SHAPE_ONLY) -> Iterator[Step]:
        """The same, with those of the kinds `through` left out: their users stand for them."""
        for other in self.after(step):
            if other.kind in through and not other.is_output:
                yield from self.users(other, through)
            else:
                yield other


@dataclass(slots=True)
class _Walk:
    """What was seen so far: the steps, and the steps that made each tensor, by the tensor's id."""

    names: Mapping[int, str]
    lines: Mapping[str, int]
    steps: dict[str, Step] = field(default_factory=dict)
    made_by: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def through(self, graph: Any) -> None:
        """Walk from the inputs of `graph` to its outputs."""
        by_depth = nodes_by_depth(graph)
        for depth in sorted(by_depth, reverse=True):
            for node in by_depth[depth]:
                if node.operation and not node.is_input:
                    self.take(node)

    def take(self, node: Any) -> None:
        """Take one call; that of a model inside is its own layers' calls."""
        inner = graph_of(node.operation)
        if inner is None:
            return self._add(node)
        for inside, outside in zip(inner.inputs, node.input_tensors, strict=False):
            self.made_by[id(inside)] = self.made_by.get(id(outside), ())
        self.through(inner)
        for inside, outside in zip(inner.outputs, node.outputs, strict=False):
            self.made_by[id(outside)] = self.made_by.get(id(inside), ())
        return None

    def _add(self, node: Any) -> None:
        made = (name for tensor in node.input_tensors for name in self.made_by.get(id(tensor), ()))
        step = _step(node, self.names.get(id(node.operation), node.operation.name), made)
        known = self.steps.get(step.name)
        if known is not None:
            takes = dict.fromkeys((*known.takes, *step.takes))
            step = replace(known, takes=tuple(takes), calls=known.calls + 1)
        own = step.name.rpartition("/")[2]
        self.steps[step.name] = replace(step, line=self.lines.get(own))
        for tensor in node.outputs:
            self.made_by[id(tensor)] = (step.name,)


def read_wiring(model: Any, lines: Mapping[str, int] | None = None) -> Wiring | None:
    """Walk the graph of `model`, nested models looked into; nothing is called.

    Parameters
    ----------
    model : keras.Model
    lines : mapping of str to int
        Line of the cell that creates a layer, by its name.

    Returns
    -------
    Wiring or None
        None where a `call` of the user's decides, or the model is not built yet.
    """
    graph = graph_of(model)
    if graph is None:
        return None
    walk = _Walk(layer_paths(model), lines or {})
    walk.through(graph)
    last = {name for tensor in graph.outputs for name in walk.made_by.get(id(tensor), ())}
    steps = walk.steps.values()
    return Wiring(steps=tuple(replace(step, is_output=step.name in last) for step in steps))


@reading(
    "the graph",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BEFORE_STEP | Moment.BUILT,
    missing=does_not_apply("a `call` method of your own connects the layers"),
)
def wiring_of_call(call: FitCall, source: Source | None) -> Wiring | None:
    """That of the model that is trained, as far as it is built."""
    return read_wiring(call.model, lines_of_layers(call.model, source))


def _step(node: Any, name: str, takes: Iterator[str]) -> Step:
    layer = node.operation
    kernel = declared(layer, "kernel_size")
    rate = declared(layer, "rate") if "Dropout" in type(layer).__name__ else None
    sequences = declared(layer, "return_sequences")
    return Step(
        name=name,
        kind=type(layer).__name__,
        activation=activation_of(layer),
        takes=tuple(dict.fromkeys(takes)),
        width_in=_last_axis(node.input_tensors),
        width=_last_axis(node.outputs),
        size=_size(node.outputs),
        kernel=tuple(kernel) if isinstance(kernel, (list, tuple)) else (),
        rate=float(rate) if isinstance(rate, (int, float)) else None,
        sequences=sequences if isinstance(sequences, bool) else None,
    )


def _last_axis(tensors: Any) -> int | None:
    shape = tuple(tensors[0].shape) if tensors else ()
    return shape[-1] if len(shape) > 1 else None


def _size(tensors: Any) -> int | None:
    axes = tuple(tensors[0].shape)[1:] if tensors else ()
    return None if None in axes else math.prod(axes)
