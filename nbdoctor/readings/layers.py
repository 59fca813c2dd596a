"""What the model is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.graph import layer_behind, shape_of_result
from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import layers as layers_of
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.backend.keras_internals.structure import weights as weights_of
from nbdoctor.backend.sampling import MOST_VALUES
from nbdoctor.capture.calls import FitCall
from nbdoctor.look.structure import has_kernel, layer_paths, own_weights
from nbdoctor.readings.drawing import is_as_drawn, size_drawn
from nbdoctor.readings.lines import lines_of_layers
from nbdoctor.readings.reading import Moment, reading
from nbdoctor.readings.source import Source

NORMALISING = frozenset(
    {"Normalization", "Rescaling", "BatchNormalization", "LayerNormalization", "UnitNormalization"},
)
AUGMENTING = frozenset(
    {
        *("AugMix", "RandAugment", "RandomBrightness", "RandomColorDegeneration"),
        *("RandomColorJitter", "RandomContrast", "RandomElasticTransform", "RandomErasing"),
        *("RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert"),
        *("RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation"),
        *("RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom"),
    }
)
"""Layers of Keras that change pictures in training, and leave their shape and their labels."""

RELU_LIKE = frozenset({"ReLU", "Relu", "relu", "relu6"})
BY_ITS_KIND = {
    "ELU": "elu",
    "Elu": "elu",
    "Exp": "exponential",
    "HardSigmoid": "hard_sigmoid",
    "LeakyReLU": "leaky_relu",
    "LeakyRelu": "leaky_relu",
    "LogSoftmax": "log_softmax",
    "PReLU": "prelu",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "Softplus": "softplus",
    "Tanh": "tanh",
}
"""Layers, and operations of `keras.ops`, that are an activation themselves."""

ENOUGH_VALUES = 256
"""Fewer values may have another size than what draws them by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer, in the order of the forward pass as far as it is known.

    Attributes
    ----------
    name : str
        Path from the model ("inner/dense"), the name shown to the user.
    kind : str
        Class name ("Dense").
    activation : str
        Name of its activation function, "" when it has none; a ReLU layer counts as "relu".
    units : int or None
        Width of its output where the layer has one (units, filters).
    parameters : int
        Number of weights, its sub-layers left out.
    trainable : bool
        Whether any of its own weights is trained.
    trained : int
        How many of its parameters are trained.
    shape : tuple or None
        Of what it puts out, with the batch axis: (None, 64); None where the model has no graph.
    is_output : bool
        Whether its result is an output of the model.
    line : int or None
        Line of the cell that creates it, where that is unambiguous.
    """

    name: str
    kind: str
    activation: str = ""
    units: int | None = None
    parameters: int = 0
    trainable: bool = False
    trained: int = 0
    shape: tuple[int | None, ...] | None = None
    is_output: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The layers of the model; nothing is called.

    Attributes
    ----------
    model : str
        The model's own name.
    layers : tuple of Layer
        All layers with their nested ones, depth first.
    trainable, total : int
        Number of weights that are trained, and of all.
    embeds_inputs : bool
        The inputs go to an embedding.
    normalises_inputs : bool
        A Normalization, BatchNormalization, LayerNormalization or Rescaling stands before the
        first layer with a kernel.
    unadapted : tuple of str
        Normalization layers that were neither adapted nor given a mean: they change nothing.
    pretrained : bool
        Weights come from elsewhere (the optimizer has made steps, or the kernels are far from
        what their initializer makes).
    built : bool
        Every layer has its weights: those of one that is not built are not counted yet.
    """

    model: str
    layers: tuple[Layer, ...]
    trainable: int
    total: int
    embeds_inputs: bool = False
    normalises_inputs: bool = False
    unadapted: tuple[str, ...] = ()
    pretrained: bool = False
    built: bool = True


def read_layers(model: Any, lines: dict[str, int] | None = None) -> Layers:
    """Walk the model.

    Parameters
    ----------
    model : keras.Model
    lines : dict of str to int
        Line of the cell that creates a layer, by path.
    """
    paths = layer_paths(model)
    ordered = list(_in_order(model))
    last = {id(layer) for layer in output_layers(model)}
    layers = [
        Layer(
            name=paths.get(id(layer), layer.name),
            kind=type(layer).__name__,
            activation=activation_of(layer),
            units=_units(layer),
            parameters=_own_parameters(layer),
            trainable=bool(own_weights(layer.trainable_weights, layer)),
            trained=_count(own_weights(layer.trainable_weights, layer)),
            shape=shape_of_result(layer),
            is_output=id(layer) in last,
            line=(lines or {}).get(layer.name),
        )
        for layer in ordered
    ]
    before_kernel = list(_before_first_kernel(ordered))
    return Layers(
        model=model.name,
        layers=tuple(layers),
        trainable=_count(trainable_weights(model)),
        total=_count(weights_of(model)),
        embeds_inputs=any(type(layer).__name__ == "Embedding" for layer in ordered),
        normalises_inputs=any(type(layer).__name__ in NORMALISING for layer in before_kernel),
        unadapted=tuple(paths.get(id(one), one.name) for one in ordered if _is_unadapted(one)),
        pretrained=_is_trained(model, ordered),
        built=_is_built(model, ordered),
    )


@reading(
    "the layers",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.BEFORE_STEP | Moment.BUILT,
)
def layers_of_call(call: FitCall, source: Source | None) -> Layers:
    """Those of the model that is trained, as far as it is built."""
    return read_layers(call.model, lines_of_layers(call.model, source))


def _is_built(model: Any, ordered: list[Any]) -> bool:
    """Whether all layers are; what a model keeps unused is not when its first step was built."""
    optimizer = vars(model).get("optimizer")
    return all(layer.built for layer in ordered) or bool(getattr(optimizer, "built", False))


def _is_unadapted(layer: Any) -> bool:
    """Whether a Normalization layer still has the mean of 0 and the variance of 1 of its birth."""
    import keras

    if not isinstance(layer, keras.layers.Normalization) or layer.input_mean is not None:
        return False
    mean, variance = (declared(layer, name) for name in ("adapt_mean", "adapt_variance"))
    if mean is None or variance is None:  # not built: `adapt` builds it
        return False
    here = keras.ops.convert_to_numpy
    return bool((here(mean) == 0).all() and (here(variance) == 1).all())


def activation_of(layer: Any) -> str:
    """Name of what a layer does to its result: "relu", "softmax", "linear", "" for nothing."""
    kind = type(layer).__name__
    if kind in RELU_LIKE:
        return "relu"
    if kind in BY_ITS_KIND:
        return BY_ITS_KIND[kind]
    activation = declared(layer, "activation")
    if activation is None:
        return ""
    return str(getattr(activation, "__name__", type(activation).__name__)).lower()


def output_layers(model: Any) -> list[Any]:
    """The layers that make the outputs of a functional model, nested models looked into."""
    outputs = getattr(model, "outputs", None) or []
    found = []
    for tensor in outputs:
        layer = layer_behind(tensor)
        if layer is None:
            continue
        while getattr(layer, "outputs", None):
            layer = layer_behind(layer.outputs[0])
        found.append(layer)
    return found


def _in_order(model: Any) -> Iterator[Any]:
    """Layers depth first, from input to output as far as the model tells."""
    seen: set[int] = set()

    def walk(layer: Any) -> Iterator[Any]:
        for child in layers_of(layer):
            if id(child) in seen or type(child).__name__ == "InputLayer":
                continue
            seen.add(id(child))
            if type(child).__name__ != "Functional" or layers_of(child):
                yield child
            yield from walk(child)

    return walk(model)


def _own_parameters(layer: Any) -> int:
    return _count(own_weights(weights_of(layer), layer))


def _count(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def _units(layer: Any) -> int | None:
    for name in ("units", "filters", "output_dim"):
        value = declared(layer, name)
        if isinstance(value, int):
            return value
    return None


def _before_first_kernel(ordered: list[Any]) -> Iterator[Any]:
    for layer in ordered:
        if has_kernel(layer):
            return
        yield layer


def _is_trained(model: Any, ordered: list[Any]) -> bool:
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and int(optimizer.iterations.numpy()) > 0:
        return True
    return any(
        is_far_from_birth(layer) for layer in ordered if declared(layer, "kernel") is not None
    )


def is_far_from_birth(layer: Any) -> bool:
    """Whether the size of a kernel is not what its initializer draws."""
    import keras

    kernel = declared(layer, "kernel")
    shape = tuple(getattr(kernel, "shape", ()))
    drawn = size_drawn(declared(layer, "kernel_initializer"), shape)
    if drawn is None or math.prod(shape) < ENOUGH_VALUES:
        return False
    values = kernel.value[:: max(1, math.prod(shape) // MOST_VALUES)]
    numbers = keras.ops.convert_to_numpy(values).astype(np.float32)
    return not is_as_drawn(float(np.sqrt(np.square(numbers).mean())), drawn)
