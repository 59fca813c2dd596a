"""What the cell sets up for its training, and does not use."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.structure import layers as layers_of
from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.namespace import is_function
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import Missing
from nbdoctor.readings.reading import Moment, reading

CLASS_WEIGHTS = re.compile(r"class_?weights?(_dict)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedObject:
    """An object that the cell makes before it trains, and that no code reads.

    Attributes
    ----------
    name : str
        The variable.
    role : str
        "callback", "optimizer", "schedule", "augmentation" or "class weights".
    kind : str
        Its class ("EarlyStopping").
    line : int
        Of the cell.
    """

    name: str
    role: str
    kind: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """All of them.

    Attributes
    ----------
    objects : tuple of UnusedObject
    compiled : str
        The class of the optimizer that trains instead.
    """

    objects: tuple[UnusedObject, ...] = ()
    compiled: str = ""


@reading(
    "what the cell sets up",
    when=Moment.CELL_ENDED,
    missing=Missing(kind="too early", reason="the cell has not ended"),
)
def unused_by_cell(cell: Cell, namespace: Namespace, call: FitCall) -> Unused | None:
    """What was made above the line that trains; nothing of it is called."""
    if call.line is None or not cell.source:
        return None
    optimizer = None if call.model is None else vars(call.model).get("optimizer")
    return Unused(
        objects=tuple(read_unused(cell.tree, namespace, call.line)),
        compiled=type(optimizer).__name__ if optimizer is not None else "",
    )


def read_unused(
    tree: ast.Module, namespace: Mapping[str, Any], line: int
) -> Iterator[UnusedObject]:
    """The same of a cell that trains on this line.

    Parameters
    ----------
    tree : ast.Module
        Of the cell.
    namespace : mapping of str
        The user's variables after it.
    line : int
    """
    read = _names_read(tree, namespace)
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() | ast.Dict()):
                pass
            case _:
                continue
        if name in read or name.startswith("_") or statement.lineno >= line:
            continue
        role = _role(name, namespace.get(name))
        if role:
            kind = type(namespace[name]).__name__
            yield UnusedObject(name=name, role=role, kind=kind, line=statement.lineno)


def _names_read(tree: ast.Module, namespace: Mapping[str, Any]) -> set[str]:
    """Names that the cell reads, or a function of the user's from another cell."""
    here = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Load, ast.Del))
    }
    elsewhere = [_globals_of(one.__code__) for one in namespace.values() if is_function(one)]
    return here.union(*elsewhere)


def _globals_of(code: types.CodeType) -> set[str]:
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*map(_globals_of, inner))


def _role(name: str, value: Any) -> str:
    """What an object is made for, "" where that is not for a training."""
    import keras

    if isinstance(value, keras.callbacks.History):
        return ""  # what `fit` returns
    roles = (
        (keras.callbacks.Callback, "callback"),
        (keras.optimizers.Optimizer, "optimizer"),
        (keras.optimizers.schedules.LearningRateSchedule, "schedule"),
    )
    for kind, role in roles:
        if isinstance(value, kind):
            return role
    if _augments(value):
        return "augmentation"
    weighs = type(value) is dict and value and all(isinstance(key, int) for key in value)
    return "class weights" if weighs and CLASS_WEIGHTS.search(name) else ""


def _augments(value: Any) -> bool:
    """Whether this is a layer, or a row of layers, that changes its inputs at random."""
    import keras

    parts = layers_of(value) if isinstance(value, keras.Sequential) else [value]
    return bool(parts) and all(
        isinstance(one, keras.layers.Layer)
        and type(one).__module__.startswith("keras.")
        and "preprocessing" in type(one).__module__
        and type(one).__name__.startswith(("Random", "RandAugment", "MixUp", "CutMix", "AugMix"))
        for one in parts
    )
