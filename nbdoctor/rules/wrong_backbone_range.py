"""Pictures in another range than a pretrained network was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.layers import Layers
from nbdoctor.rules.rule import DoesNotApplyError, Finding, Where, figure, rule

SMALL = 2.0
"""Pixels up to here were scaled to 0 to 1 or -1 to 1."""

LARGE = 10.0
"""Pixels beyond this are bytes."""


@dataclass(frozen=True)
class _Family:
    """Networks of `keras.applications` that were trained on one range.

    `marker` is the name of a layer that only they have, `takes` what their first convolution
    expects: "bytes" (mean removed), "unit" (about -1 to 1), or "raw", where layers of their own
    scale bytes first.
    """

    name: str
    marker: str
    takes: str
    range: str


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
    holds="The pretrained network gets pictures in the range it was trained on",
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
    """Pictures in another range than a pretrained network was trained on.

    ## What it means
    Each network of `keras.applications` was trained on pictures prepared in one way, and its
    weights mean something for such pictures only. VGG and ResNet want bytes with the mean taken
    away, MobileNet, Xception and Inception -1 to 1; EfficientNet and MobileNetV3 take raw bytes
    and scale them themselves, so that pictures divided by 255 are scaled twice.

    ## How it is measured
    The network is known by a layer that only it has, and its weights are not those it is made
    with. What reaches its first convolution is compared with the range it was trained on: bytes
    where about 1 is expected, about 1 where bytes are expected, or inputs of at most 2 in front
    of layers that divide by 255. Smaller differences, such as 0 to 1 in place of -1 to 1, are not
    reported.

    ## Example
    ```python
    base = keras.applications.ResNet50(include_top=False, pooling="avg")
    model = keras.Sequential([base, keras.layers.Dense(3, activation="softmax")])
    model.fit(pictures / 255, labels)
    ```

    ## What the treatment does
    It names the function that prepares pictures for this network.

    ## When to ignore it
    When the network is trained from the start, or was built without its own scaling.

    ## References
    Keras documentation, "Keras Applications", `preprocess_input` of each network.
    """
    names = {layer.name.rpartition("/")[2] for layer in layers.layers}
    family = next((one for one in FAMILIES if one.marker in names), None)
    if family is None or not layers.pretrained or len(inputs.tensors) != 1:
        message = "no pretrained network of `keras.applications` is part of the model"
        raise DoesNotApplyError(message)
    tensor = inputs.tensors[0]
    if tensor.entry_minimum is None or tensor.entry_maximum is None:
        message = "what the first convolution receives was not measured"
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
        title=f"Pictures in a range that {family.name} was not trained on",
        says=f"{where} receives values from {figure(low)} to {figure(high)}; {family.name} was "
        f"trained on {family.range}.{scales}",
        where=Where(variable=tensor.variable, layer=tensor.entry_layer),
        measured={"smallest value": low, "largest value": high, "network": family.name},
        expected={"range": family.range},
    )


@wrong_backbone_range.treatment("Prepare the pictures as it was trained", effect="judgement")
def prepare_as_trained(finding: Finding, _cell: Cell) -> str:
    """Give the network bytes through its own `preprocess_input`."""
    network = str(finding.measured["network"])
    if finding.expected["range"] == RAW:
        return "Leave out the division by 255: the network scales pictures of 0 to 255 itself."
    return (
        f"Pass pictures of 0 to 255 through `keras.applications.{network}.preprocess_input`, "
        "for training, validation and new pictures alike."
    )
