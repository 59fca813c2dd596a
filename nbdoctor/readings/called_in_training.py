"""Trained models that a cell calls in training mode."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.optimizer import iterations_of
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import argument_of
from nbdoctor.cell.namespace import is_data, is_model
from nbdoctor.cell.syntax import unparsed
from nbdoctor.look.structure import layer_paths
from nbdoctor.look.training_mode import differs_in_training
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

OFTEN = (
    *(ast.For, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.With, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What may run its parts several times, or as a part of a training: not looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledInTraining:
    """A call of a trained model with `training=True`.

    Attributes
    ----------
    line : int
    text : str
        As written.
    layers : tuple of str
        Those that act otherwise in training.
    """

    line: int
    text: str
    layers: tuple[str, ...]


@reading(
    "calls in training mode",
    when=Moment.CELL_ENDED | Moment.CELL_STOPPED,
    missing=does_not_apply("the cell calls no trained model with `training=True`"),
    once=True,
)
def called_in_training(cell: Cell, namespace: Namespace) -> CalledInTraining | None:
    """The first such call on rows of data; nothing is called."""
    if cell.unread:
        return None
    for call in _outside(cell.tree):
        found = _read(call, namespace)
        if found is not None:
            return found
    return None


def _outside(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that are made once each, in order."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, OFTEN):
            waiting += ast.iter_child_nodes(node)


def _read(call: ast.Call, namespace: Mapping[str, Any]) -> CalledInTraining | None:
    training, x = argument_of(call, "training", 99), argument_of(call, "inputs", 0)
    is_on = isinstance(training, ast.Constant) and training.value is True
    if not is_on or not isinstance(call.func, ast.Name):
        return None
    model, rows = namespace.get(call.func.id), namespace.get(_root(x))
    is_symbol = type(rows).__module__.startswith("keras")
    if not is_model(model) or not is_data(rows) or is_symbol or not _is_trained(model):
        return None
    paths = layer_paths(model)
    layers = [
        paths.get(id(layer), layer.name)
        for layer in all_layers(model, include_self=False)
        if type(layer).__module__.startswith("keras.") and differs_in_training(layer)
    ]
    if not layers:
        return None
    return CalledInTraining(line=call.lineno, text=unparsed(call), layers=tuple(layers))


def _root(node: ast.expr | None) -> str:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_trained(model: Any) -> bool:
    optimizer = vars(model).get("optimizer")
    return optimizer is not None and int(iterations_of(optimizer).numpy()) > 0
