import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.updates import Updates, WeightUpdate
from nbdoctor.readings.weights import Weight, Weights
from nbdoctor.rules.data.unscaled_inputs import unscaled_inputs
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

PIXELS = InputTensor(
    name="x",
    variable="x_train",
    shape=(784,),
    rows=256,
    integral=True,
    entry_layer="dense",
    entry_minimum=0.0,
    entry_maximum=255.0,
    entry_mean=33.0,
    entry_std=78.0,
)
HIGH = LossAtInit(reported=36.2, rehearsed=36.2, penalty=0.0, data=36.2, reference=2.3026)
USUAL = replace(HIGH, data=2.41)
PLAIN = Layers(model="m", layers=(), trainable=9, total=9)


def inputs(**changes: object) -> Inputs:
    return Inputs(tensors=(replace(PIXELS, **changes),))  # type: ignore[arg-type]


def judged(
    given: Inputs,
    loss: LossAtInit | None,
    layers: Layers | None = PLAIN,
    *more: object,
) -> list[Finding]:
    """The findings, with the last four readings left out where they are not given."""
    readings = (*more, *[None] * (4 - len(more)))
    return list(unscaled_inputs(given, layers, loss, *readings))  # type: ignore[arg-type]


SGD = Updates(optimizer="SGD", loss_before=(3000.0,), loss_after=(2.7e10,))


def test_fires_where_a_step_overshoots_because_of_the_inputs() -> None:
    column = inputs(entry_mean=310.0, entry_std=160.0, shape=(), integral=False)
    (finding,) = judged(column, USUAL, PLAIN, None, SGD)
    assert "A step of `SGD` multiplies the loss of its own batch by 9,000,000" in finding.says
    assert finding.kind in {None, "strong"}


@pytest.mark.parametrize(
    ("size", "after"),
    [
        pytest.param(310.0, 2900.0, id="the loss falls"),
        pytest.param(310.0, 9000.0, id="a little too far"),
        pytest.param(11.0, 2.7e10, id="smaller inputs would overshoot as well"),
    ],
)
def test_a_step_that_overshoots_may_have_other_reasons(size: float, after: float) -> None:
    column = inputs(entry_mean=size, entry_std=1.0)
    assert not judged(column, USUAL, PLAIN, None, replace(SGD, loss_after=(after,)))


def test_rows_of_one_number_are_made_a_column() -> None:
    column = inputs(
        entry_mean=310.0, entry_std=160.0, shape=(), integral=False, variable="x",
        entry_maximum=600.5,
    )  # fmt: skip
    (finding,) = judged(column, HIGH)
    cell = Cell(
        "import numpy as np\nmodel = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\nmodel.fit(x, y)\n'
    )
    first = next(one for one in unscaled_inputs.treatments(finding, cell) if one.patched)
    assert "normalise.adapt(np.reshape(x, (-1, 1)))" in (first.patched or "")


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
    (finding,) = judged(given, loss)
    assert all(word in finding.says for word in words)
    assert (finding.where.layer, finding.where.variable) == ("dense", "x_train")
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(("gain", "fires"), [(28.0, True), (100.0, False), (1.4, True)])
def test_the_loss_is_not_laid_on_the_inputs_where_the_weights_are_larger(
    gain: float, fires: bool
) -> None:
    size = gain / 28
    kernel = Weight(
        path="dense/kernel",
        layer="dense",
        shape=(784, 32),
        trainable=True,
        mean=0.0,
        std=size,
        norm=0.0,
        drawn=size,
    )
    found = judged(inputs(), HIGH, PLAIN, None, None, None, Weights(weights=(kernel,)))
    assert bool(found) is fires


@pytest.mark.parametrize(
    ("given", "loss"),
    [
        pytest.param(inputs(), USUAL, id="raw pixels and a usual loss"),
        pytest.param(inputs(), replace(HIGH, data=6.9), id="a loss just below the limit"),
        pytest.param(inputs(), replace(HIGH, reference=None), id="a loss of one's own"),
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
    assert not list(judged(given, loss))


@pytest.mark.parametrize(
    ("loss", "layers"),
    [
        pytest.param(HIGH, replace(PLAIN, embeds_inputs=True), id="an embedding"),
        pytest.param(HIGH, replace(PLAIN, normalises_inputs=True), id="a normalising layer"),
    ],
)
def test_does_not_apply(loss: LossAtInit, layers: Layers) -> None:
    with pytest.raises(DoesNotApplyError):
        list(judged(inputs(), loss, layers))


FLAT = Activations(
    layers=(LayerActivation(layer="dense", kind="Dense", activation="tanh", saturated_share=1.0),),
    rows=256,
)
STUCK = Updates(
    optimizer="SGD",
    kernels=(
        WeightUpdate(path="dense/kernel", layer="dense", ratio=0.0),
        WeightUpdate(path="head/kernel", layer="head", ratio=0.03),
    ),
)
BEHIND = Attained(kind="classes", score=0.12, simple={"linear model": 0.7}, rows=120, counted=120.0)


@pytest.mark.parametrize(
    ("loss", "more", "words"),
    [
        pytest.param(
            USUAL, (FLAT, STUCK), "100 % of its activations are saturated", id="saturated"
        ),
        pytest.param(None, (FLAT, STUCK), "first update was only 0 times", id="loss unknown"),
        pytest.param(USUAL, (None, None, BEHIND), "a linear model on the same", id="behind"),
    ],
)
def test_fires_on_what_large_inputs_lead_to(
    loss: LossAtInit | None, more: tuple[object, ...], words: str
) -> None:
    (finding,) = judged(inputs(), loss, PLAIN, *more)
    assert words in finding.says


def scored(value: float, **changes: object) -> Attained:
    return replace(BEHIND, score=value, **changes)  # type: ignore[arg-type]


MOVING = replace(STUCK, kernels=(replace(STUCK.kernels[0], ratio=0.05), STUCK.kernels[1]))


@pytest.mark.parametrize(
    "more",
    [
        pytest.param((FLAT, MOVING), id="saturated, and it moves"),
        pytest.param((replace(FLAT, layers=()), STUCK), id="nothing saturated"),
        pytest.param((FLAT, replace(STUCK, kernels=STUCK.kernels[:1])), id="one kernel only"),
        pytest.param((None, None, scored(0.36)), id="more than half of the way"),
        pytest.param((None, None, scored(0.99)), id="far better than a linear model"),
        pytest.param((None, None, scored(0.1, counted=7.0)), id="too few rows to score"),
        pytest.param((None, None, scored(0.1, counted=9.0)), id="by chance"),
        pytest.param(
            (None, None, scored(0.02, simple={"linear model": 0.1})), id="nothing linear in it"
        ),
        pytest.param((None, None, scored(0.1, simple={})), id="no linear model"),
    ],
)
def test_stays_silent_without_a_consequence(more: tuple[object, ...]) -> None:
    assert not judged(inputs(), USUAL, PLAIN, *more)


def test_is_a_note_where_the_rows_were_learned_all_the_same() -> None:
    (finding,) = judged(inputs(), HIGH, PLAIN, None, None, scored(0.99))
    assert finding.severity == "note"
    (finding,) = judged(inputs(), HIGH, PLAIN, None, None, scored(0.89))
    assert finding.severity == "warning"


def test_stays_silent_where_few_values_are_large() -> None:
    few = inputs(entry_maximum=12.0, entry_mean=0.0, entry_std=1.0)
    assert not judged(few, USUAL, PLAIN, None, None, BEHIND)


def test_stays_silent_where_small_inputs_saturate() -> None:
    assert not judged(inputs(entry_maximum=1.0), USUAL, PLAIN, FLAT, STUCK)


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
    (finding,) = judged(inputs(entry_maximum=largest), HIGH)
    (treatment,) = unscaled_inputs.treatments(finding, Cell(before))
    assert treatment.patched == after
    ast.parse(after)
    (again,) = unscaled_inputs.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("for _ in range(3):\n    model.fit(x_train, y)\n", id="trained in a loop"),
        pytest.param("model.fit(next(batches), y)\n", id="rows without a name"),
        pytest.param("m = keras.Sequential(made)\nkeras.layers.Dense(2)\n", id="a list by name"),
        pytest.param("m = Sequential([Dense(2)])\n", id="no way to spell the layer"),
        pytest.param("x = keras.Input((3,))\nx = layers.Dense(2)(x)\n", id="one name for all"),
    ],
)
def test_treatment_is_advice_where_nothing_can_be_patched(cell: str) -> None:
    (finding,) = judged(inputs(), HIGH)
    (treatment,) = unscaled_inputs.treatments(finding, Cell(cell))
    assert treatment.patched is None
    assert "Rescaling(1 / 255)" in treatment.text


@pytest.mark.parametrize(
    ("integral", "fits", "lines"),
    [
        (True, "model.fit(x_train, y)", ["x_train = x_train / 255"]),
        (
            False,
            "model.fit(x_train, y, validation_data=(x_test, y_test))",
            [
                "x_train_mean, x_train_std = x_train.mean(axis=0), x_train.std(axis=0) + 1e-7",
                "x_train = (x_train - x_train_mean) / x_train_std",
                "x_test = (x_test - x_train_mean) / x_train_std",
            ],
        ),
    ],
)
def test_rows_are_scaled_where_the_model_is_built_elsewhere(
    integral: bool, fits: str, lines: list[str]
) -> None:
    (finding,) = judged(inputs(integral=integral), HIGH)
    (treatment,) = unscaled_inputs.treatments(finding, Cell(fits))
    assert treatment.patched == "\n".join([*lines, fits])


def test_columns_of_their_own_scale_are_normalised() -> None:
    (finding,) = judged(inputs(integral=False), HIGH)
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


FEW = """
side = np.arange({rows}) % 5 < 2
rows = np.where(side[:, None], [[168.0, 169, 170]], [[165.0, 166, 167]]) + rng.normal(
    scale=0.1, size=({rows}, 3))
{scale}
cut = {cut}
keras.utils.set_random_seed(1)
model = keras.Sequential([
    keras.Input((3,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile("sgd", "binary_crossentropy")
model.fit(rows[:cut], side[:cut], epochs=60, batch_size=1, verbose=0{more})
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("rows", "cut", "more"),
    [
        pytest.param(21, 14, ", validation_data=(rows[cut:], side[cut:])", id="few of both"),
        pytest.param(16, 16, "", id="few and no validation"),
        pytest.param(60, 14, ", validation_data=(rows[cut:], side[cut:])", id="few that train"),
    ],
)
def test_a_few_rows_show_that_a_model_stays_behind(rows: int, cut: int, more: str) -> None:
    def said(scale: str) -> set[str]:
        cell = "rng = np.random.default_rng(3)" + FEW.format(
            rows=rows, cut=cut, more=more, scale=scale
        )
        return rules_of(cell, options="--no-trials")

    assert {"unscaled-inputs", "below-simple-models"} <= said("")
    scaled = said("rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)")
    assert not {"unscaled-inputs", "below-simple-models"} & scaled
