from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.data.wrong_backbone_range import wrong_backbone_range
from nbdoctor.rules.rule import DoesNotApplyError, Finding

UNIT = InputTensor(
    name="x",
    minimum=0.0,
    maximum=1.0,
    entry_layer="net/stem",
    entry_minimum=0.0,
    entry_maximum=1.0,
)
BYTES = replace(UNIT, maximum=255.0, entry_maximum=255.0)
SCALED_BY_ITSELF = replace(UNIT, entry_minimum=-2.1, entry_maximum=-2.0, entry_ops=("Rescaling",))


def network(marker: str, *, pretrained: bool = True) -> Layers:
    found = (Layer(name="net", kind="Functional"), Layer(name=f"net/{marker}", kind="Conv2D"))
    return Layers(model="m", layers=found, trainable=9, total=9, pretrained=pretrained)


def judged(tensor: InputTensor, layers: Layers) -> list[Finding]:
    return list(wrong_backbone_range(Inputs(tensors=(tensor,)), layers))


@pytest.mark.parametrize(
    ("tensor", "marker", "words"),
    [
        pytest.param(UNIT, "conv5_block1_out", "resnet was trained on -124 to 151", id="ResNet"),
        pytest.param(UNIT, "block5_conv1", "from 0 to 1; vgg16", id="VGG"),
        pytest.param(BYTES, "block_16_project", "from 0 to 255; mobilenet_v2", id="MobileNetV2"),
        pytest.param(BYTES, "mixed10", "`net/stem`, its first convolution,", id="Inception"),
        pytest.param(SCALED_BY_ITSELF, "top_conv", "It scales them itself", id="EfficientNet"),
    ],
)
def test_fires(tensor: InputTensor, marker: str, words: str) -> None:
    (finding,) = judged(tensor, network(marker))
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "strong")


@pytest.mark.parametrize(
    ("tensor", "marker"),
    [
        pytest.param(BYTES, "conv5_block1_out", id="bytes, mean not removed"),
        pytest.param(
            replace(BYTES, entry_minimum=-123.0, entry_maximum=151.0), "block5_conv1", id="VGG"
        ),
        pytest.param(UNIT, "mixed10", id="0 to 1 in place of -1 to 1"),
        pytest.param(replace(UNIT, entry_minimum=-1.0), "block_16_project", id="MobileNetV2"),
        pytest.param(
            replace(SCALED_BY_ITSELF, maximum=255.0, entry_maximum=2.6), "top_conv", id="raw bytes"
        ),
        pytest.param(UNIT, "top_conv", id="built without its own scaling"),
        pytest.param(replace(UNIT, entry_maximum=0.0), "block5_conv1", id="constant inputs"),
    ],
)
def test_stays_silent(tensor: InputTensor, marker: str) -> None:
    assert not judged(tensor, network(marker))


@pytest.mark.parametrize(
    ("tensor", "layers"),
    [
        pytest.param(UNIT, network("block5_conv1", pretrained=False), id="random weights"),
        pytest.param(UNIT, network("conv2d"), id="a network of one's own"),
        pytest.param(replace(UNIT, entry_minimum=None), network("block5_conv1"), id="unknown"),
    ],
)
def test_does_not_apply(tensor: InputTensor, layers: Layers) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(tensor, layers)


@pytest.mark.parametrize(
    ("tensor", "marker", "words"),
    [
        pytest.param(UNIT, "block5_conv1", "`keras.applications.vgg16.preprocess_input`", id="VGG"),
        pytest.param(SCALED_BY_ITSELF, "top_conv", "0 to 255 unchanged", id="EfficientNet"),
    ],
)
def test_treatment(tensor: InputTensor, marker: str, words: str) -> None:
    (finding,) = judged(tensor, network(marker))
    (offered,) = wrong_backbone_range.treatments(finding, Cell("model.fit(x / 255, y)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert words in offered.text


@pytest.mark.keras
@pytest.mark.parametrize(("by", "sick"), [(255, True), (1, False)])
def test_on_a_real_model(by: int, sick: bool) -> None:
    import keras
    import numpy as np

    import nbdoctor

    pictures = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 3)) / by
    stem = keras.layers.Conv2D(16, 3, name="block5_conv1")
    flat = keras.layers.GlobalAveragePooling2D()
    model = keras.Sequential([keras.Input((8, 8, 3)), stem, flat, keras.layers.Dense(1)])
    stem.set_weights([3 * weight for weight in stem.get_weights()])  # as after training
    model.compile("sgd", "mse")
    report = nbdoctor.diagnose(model, pictures, np.arange(16.0) / 16)
    assert ("wrong-backbone-range" in {finding.rule for finding in report.findings}) is sick
