import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.model.fading_signal import fading_signal
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(
    *spreads: float,
    outputs: int = 1,
    kind: str = "Dense",
    trained: bool = False,
    largest: float = 0.0,
) -> list[Finding]:
    """Of layers with these spreads, the last of which are outputs."""
    hidden = len(spreads) - outputs
    read = [
        LayerActivation(
            layer=f"d{i}", kind=kind, spread=spread, is_output=i >= hidden, largest=largest
        )
        for i, spread in enumerate(spreads)
    ]
    layers = tuple(Layer(name=one.layer, kind=kind, units=32) for one in read)
    return list(
        fading_signal(
            Activations(layers=tuple(read), rows=256, after_training=trained),
            Layers(model="m", layers=layers, trainable=9, total=9),
        )
    )


@pytest.mark.parametrize(
    ("spreads", "words"),
    [
        pytest.param((0.086, 5e-4, 2.9e-8, 2.4e-7), "0.086 at `d0` and 2.9e-8", id="small"),
        pytest.param(
            (0.15, 2e-3, 2e-5, 7e-7, 5e-7), "7e-7 at `d3` (hidden layers 1 and 4)", id="sigmoids"
        ),
        pytest.param((1.0, 0.1, 9.9e-5, 9e-5), "`d2`", id="just below the limit"),
    ],
)
def test_fires(spreads: tuple[float, ...], words: str) -> None:
    (finding,) = findings(*spreads)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")
    (after,) = findings(*spreads, trained=True)
    assert after.says.startswith("After training")


def test_less_is_enough_if_the_trained_model_predicts_the_same_for_all() -> None:
    eight_sigmoids = (0.18, 0.014, 7.1e-5, 3.5e-5)
    (finding,) = findings(*eight_sigmoids, trained=True, largest=0.5)
    assert "7.1e-5 at `d2`" in finding.says
    assert not findings(*eight_sigmoids, largest=0.5), "before training"
    assert not findings(*eight_sigmoids, trained=True, largest=0.01), "predictions that differ"


@pytest.mark.parametrize(
    ("spreads", "outputs"),
    [
        pytest.param((0.15, 1e-2, 1e-4, 2e-4), 1, id="six sigmoid layers learn"),
        pytest.param((0.38, 0.03, 1.7e-3, 1.6e-3), 1, id="twelve ReLU layers"),
        pytest.param((1.0, 0.5, 1e-4, 1e-4), 1, id="exactly at the limit"),
        pytest.param((1e6, 1.0, 1.0, 0.3), 1, id="large inputs that were normalised"),
        pytest.param((1e3, 1.0, 2e-3, 2e-3), 1, id="small only beside large inputs"),
        pytest.param((1.0, 0.5, 0.0, 0.0), 1, id="dead is something else"),
        pytest.param((1.0, 0.5, 1e-9, 0.4), 1, id="a side branch: the output gets through"),
        pytest.param((1.0, 0.5, 1e-9, 1e-9, 0.4), 2, id="one of two outputs gets through"),
        pytest.param((1e-5, 1e-5, 1e-5, 1e-5), 1, id="small inputs"),
    ],
)
def test_stays_silent(spreads: tuple[float, ...], outputs: int) -> None:
    assert findings(*spreads, outputs=outputs) == []


@pytest.mark.parametrize(
    ("spreads", "kind"),
    [
        pytest.param((1.0, 1e-9, 1e-9), "Dense", id="two hidden layers"),
        pytest.param((0.0, 0.0, 0.0, 0.0), "Dense", id="constant inputs"),
        pytest.param((1.0, 0.1, 1e-9, 1e-9), "Embedding", id="embeddings"),
    ],
)
def test_does_not_apply(spreads: tuple[float, ...], kind: str) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(*spreads, kind=kind)


SICK = """\
for _ in range(10):
    model.add(Dense(32, "relu", kernel_initializer=keras.initializers.RandomNormal(0, 0.01)))
model.add(Dense(32, "relu", kernel_initializer="random_uniform"))
model.add(Dense(3, kernel_initializer="glorot_uniform"))
"""
CURED = SICK.replace("keras.initializers.RandomNormal(0, 0.01)", '"he_normal"').replace(
    "random_uniform", "he_normal"
)


def test_treatment() -> None:
    (finding,) = findings(0.086, 5e-4, 2.9e-8, 2.4e-7)
    treated, advice = fading_signal.treatments(finding, Cell(SICK))
    assert (treated.effect, treated.patched) == ("model", CURED)
    assert advice.patched is None
    sigmoids = CURED.replace('"relu"', '"sigmoid"').replace('"he_normal"', '"he_uniform"')
    treated, advice = fading_signal.treatments(finding, Cell(sigmoids))
    assert (treated.title, treated.patched) == ("Use ReLU in the hidden layers", CURED)
    (alone,) = fading_signal.treatments(finding, Cell(CURED))
    assert "BatchNormalization" in alone.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).normal(size=(256, 10)), np.arange(256) % 3

    def rules_that_fire(initializer: object, activation: str) -> set[str]:
        keras.utils.set_random_seed(0)
        hidden = [
            keras.layers.Dense(32, activation, kernel_initializer=initializer) for _ in range(12)
        ]
        head = keras.layers.Dense(3, "softmax")
        model = keras.Sequential([keras.Input((10,)), *hidden, head])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return {finding.rule for finding in nbdoctor.diagnose(model, x, y).findings}

    small = keras.initializers.RandomNormal(0, 0.05, seed=1)
    assert "fading-signal" in rules_that_fire(small, "relu")
    assert "fading-signal" in rules_that_fire("glorot_uniform", "sigmoid")
    assert "fading-signal" not in rules_that_fire("glorot_uniform", "relu")
    assert "fading-signal" not in rules_that_fire("glorot_uniform", "tanh")


def test_no_normalisation_is_advised_where_one_stands_after_each_layer() -> None:
    spreads = (0.086, 5e-4, 2.9e-8, 2.4e-7)
    read = [
        LayerActivation(layer=f"d{i}", kind="Dense", spread=spread, is_output=i == 3)
        for i, spread in enumerate(spreads)
    ]
    dense = [Layer(name=one.layer, kind="Dense", units=32) for one in read]
    norms = [Layer(name=f"n{i}", kind="BatchNormalization") for i in range(2)]
    layers = Layers(model="m", layers=(*dense, *norms), trainable=9, total=9)
    (finding,) = fading_signal(Activations(layers=tuple(read), rows=256), layers)
    texts = [one.text for one in fading_signal.treatments(finding, Cell("fit()"))]
    assert not any("Add `BatchNormalization()`" in text for text in texts)
    assert any("stands after the hidden layers already" in text for text in texts)
