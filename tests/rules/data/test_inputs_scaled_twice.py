from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.rescalings import Rescaling
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.source import Source
from nbdoctor.rules.data.inputs_scaled_twice import inputs_scaled_twice
from nbdoctor.rules.rule import DoesNotApplyError, Finding

TINY = InputTensor(
    name="x",
    variable="x",
    entry_layer="dense",
    entry_minimum=0.0,
    entry_maximum=0.0039,
    minimum=0.0,
    maximum=1.0,
    entry_ops=("Rescaling", "Flatten"),
)
PLAIN = replace(TINY, entry_ops=("Flatten",), maximum=0.0039)
ONCE = Rescaling(text="x / 255", line=3, factor=255.0)
AGAIN = replace(ONCE, line=5)


def judged(tensor: InputTensor, *written: Rescaling) -> list[Finding]:
    return list(inputs_scaled_twice(Inputs(tensors=(tensor,)), Source(rescales=written)))


@pytest.mark.parametrize(
    ("tensor", "written", "words"),
    [
        pytest.param(
            TINY, (ONCE,), "`x / 255` on line 3, and by the `Rescaling` layer", id="text and layer"
        ),
        pytest.param(
            TINY, (), "is already between -1 and 1, and by the", id="the data's own range"
        ),
        pytest.param(PLAIN, (ONCE, AGAIN), "line 3, and by `x / 255` on line 5", id="two lines"),
        pytest.param(
            replace(PLAIN, entry_minimum=-0.0078, entry_maximum=0.0078),
            (ONCE, AGAIN),
            "from -0.0078 to 0.0078",
            id="both signs",
        ),
    ],
)
def test_fires(tensor: InputTensor, written: tuple[Rescaling, ...], words: str) -> None:
    (finding,) = judged(tensor, *written)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("tensor", "written"),
    [
        pytest.param(PLAIN, (), id="small features and no scaling in sight"),
        pytest.param(PLAIN, (ONCE,), id="scaled once, small by nature"),
        pytest.param(replace(TINY, entry_maximum=1.0, maximum=255.0), (), id="scaled in the model"),
        pytest.param(replace(PLAIN, entry_maximum=1.0), (ONCE, AGAIN), id="two lines, usual range"),
        pytest.param(replace(TINY, maximum=2.0), (), id="small numbers into a layer of one's own"),
        pytest.param(replace(PLAIN, entry_maximum=0.0), (ONCE, AGAIN), id="constant inputs"),
        pytest.param(replace(PLAIN, entry_maximum=0.021), (ONCE, AGAIN), id="just above"),
    ],
)
def test_stays_silent(tensor: InputTensor, written: tuple[Rescaling, ...]) -> None:
    assert not judged(tensor, *written)


def test_does_not_apply_where_the_entry_is_unknown() -> None:
    with pytest.raises(DoesNotApplyError):
        judged(replace(TINY, entry_minimum=None), ONCE)


def test_treatment() -> None:
    (finding,) = judged(TINY, ONCE)
    (advice,) = inputs_scaled_twice.treatments(finding, Cell("x = x / 255\n"))
    assert (advice.effect, advice.patched) == ("advice", None)
    assert "Keep only one of `x / 255` on line 3, and the" in advice.text


def test_the_scale_can_be_learned_whatever_it_is() -> None:
    (finding,) = judged(replace(PLAIN, variable="x"), ONCE, AGAIN)
    source = "import keras\nx = x / 255\nm = keras.Sequential([keras.layers.Dense(3)])\n"
    patch, _ = inputs_scaled_twice.treatments(finding, Cell(source))
    assert patch.patched == (
        "import keras\nx = x / 255\nnormalise = keras.layers.Normalization()\n"
        "normalise.adapt(x)\nm = keras.Sequential([normalise, keras.layers.Dense(3)])\n"
    )


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    pixels, y = np.random.default_rng(0).integers(0, 256, (64, 16)), np.arange(64) % 3

    def fires(x: np.ndarray) -> bool:
        scale, head = keras.layers.Rescaling(1 / 255), keras.layers.Dense(3, "softmax")
        model = keras.Sequential([keras.Input((16,)), scale, head])
        model.compile("adam", "sparse_categorical_crossentropy")
        report = nbdoctor.diagnose(model, x, y)
        return "inputs-scaled-twice" in {finding.rule for finding in report.findings}

    assert fires(pixels / 255)
    assert not fires(pixels)
