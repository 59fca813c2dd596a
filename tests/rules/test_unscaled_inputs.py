import ast
from dataclasses import replace

import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.inputs import Inputs, InputTensor
from nbdoctor.probes.layers import Layers
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.unscaled_inputs import unscaled_inputs

PIXELS = InputTensor(
    name="x",
    variable="x_train",
    shape=(784,),
    rows=256,
    integral=True,
    entry_layer="dense",
    entry_minimum=0.0,
    entry_maximum=255.0,
)
HIGH = LossAtInit(reported=36.2, rehearsed=36.2, penalty=0.0, data=36.2, reference=2.3026)
USUAL = replace(HIGH, data=2.41)
PLAIN = Layers(model="m", layers=(), trainable=9, total=9)


def inputs(**changes: object) -> Inputs:
    return Inputs(tensors=(replace(PIXELS, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "loss", "words"),
    [
        pytest.param(
            inputs(),
            HIGH,
            ("`dense` receives values from 0 to 255", "starts at 36.2, 16 times", "(2.3)"),
            id="raw pixels",
        ),
        pytest.param(
            inputs(entry_minimum=-4000.0, entry_maximum=3.0, integral=False),
            HIGH,
            ("-4,000 to 3",),
            id="large below zero",
        ),
        pytest.param(
            inputs(entry_maximum=10.1), replace(HIGH, data=6.92), ("10.1",), id="just above both"
        ),
    ],
)
def test_fires(given: Inputs, loss: LossAtInit, words: tuple[str]) -> None:
    (finding,) = unscaled_inputs(given, loss, PLAIN)
    assert all(word in finding.says for word in words)
    assert (finding.where.layer, finding.where.variable) == ("dense", "x_train")
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("given", "loss"),
    [
        pytest.param(inputs(), USUAL, id="raw pixels and a usual loss"),
        pytest.param(inputs(), replace(HIGH, data=6.9), id="a loss just below the limit"),
        pytest.param(inputs(), replace(HIGH, data=float("nan")), id="a loss of NaN"),
        pytest.param(inputs(entry_maximum=10.0), HIGH, id="values exactly at the limit"),
        pytest.param(inputs(entry_minimum=-3.0, entry_maximum=3.0), HIGH, id="a z-scored table"),
        pytest.param(inputs(entry_maximum=None), HIGH, id="entry unknown"),
        pytest.param(
            inputs(entry_ops=("BatchNormalization",)), HIGH, id="batch normalisation comes first"
        ),
        pytest.param(inputs(entry_ops=("Embedding",)), HIGH, id="token ids"),
        pytest.param(Inputs(tensors=()), HIGH, id="no inputs"),
    ],
)
def test_stays_silent(given: Inputs, loss: LossAtInit) -> None:
    assert not list(unscaled_inputs(given, loss, PLAIN))


@pytest.mark.parametrize(
    ("loss", "layers"),
    [
        pytest.param(HIGH, replace(PLAIN, embeds_inputs=True), id="an embedding"),
        pytest.param(HIGH, replace(PLAIN, normalises_inputs=True), id="a normalising layer"),
        pytest.param(replace(HIGH, reference=None), PLAIN, id="a loss of one's own"),
    ],
)
def test_does_not_apply(loss: LossAtInit, layers: Layers) -> None:
    with pytest.raises(DoesNotApplyError):
        list(unscaled_inputs(inputs(), loss, layers))


CELL = """model = tf.keras.Sequential([
    tf.keras.Input(shape=(784,)),  # flat pictures
    tf.keras.layers.Dense(10, activation="softmax"),
])
"""
CURED = """model = tf.keras.Sequential([
    tf.keras.Input(shape=(784,)),  # flat pictures
    tf.keras.layers.Rescaling(1 / 255),
    tf.keras.layers.Dense(10, activation="softmax"),
])
"""


@pytest.mark.parametrize(
    ("before", "after", "largest"),
    [
        pytest.param(CELL, CURED, 255.0, id="after the input"),
        pytest.param(CELL, CURED.replace("255", "16"), 16.0, id="digits of sixteen greys"),
        pytest.param(
            "m = Sequential([layers.Dense(2)])\n",
            "m = Sequential([layers.Rescaling(1 / 255), layers.Dense(2)])\n",
            200.0,
            id="first of one line",
        ),
    ],
)
def test_treatment(before: str, after: str, largest: float) -> None:
    (finding,) = unscaled_inputs(inputs(entry_maximum=largest), HIGH, None)
    (treatment,) = unscaled_inputs.treatments(finding, Cell(before))
    assert treatment.patched == after
    ast.parse(after)
    (again,) = unscaled_inputs.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("model.fit(x, y)\n", id="built elsewhere"),
        pytest.param("m = keras.Sequential(made)\nkeras.layers.Dense(2)\n", id="a list by name"),
        pytest.param("m = Sequential([Dense(2)])\n", id="no way to spell the layer"),
        pytest.param("x = keras.Input((3,))\ny = layers.Dense(2)(x)\n", id="functional"),
    ],
)
def test_treatment_is_advice_where_nothing_can_be_patched(cell: str) -> None:
    (finding,) = unscaled_inputs(inputs(), HIGH, None)
    (treatment,) = unscaled_inputs.treatments(finding, Cell(cell))
    assert treatment.patched is None
    assert "Rescaling(1 / 255)" in treatment.text


def test_columns_of_their_own_scale_are_normalised() -> None:
    (finding,) = unscaled_inputs(inputs(integral=False), HIGH, None)
    (treatment,) = unscaled_inputs.treatments(finding, Cell("m = layers.Dense(2)\n"))
    assert "`normalise.adapt(x_train)`" in treatment.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, size=(128, 64)), rng.integers(0, 10, size=128)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ],
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert "unscaled-inputs" in {f.rule for f in diagnose(model, x, y).findings}
    assert "unscaled-inputs" not in {f.rule for f in diagnose(model, x / 255, y).findings}
