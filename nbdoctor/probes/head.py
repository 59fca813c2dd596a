"""What the model's outputs really are, and which loss judges them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nbdoctor.capture.data import named, output_names
from nbdoctor.probes.labels import Target
from nbdoctor.probes.layer_calls import Maker
from nbdoctor.probes.layers import activation_of, layer_paths, output_layers

SHAPE_ONLY = frozenset({"Reshape", "Flatten", "Dropout", "Permute", "Cropping2D"})
"""Layers after which the values are still those of the layer before."""

PROBABILITIES_BY = {
    "binary_crossentropy": "sigmoid",
    "binary_focal_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "categorical_focal_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}
"""What makes the probabilities that a cross-entropy compares; given logits it applies it itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output with its loss. Fields of the second group are None until it was measured.

    Attributes
    ----------
    name : str
        Name of the output; equals `Target.name` of its labels.
    layer : str
        The layer that makes it, "" when unknown.
    shape : tuple
        With the batch axis: (None, 3).
    rank, width : int, int or None
        Number of axes with the batch axis; size of the last axis (None for rank 1).
    activation : str
        Of the last layer: "softmax", "sigmoid", "linear", "relu", ...; "" when unknown.
    loss : str
        Keras's canonical name ("sparse_categorical_crossentropy"), "custom" for the user's own,
        "" when there is none.
    loss_text : str
        As the user wrote it, "" when unknown.
    from_logits : bool
        The loss was told to expect logits.
    label_smoothing : float
        Share of each label that the loss spreads over all classes.
    summed : bool
        The loss is the sum over the rows, not their mean.
    ignore_class : int or None
        Of sparse categorical cross-entropy.
    keeps_logits : bool or None
        The tensor that reaches the loss still carries Keras's logits, so the loss repairs a
        softmax or sigmoid by itself (TensorFlow).
    rows : int
        Rows predicted (inference mode).
    minimum, maximum : float or None
        Of the predictions.
    below_zero : float or None
        Share of the predictions that are 0 or less.
    row_sum_minimum, row_sum_maximum : float or None
        Of the last axis.
    spread : float or None
        Standard deviation over rows, averaged over units.
    one_class : int or None
        The class that is predicted for every row, None when there are several.
    dtype : str
    """

    name: str
    layer: str = ""
    shape: tuple[int | None, ...] = ()
    rank: int = 2
    width: int | None = None
    activation: str = ""
    loss: str = ""
    loss_text: str = ""
    from_logits: bool = False
    label_smoothing: float = 0.0
    summed: bool = False
    ignore_class: int | None = None
    keeps_logits: bool | None = None
    rows: int = 0
    minimum: float | None = None
    maximum: float | None = None
    below_zero: float | None = None
    row_sum_minimum: float | None = None
    row_sum_maximum: float | None = None
    spread: float | None = None
    one_class: int | None = None
    dtype: str = ""

    def takes_numbers(self, target: Target) -> bool:
        """Whether whole numbers of `target` are quantities here, not names of classes.

        Two values, several units and a cross-entropy speak for classes.
        """
        if target.encoding != "ids":
            return target.encoding == "continuous"
        classes = self.loss in PROBABILITIES_BY or self.width not in {None, 1}
        return not classes and target.distinct > PAIR

    def has_target_for_each_unit(self, target: Target) -> bool:
        """Whether the shapes say so; otherwise Keras stops before most losses are computed."""
        shape = target.shape
        if self.width not in {None, 1}:
            return target.rank == self.rank and shape[-1] == self.width
        places = shape[:-1] if shape[-1:] == (1,) else shape
        return len(places) == max(self.rank - 2, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All outputs."""

    outputs: tuple[Output, ...]

    def of(self, target: Target) -> Output | None:
        """The output that `target` belongs to, None when there is none."""
        return next((output for output in self.outputs if output.name == target.name), None)


PAIR = 2
HALF = 0.5
"""Where a probability of two classes tips over; on logits it is 0."""


def read_head(model: Any, targets: list[str], loss_texts: Mapping[str, str] | None = None) -> Head:
    """The outputs and their losses as far as they are known before anything is run.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    targets : list of str
        Names of the targets, for models whose outputs have no names.
    loss_texts : mapping of str to str
        The loss as written in the cell, by output name ("" for all).
    """
    paths = layer_paths(model)
    layers = output_layers(model)
    shapes = _output_shapes(model)
    names = output_names(model) or targets[: max(1, len(shapes))] or ["y"]
    losses = named_losses(model, names)
    found = []
    for number, name in enumerate(names):
        layer = layers[number] if number < len(layers) else None
        shape = shapes[number] if number < len(shapes) else ()
        found.append(
            Output(
                name=name,
                layer="" if layer is None else paths.get(id(layer), layer.name),
                activation="" if layer is None else _last_activation(layer),
                loss_text=(loss_texts or {}).get(name, (loss_texts or {}).get("", "")),
                **_shape_facts(shape),
                **_loss_facts(losses.get(name)),
            ),
        )
    return Head(outputs=tuple(found))


def with_loss(head: Head, loss: Any) -> Head:
    """`head` with the loss that was seen to judge its only output."""
    if len(head.outputs) != 1 or loss is None:
        return head
    return Head(outputs=(replace(head.outputs[0], **_loss_facts(loss)),))


def with_predictions(
    head: Head,
    model: Any,
    predictions: Any,
    makers: Mapping[int, Maker],
) -> Head:
    """`head` with what the model really puts out in inference mode.

    Parameters
    ----------
    head : Head
    model : keras.Model
    predictions : Any
        Structure of tensors as the model returned it.
    makers : mapping of int to Maker
        The layer that returned each tensor, by the tensor's id.
    """
    paths = layer_paths(model)
    tensors = named(predictions, [output.name for output in head.outputs], "y")
    measured = []
    for output in head.outputs:
        tensor = tensors.get(output.name)
        if tensor is None:
            measured.append(output)
            continue
        maker = makers.get(id(tensor))
        if maker is not None and not output.layer:
            output = replace(  # noqa: PLW2901  (the same output, completed)
                output,
                layer=paths.get(id(maker.layer), maker.layer.name),
                activation=_last_activation(maker.layer),
            )
        keeps = maker.keeps_logits if maker is not None else hasattr(tensor, "_keras_logits")
        measured.append(replace(output, keeps_logits=keeps, **_measured(tensor)))
    return Head(outputs=tuple(measured))


def named_losses(model: Any, names: list[str]) -> dict[str, Any]:
    """The loss of each output as the user gave it."""
    loss = getattr(model, "loss", None)
    if isinstance(loss, Mapping):
        return {str(name): value for name, value in loss.items()}
    if isinstance(loss, (list, tuple)):
        return dict(zip(names, loss, strict=False))
    return dict.fromkeys(names, loss)


def _output_shapes(model: Any) -> list[tuple[int | None, ...]]:
    outputs = getattr(model, "outputs", None) or []
    return [tuple(tensor.shape) for tensor in outputs]


def _shape_facts(shape: tuple[int | None, ...]) -> dict[str, Any]:
    if not shape:
        return {}
    width = shape[-1] if len(shape) > 1 else None
    return {"shape": tuple(shape), "rank": len(shape), "width": width}


def _last_activation(layer: Any) -> str:
    """Of the layer itself, or of the one before where it only changes the shape."""
    while type(layer).__name__ in SHAPE_ONLY:
        nodes = layer._inbound_nodes  # noqa: SLF001  (the graph of a functional model)
        if not nodes or not nodes[0].parent_nodes:
            return ""
        layer = nodes[0].parent_nodes[0].operation
    return activation_of(layer)


def _loss_facts(loss: Any) -> dict[str, Any]:
    if loss is None:
        return {}
    options = getattr(loss, "_fn_kwargs", {}) or {}
    if not options and hasattr(loss, "get_config") and not isinstance(loss, str):
        options = _config(loss)
    return {
        "loss": canonical_loss(loss),
        "from_logits": bool(options.get("from_logits", False)),
        "label_smoothing": float(options.get("label_smoothing") or 0.0),
        "summed": getattr(loss, "reduction", "") == "sum",
        "ignore_class": options.get("ignore_class"),
    }


def _config(loss: Any) -> dict[str, Any]:
    try:
        return dict(loss.get_config())
    except Exception:  # noqa: BLE001  (the user's own class; its options stay unknown)
        return {}


def canonical_loss(loss: Any) -> str:
    """Keras's own name of a loss ("mean_squared_error"), "custom" for the user's."""
    import keras

    if isinstance(loss, str):
        try:
            loss = keras.losses.get(loss)
        except ValueError:
            return "custom"
    kind = loss if hasattr(loss, "__name__") else type(loss)
    if not str(getattr(kind, "__module__", "")).startswith("keras."):
        return "custom"
    if hasattr(loss, "__name__"):
        return str(loss.__name__)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
    return {"kl_divergence": "kl_divergence", "kldivergence": "kl_divergence"}.get(name, name)


def _measured(tensor: Any) -> dict[str, Any]:
    import keras

    values = np.asarray(keras.ops.convert_to_numpy(tensor)).astype(np.float32)
    shape = (None, *(int(size) for size in values.shape[1:]))
    facts = _shape_facts(shape) | {
        "rows": len(values),
        "dtype": keras.backend.standardize_dtype(tensor.dtype),
    }
    finite = values[np.isfinite(values)]
    if not finite.size:
        return facts
    facts |= {"minimum": float(finite.min()), "maximum": float(finite.max())}
    facts["below_zero"] = float((finite <= 0).mean())
    facts["spread"] = float(np.nan_to_num(values).std(axis=0).mean())
    if values.ndim > 1:
        sums = values.sum(axis=-1)
        facts |= {
            "row_sum_minimum": float(np.nanmin(sums)),
            "row_sum_maximum": float(np.nanmax(sums)),
        }
    return facts | {"one_class": _one_class(values)}


def _one_class(values: Any) -> int | None:
    """The class that is predicted for every row, None when rows differ."""
    if values.ndim != 2:  # noqa: PLR2004  (rows and units)
        return None
    classes = values.argmax(axis=-1) if values.shape[1] > 1 else (values[:, 0] > HALF).astype(int)
    return int(classes[0]) if len(classes) > 1 and (classes == classes[0]).all() else None
