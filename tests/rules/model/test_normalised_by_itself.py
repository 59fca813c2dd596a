import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.model.normalised_by_itself import normalised_by_itself
from nbdoctor.rules.rule import DoesNotApplyError

FLAT = Layer(name="norm", kind="BatchNormalization", trainable=True, shape=(None, 8))
FIT = Fit(data_kind="arrays", batch_size=1)


def made_of(*layers: Layer) -> Layers:
    return Layers(model="model", layers=layers, trainable=16, total=32)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        pytest.param((FLAT,), "`norm` puts out the same", id="one"),
        pytest.param((FLAT, replace(FLAT, name="b")), "`norm` and `b` put out", id="two"),
    ],
)
def test_fires(layers: tuple[Layer, ...], words: str) -> None:
    (finding,) = normalised_by_itself(made_of(*layers), FIT)
    assert words in finding.says
    assert (finding.severity, finding.kind, finding.where.layer) == ("critical", "proof", "norm")


def test_stays_silent() -> None:
    assert not list(normalised_by_itself(made_of(FLAT), replace(FIT, batch_size=2)))


@pytest.mark.parametrize(
    ("layer", "fit"),
    [
        pytest.param(replace(FLAT, shape=(None, 8, 8, 3)), FIT, id="pictures"),
        pytest.param(replace(FLAT, trainable=False), FIT, id="frozen"),
        pytest.param(replace(FLAT, kind="LayerNormalization"), FIT, id="by the row"),
        pytest.param(replace(FLAT, shape=None), FIT, id="no graph"),
        pytest.param(FLAT, Fit(data_kind="generator"), id="a generator"),
    ],
)
def test_does_not_apply(layer: Layer, fit: Fit) -> None:
    with pytest.raises(DoesNotApplyError):
        list(normalised_by_itself(made_of(layer), fit))


def test_treatment() -> None:
    (finding,) = normalised_by_itself(made_of(FLAT), FIT)
    cell = Cell("model.fit(x, y, batch_size=1, epochs=3)\n")
    (treated,) = normalised_by_itself.treatments(finding, cell)
    assert treated.patched == "model.fit(x, y, batch_size=32, epochs=3)\n"
    ast.parse(treated.patched)
    several = Cell("model.fit(x, y, 1)\nmodel.fit(x, y, 1)\n")
    (advice,) = normalised_by_itself.treatments(finding, several)
    assert advice.patched is None


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    def found(*layers: keras.Layer, batch: int = 1) -> set[str]:
        model = keras.Sequential([keras.Input((4, 4, 1)), *layers, keras.layers.Dense(1)])
        model.compile("adam", "mse")
        x = np.random.default_rng(0).normal(size=(40, 4, 4, 1))
        report = diagnose(model, x, x[:, 0, 0], batch_size=batch, epochs=1)
        return {finding.rule for finding in report.findings}

    rows = [keras.layers.Flatten(), keras.layers.Dense(4), keras.layers.BatchNormalization()]
    places = [
        keras.layers.Conv2D(2, 3),
        keras.layers.BatchNormalization(),
        keras.layers.Flatten(),
    ]
    assert "normalised-by-itself" in found(*rows)
    assert "normalised-by-itself" not in found(*places)
    assert "normalised-by-itself" not in found(*rows, batch=8)
