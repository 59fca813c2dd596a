"""Images in a different range from the one a pretrained network was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.layers import Layers
from nbdoctor.rules.figures import figure
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, facts_of, rule

SMALL = 2.0
"""Pixels up to this value were scaled to 0 to 1 or -1 to 1."""

LARGE = 10.0
"""Pixels above this value are bytes."""

Takes = Literal["bytes", "unit", "raw"]


@dataclass(frozen=True)
class _Family:
    """Networks of `keras.applications` that were trained on one range.

    `marker` is the name of a layer that only they have. `takes` says what their first
    convolution expects: "bytes" (mean subtracted), "unit" (about -1 to 1), or "raw", where the
    network itself scales bytes first.
    """

    name: str
    marker: str
    takes: Takes
    range: str


@dataclass(frozen=True, slots=True)
class _Facts:
    network: str
    takes: Takes


BYTES, UNIT, RAW = "-124 to 151", "-1 to 1", "0 to 255"
FAMILIES = (
    _Family("vgg16", "block5_conv1", "bytes", BYTES),
    _Family("resnet_v2", "conv5_block1_preact_bn", "unit", UNIT),
    _Family("resnet", "conv5_block1_out", "bytes", BYTES),
    _Family("densenet", "conv5_block1_concat", "unit", "-2.1 to 2.6"),
    _Family("mobilenet", "conv_pw_13", "unit", UNIT),
    _Family("mobilenet_v2", "block_16_project", "unit", UNIT),
    _Family("mobilenet_v3", "expanded_conv_1_expand", "raw", RAW),
    _Family("inception_v3", "mixed10", "unit", UNIT),
    _Family("inception_resnet_v2", "conv_7b", "unit", UNIT),
    _Family("xception", "block14_sepconv2", "unit", UNIT),
    _Family("efficientnet", "top_conv", "raw", RAW),
)


@rule(
    family="data",
    severity="critical",
    kind="strong",
    holds="The pretrained network gets images in the range it was trained on",
    explains=(
        "baseline-not-beaten",
        "constant-predictions",
        "unscaled-inputs",
        "loss-starts-high",
        "inputs-scaled-twice",
        "too-few-steps",
        "majority-class-only",
    ),
)
def wrong_backbone_range(inputs: Inputs, layers: Layers, /) -> Iterator[Finding]:
    """Images in a different range from the one a pretrained network was trained on.

    ## What it means
    Each network of `keras.applications` was trained on images preprocessed in a certain way, and
    its weights are only useful for such images. VGG and ResNet expect bytes with the mean
    subtracted; MobileNet, Xception and Inception expect -1 to 1. EfficientNet and MobileNetV3
    take raw bytes and scale them themselves, so images divided by 255 are scaled twice.

    ## How it is measured
    The network is recognised by a layer name that only it has, and its weights differ from newly
    initialised ones. The values that reach its first convolution are compared with the range it
    was trained on. Reported are bytes where about 1 is expected, about 1 where bytes are
    expected, and inputs of at most 2 before layers that divide by 255. Smaller differences, such
    as 0 to 1 instead of -1 to 1, are not reported.

    ## Example
    ```python
    base = keras.applications.ResNet50(include_top=False, pooling="avg")
    model = keras.Sequential([base, keras.layers.Dense(3, activation="softmax")])
    model.fit(pictures / 255, labels)
    ```

    ## What the treatment does
    It names the function that preprocesses images for this network.

    ## When to ignore it
    When all layers of the network are trained from scratch, or when it was built without its own
    scaling.

    ## References
    Keras documentation, "Keras Applications", `preprocess_input` of each network.
    """
    names = {layer.name.rpartition("/")[2] for layer in layers.layers}
    family = next((one for one in FAMILIES if one.marker in names), None)
    if family is None or not layers.pretrained or len(inputs.tensors) != 1:
        message = "the model contains no pretrained network of `keras.applications`"
        raise DoesNotApplyError(message)
    tensor = inputs.tensors[0]
    if tensor.entry_minimum is None or tensor.entry_maximum is None:
        message = "the inputs of the first convolution were not measured"
        raise DoesNotApplyError(message)
    size = max(abs(tensor.entry_minimum), abs(tensor.entry_maximum))
    wrong = {
        "bytes": 0 < size <= SMALL,
        "unit": size > LARGE,
        "raw": "Rescaling" in tensor.entry_ops and 0 < tensor.maximum <= SMALL,
    }
    if wrong[family.takes]:
        yield _finding(family, tensor)


def _finding(family: _Family, tensor: InputTensor) -> Finding:
    raw = family.takes == "raw"
    low = tensor.minimum if raw else tensor.entry_minimum or 0.0
    high = tensor.maximum if raw else tensor.entry_maximum or 0.0
    where = "The network" if raw else f"`{tensor.entry_layer}`, its first convolution,"
    scales = " It scales them itself." if raw else ""
    return Finding(
        title=f"Images in a range that {family.name} was not trained on",
        says=f"{where} receives values from {figure(low)} to {figure(high)}; {family.name} was "
        f"trained on {family.range}.{scales}",
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={"range of the inputs": f"{figure(low)} to {figure(high)}"},
        expected={"range of the inputs": family.range},
        facts=_Facts(family.name, family.takes),
    )


@wrong_backbone_range.treatment("Preprocess the images as in its training", effect="judgement")
def preprocess_as_in_training(finding: Finding, _cell: Cell) -> str:
    """Pass images of 0 to 255 through the network's own `preprocess_input`."""
    facts = facts_of(finding, _Facts)
    if facts.takes == "raw":
        return "Pass images of 0 to 255 unchanged: the network scales them itself."
    return (
        f"Pass images of 0 to 255 through `keras.applications.{facts.network}.preprocess_input`: "
        "training, validation and new images."
    )
