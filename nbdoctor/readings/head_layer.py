"""Which layer decides what an output can be: the head, under whatever only passes its values on."""

from __future__ import annotations

from typing import Any

from nbdoctor.backend.keras_internals.graph import calls_of, layer_behind
from nbdoctor.readings.layers import activation_of

PASSING_ON = frozenset(
    {"ActivityRegularization", "AlphaDropout", "Cropping1D", "Cropping2D", "Cropping3D", "Dropout"}
    | {"ExpandDims", "Flatten", "GaussianDropout", "GetItem", "Identity", "Moveaxis", "Permute"}
    | {"RepeatVector", "Reshape", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
    | {"Squeeze", "Swapaxes", "Transpose", "UpSampling1D", "UpSampling2D", "UpSampling3D"}
    | {"AveragePooling1D", "AveragePooling2D", "GlobalAveragePooling1D", "GlobalAveragePooling2D"}
    | {"GlobalMaxPooling1D", "GlobalMaxPooling2D", "MaxPooling1D", "MaxPooling2D", "Resizing"}
)
"""Layers and operations whose results are values of the layer before: moved, left out or averaged,
so that its range is theirs (what dropout scales, it scales in training only)."""

SCALING = frozenset({"BatchNormalization", "Embedding", "GroupNormalization", "LayerNormalization"})
"""Layers without an activation whose results can be any number, by weights of their own."""


def head_of(layer: Any) -> Any:
    """The layer whose values an output is: what only moves them on is passed by.

    `Dense(1, "sigmoid")` under a `Reshape`, a `Dropout` or an `Activation("linear")`, also inside
    of a second model.
    """
    seen: set[int] = set()
    while id(layer) not in seen:
        seen.add(id(layer))
        before = _inside_or_before(layer)
        if before is None:
            break
        layer = before
    return layer


def _inside_or_before(layer: Any) -> Any:
    """The last layer of a model, the one before a layer that passes on; None for a head."""
    outputs = getattr(layer, "outputs", None)
    if outputs:
        return layer_behind(outputs[0])
    is_plain = type(layer).__name__ == "Activation" and activation_of(layer) == "linear"
    if type(layer).__name__ not in PASSING_ON and not is_plain:
        return None
    nodes = calls_of(layer)
    if not nodes or not nodes[0].parent_nodes:
        return None
    return nodes[0].parent_nodes[0].operation


def last_activation(layer: Any) -> str:
    """Of the layer itself, or of the one before where it only passes values on."""
    layer = head_of(layer)
    kind = type(layer).__name__
    if kind in SCALING:
        return "linear"
    return "" if kind in PASSING_ON else activation_of(layer)
