"""What the model's outputs really are, and which loss judges them."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.compiled import options_of
from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import output_names
from nbdoctor.errors.guard import Guard
from nbdoctor.look.structure import layer_paths
from nbdoctor.readings.head_layer import head_of, last_activation
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.layers import output_layers
from nbdoctor.readings.losses import REACH, Range
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source


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
    least, most : float or None
        Smallest and largest value that the operations of the head can put out, where its step was
        traced and they tell.
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
    least: float | None = None
    most: float | None = None

    @property
    def shown(self) -> str:
        """What a sentence calls it: the layer that makes it, never the labels.

        Examples
        --------
        >>> Output(name="y", layer="dense_2").shown, Output(name="y").shown
        ('`dense_2`', 'the model')
        """
        if self.layer:
            return f"`{self.layer}`"
        return "the model" if FALLBACK.fullmatch(self.name) else f"the output `{self.name}`"

    @property
    def begins(self) -> str:
        """The same at the beginning of a sentence."""
        return self.shown[:1].upper() + self.shown[1:]

    @property
    def reach(self) -> Range | None:
        """What the head can put out by its structure, None where that is not known."""
        if self.activation in REACH:
            return REACH[self.activation]
        if self.least is None or self.most is None:
            return None
        return self.least, self.most

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
FALLBACK = re.compile(r"y(_\d+)?")
"""Names that outputs are given here where they have none (`capture/data.py`)."""

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
        layer = head_of(layers[number]) if number < len(layers) else None
        shape = shapes[number] if number < len(shapes) else ()
        found.append(
            Output(
                name=name,
                layer="" if layer is None else paths.get(id(layer), layer.name),
                activation="" if layer is None else last_activation(layer),
                loss_text=(loss_texts or {}).get(name, (loss_texts or {}).get("", "")),
                **shape_facts(shape),
                **loss_facts(losses.get(name)),
            ),
        )
    return Head(outputs=tuple(found))


@reading("the head", when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BEFORE_STEP)
def head_of_call(call: FitCall, labels: Labels | None, source: Source | None) -> Head:
    """The outputs of the model that is trained, and its losses as the cell writes them."""
    names = [target.name for target in labels.targets] if labels is not None else []
    outputs = output_names(call.model) or names
    texts = _loss_texts(source, outputs) if source is not None else {}
    return read_head(call.model, names, texts)


def _loss_texts(source: Source, outputs: list[str]) -> dict[str, str]:
    """The loss as it is written, by output, or one for all of them ("")."""
    for call in source.calls_behind:
        argument = call.argument("loss", 1) if call.name == "compile" else None
        if argument is not None:
            return texts_by_output(argument.text, outputs)
    return {}


def texts_by_output(text: str, outputs: list[str]) -> dict[str, str]:
    """Take a list or dict of losses apart, as it is written.

    Examples
    --------
    >>> texts_by_output("['mse', 'binary_crossentropy']", ["price", "sold"])
    {'price': "'mse'", 'sold': "'binary_crossentropy'"}
    >>> texts_by_output("my_loss", ["price", "sold"])
    {'': 'my_loss'}
    """
    try:
        written = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return {"": text}
    if isinstance(written, ast.Dict):
        pairs = zip(written.keys, written.values, strict=True)
        return {str(k.value): ast.unparse(v) for k, v in pairs if isinstance(k, ast.Constant)}
    if isinstance(written, (ast.List, ast.Tuple)):
        return dict(zip(outputs, map(ast.unparse, written.elts), strict=False))
    return {"": text}


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


def shape_facts(shape: tuple[int | None, ...]) -> dict[str, Any]:
    """Fields of an output with this shape, the batch axis included."""
    if not shape:
        return {}
    width = shape[-1] if len(shape) > 1 else None
    return {"shape": tuple(shape), "rank": len(shape), "width": width}


def loss_facts(loss: Any) -> dict[str, Any]:
    """Fields of an output that this loss judges."""
    if loss is None:
        return {}
    options = options_of(loss)
    if not options and declared(loss, "get_config") is not None and not isinstance(loss, str):
        options = _config(loss)
    return {
        "loss": canonical_loss(loss),
        "from_logits": bool(options.get("from_logits", False)),
        "label_smoothing": float(options.get("label_smoothing") or 0.0),
        "summed": declared(loss, "reduction", "") == "sum",
        "ignore_class": options.get("ignore_class"),
    }


def _config(loss: Any) -> dict[str, Any]:
    with Guard():  # the user's own class; its options stay unknown
        return dict(loss.get_config())
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
