import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.source import Source
from nbdoctor.rules.data.unadapted_normalization import unadapted_normalization
from nbdoctor.rules.rule import DoesNotApplyError

SOURCE = Source(x_name="x_train")


def layers(*unadapted: str, kind: str = "Normalization") -> Layers:
    return Layers(
        model="m",
        layers=(Layer(name="scale", kind=kind), Layer(name="dense", kind="Dense")),
        trainable=9,
        total=9,
        unadapted=unadapted,
    )


@pytest.mark.parametrize("name", ["scale", "inner/scale"])
def test_fires(name: str) -> None:
    (finding,) = unadapted_normalization(layers(name), SOURCE)
    assert f"`{name}` was not adapted" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "source", [pytest.param(SOURCE, id="adapted"), pytest.param(None, id="no cell")]
)
def test_stays_silent(source: Source | None) -> None:
    assert not list(unadapted_normalization(layers(), source))


@pytest.mark.parametrize("kind", ["Rescaling", "BatchNormalization", "LayerNormalization"])
def test_does_not_apply_to_other_layers(kind: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(unadapted_normalization(layers(kind=kind), SOURCE))


def test_treatment() -> None:
    (finding,) = unadapted_normalization(layers("scale"), SOURCE)
    before = "scale = keras.layers.Normalization()\nmodel.fit(x_train, y)\n"
    (treated,) = unadapted_normalization.treatments(finding, Cell(before))
    assert treated.patched == before.replace("model", "scale.adapt(x_train)\nmodel")
    ast.parse(treated.patched)
    (again,) = unadapted_normalization.treatments(finding, Cell(treated.patched))
    assert again.patched is None


def test_treatment_is_advice_where_the_layer_has_no_name() -> None:
    (finding,) = unadapted_normalization(layers("scale"), SOURCE)
    cell = Cell("model = Sequential([Normalization(), Dense(1)])\nmodel.fit(x_train, y)\n")
    (advice,) = unadapted_normalization.treatments(finding, cell)
    assert advice.patched is None
    assert "`adapt(x_train)`" in advice.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 4)) * 100

    def fires(scale: keras.layers.Layer, *, adapt: bool = False) -> bool:
        if adapt:
            scale.adapt(x)
        model = keras.Sequential([keras.Input((4,)), scale, keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        report = nbdoctor.diagnose(model, x, x[:, :1] / 100)
        return "unadapted-normalization" in {finding.rule for finding in report.findings}

    assert fires(keras.layers.Normalization())
    assert not fires(keras.layers.Normalization(), adapt=True)
    assert not fires(keras.layers.Normalization(mean=50.0, variance=800.0))
