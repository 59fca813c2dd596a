import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.source import Source
from nbdoctor.rules.data.normalization_misfits_inputs import normalization_misfits_inputs
from nbdoctor.rules.rule import DoesNotApplyError, Finding

SOURCE = Source(x_name="x_train")
LAYERS = Layers(
    model="m",
    layers=(Layer(name="scale", kind="Normalization"), Layer(name="dense", kind="Dense")),
    trainable=9,
    total=9,
)


def findings(
    spread: float,
    *,
    mean: float = -2.0,
    rows: int = 64,
    kind: str = "Normalization",
    layers: Layers = LAYERS,
) -> list[Finding]:
    read = Activations(
        layers=(LayerActivation(layer="scale", kind=kind, spread=spread, mean=mean),), rows=rows
    )
    return list(normalization_misfits_inputs(layers, read, SOURCE))


@pytest.mark.parametrize(("spread", "word"), [(1e-5, "alike"), (250.0, "large")])
def test_fires(spread: float, word: str) -> None:
    (finding,) = findings(spread)
    assert word in finding.says
    assert finding.severity == "warning"


def test_fires_far_from_zero() -> None:
    (finding,) = findings(1.0, mean=-40.0)
    assert "around -40" in finding.says


@pytest.mark.parametrize("spread", [0.11, 0.9, 1.0, 9.0])
def test_stays_silent(spread: float) -> None:
    assert findings(spread) == []


def test_one_that_was_not_adapted_is_another_finding() -> None:
    layers = Layers(model="m", layers=LAYERS.layers, trainable=9, total=9, unadapted=("scale",))
    assert findings(200.0, layers=layers) == []


@pytest.mark.parametrize("given", [{"rows": 8}, {"kind": "BatchNormalization"}])
def test_does_not_apply(given: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(1e-5, **given)  # type: ignore[arg-type]


def test_treatment() -> None:
    (finding,) = findings(1e-5)
    before = (
        "scale = Normalization()\nscale.adapt(raw)\nx_train = raw / 99\nmodel.fit(x_train, y)\n"
    )
    (treated,) = normalization_misfits_inputs.treatments(finding, Cell(before))
    assert treated.patched == before.replace("model", "scale.adapt(x_train)\nmodel")
    ast.parse(treated.patched or "")
    (advice,) = normalization_misfits_inputs.treatments(finding, Cell("model.fit(x_train, y)\n"))
    assert advice.patched is None
    assert "`x_train`" in advice.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)) * [1, 20, 300, 0] + [3, -50, 900, 7]  # the last one is constant
    pictures = rng.integers(0, 256, (64, 6, 6, 3)).astype("float32")

    def fires(given: np.ndarray, adapted: np.ndarray) -> bool:
        scale = keras.layers.Normalization()
        scale.adapt(adapted)
        inner = [scale, keras.layers.Flatten(), keras.layers.Dense(1)]
        model = keras.Sequential([keras.Input(given.shape[1:]), *inner])
        model.compile("sgd", "mse")
        report = nbdoctor.diagnose(model, given, rng.normal(size=(64, 1)))
        return "normalization-misfits-inputs" in {finding.rule for finding in report.findings}

    assert fires(x / 1000, x)
    assert fires(pictures, pictures / 255)
    assert not fires(x, x)
    assert not fires(pictures[:32], pictures)
