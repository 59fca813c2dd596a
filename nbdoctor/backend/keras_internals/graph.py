"""The graph of a functional or sequential model: which layer made which tensor."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from typing import Any

from nbdoctor.backend.keras_internals.names import PrivateName, attribute, note_missing
from nbdoctor.backend.keras_internals.structure import functional_class

LAYER = "keras.Layer"

HISTORY = PrivateName("keras.KerasTensor", "_keras_history", "which layer makes an output")
INBOUND = PrivateName(LAYER, "_inbound_nodes", "what a layer receives")
OUTBOUND = PrivateName(LAYER, "_outbound_nodes", "where the output of a layer is used")
BY_DEPTH = PrivateName(
    "keras.src.ops.function.Function", "_nodes_by_depth", "the graph of a functional model"
)
OF_SEQUENTIAL = PrivateName("keras.Sequential", "_functional", "the graph of a sequential model")
LOGITS = PrivateName(
    "keras.activations.softmax", "_keras_logits", "whether a loss finds the logits of a softmax"
)


def graph_of(model: Any) -> Any:
    """The graph of a functional or sequential model; None of anything else, or if not built.

    Raises
    ------
    MissingNameError
    """
    import keras

    if isinstance(model, keras.Sequential):
        return attribute(model, OF_SEQUENTIAL)  # None until it is built
    if isinstance(model, functional_class()):
        return model if attribute(model, BY_DEPTH) else None
    return model if getattr(model, BY_DEPTH.name, None) else None


def nodes_by_depth(graph: Any) -> Mapping[int, list[Any]]:
    """The calls of layers in a graph, the inputs deepest: the order that the model is run in.

    Raises
    ------
    MissingNameError
    """
    found: Mapping[int, list[Any]] = attribute(graph, BY_DEPTH)
    return found


def layer_behind(tensor: Any) -> Any:
    """The layer or operation that made a symbolic tensor; None for a tensor of another kind.

    Raises
    ------
    MissingNameError
    """
    import keras

    if not isinstance(tensor, keras.KerasTensor):
        return getattr(getattr(tensor, HISTORY.name, None), "operation", None)
    return attribute(tensor, HISTORY).operation


def calls_of(layer: Any) -> list[Any]:
    """The places of the graph where a layer is called: `_inbound_nodes`.

    Raises
    ------
    MissingNameError
    """
    return list(attribute(layer, INBOUND))


def shape_of_result(layer: Any) -> tuple[int | None, ...] | None:
    """Shape of what a layer puts out where it is first called, the batch axis included.

    None for a layer that is in no graph, and where it puts out several tensors.

    Raises
    ------
    MissingNameError
    """
    calls = calls_of(layer)
    tensors = list(calls[0].output_tensors) if calls else []
    return tuple(tensors[0].shape) if len(tensors) == 1 else None


def users_of(layer: Any) -> list[Any]:
    """The places of the graph where a layer's result is used: `_outbound_nodes`.

    Raises
    ------
    MissingNameError
    """
    return list(attribute(layer, OUTBOUND))


def keeps_logits(tensor: Any) -> bool | None:
    """Whether Keras has left the logits of a softmax or sigmoid at its result, for the loss.

    Returns
    -------
    bool or None
        None where this version of Keras leaves nothing there: then its losses find the logits in
        another way, or not at all.
    """
    if hasattr(tensor, LOGITS.name):
        return True
    if not _leaves_logits():
        note_missing(LOGITS)
        return None
    return False


def logits_of(tensor: Any) -> Any:
    """The logits that Keras has left at the result of a softmax or sigmoid, None without any."""
    return getattr(tensor, LOGITS.name, None)


@functools.cache
def _leaves_logits() -> bool:
    """Whether the code of `softmax` sets the attribute; a function of somebody else may."""
    import keras

    code = getattr(inspect.unwrap(keras.activations.softmax), "__code__", None)
    return code is None or LOGITS.name in code.co_names
