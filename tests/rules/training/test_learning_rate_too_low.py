import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.layers import Layers
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.learning_rate_too_low import learning_rate_too_low

SLOW = Updates(optimizer="Adam", rate_now=1e-6, ratio=3.5e-6, travel=0.0013)
ADADELTA = Updates(optimizer="Adadelta", rate_now=0.0010000000475, ratio=6e-6, travel=0.0022)
SGD = Updates(optimizer="SGD", rate_now=1e-4, ratio=9e-6, travel=0.0033)
FRESH = Layers(model="m", layers=(), trainable=9, total=9)
FIT = Fit(data_kind="arrays", steps_planned=1280)


@pytest.mark.parametrize(
    ("updates", "fit", "words"),
    [
        pytest.param(
            SLOW,
            FIT,
            ("rate of 1e-6 a step of `Adam`", "1,280 planned steps", "at most 0.13 %"),
            id="Adam at 1e-6",
        ),
        pytest.param(
            ADADELTA,
            None,
            ("0.001 is the default of Keras 3 for `Adadelta`; 1 is usual",),
            id="Adadelta by default",
        ),
        pytest.param(SGD, FIT, ("rate of 0.0001",), id="SGD at 0.0001"),
        pytest.param(
            replace(SLOW, ratio=9.9e-5, travel=0.0199), FIT, ("2 %",), id="just below both limits"
        ),
        pytest.param(replace(SLOW, rate_now=0.0, ratio=0.0, travel=0.0), FIT, ("0 %",), id="zero"),
    ],
)
def test_fires(updates: Updates, fit: Fit | None, words: tuple[str]) -> None:
    (finding,) = learning_rate_too_low(updates, FRESH, fit, None, None)
    assert all(word in finding.says for word in words)
    assert finding.where.argument == "optimizer"
    assert (finding.severity, finding.kind) == ("warning", "strong")


def test_does_not_call_a_given_rate_a_default() -> None:
    (finding,) = learning_rate_too_low(replace(ADADELTA, rate_now=0.0005), FRESH, FIT, None, None)
    assert "default of Keras" not in finding.says


@pytest.mark.parametrize(
    "updates",
    [
        pytest.param(
            replace(SLOW, rate_now=1e-5, ratio=1e-4), id="a change per step exactly at the limit"
        ),
        pytest.param(replace(SLOW, travel=0.02), id="a way exactly at the limit"),
        pytest.param(replace(SLOW, ratio=3.5e-5, travel=0.3), id="small steps, many of them"),
        pytest.param(replace(SLOW, ratio=9e-4, travel=0.01), id="usual steps, few of them"),
        pytest.param(
            Updates(optimizer="Adagrad", rate_now=0.001, ratio=2.8e-4, travel=0.1),
            id="Adagrad by default is slow, not stuck",
        ),
    ],
)
def test_stays_silent(updates: Updates) -> None:
    assert not list(learning_rate_too_low(updates, FRESH, FIT, None, None))


STUCK = Trained(rows=4, loss=0.4993)
HALF = LossAtInit(reported=0.5, rehearsed=0.5, penalty=0.0, data=0.5, baseline=0.5)
USUAL = replace(SGD, rate_now=0.05, ratio=7.8e-5, travel=0.0078, moved=4, weights=4)


def test_a_usual_rate_is_too_low_where_training_ended_at_the_constant() -> None:
    (finding,) = learning_rate_too_low(USUAL, FRESH, FIT, HALF, STUCK)
    assert "rate of 0.05" in finding.says
    assert finding.expected["learning rate"] == 0.5


def test_a_usual_rate_is_not_called_low_where_weights_stand_still() -> None:
    with pytest.raises(DoesNotApplyError, match="usual"):
        list(learning_rate_too_low(replace(USUAL, moved=3), FRESH, FIT, HALF, STUCK))


@pytest.mark.parametrize(
    "trained",
    [
        pytest.param(replace(STUCK, loss=0.4), id="better than the constant"),
        pytest.param(replace(STUCK, loss=None), id="loss unknown"),
        pytest.param(replace(STUCK, weighted=True), id="weighted rows"),
        pytest.param(None, id="not trained yet"),
    ],
)
def test_a_usual_rate_is_not_called_low_otherwise(trained: Trained | None) -> None:
    with pytest.raises(DoesNotApplyError, match="usual"):
        list(learning_rate_too_low(USUAL, FRESH, FIT, HALF, trained))


@pytest.mark.parametrize(
    ("updates", "layers"),
    [
        pytest.param(SLOW, replace(FRESH, pretrained=True), id="weights from elsewhere"),
        pytest.param(replace(SLOW, iterations=40), None, id="training goes on"),
        pytest.param(replace(SLOW, rate_middle=0.001), FRESH, id="warm-up"),
        pytest.param(replace(SLOW, rate_end=0.001), FRESH, id="a rate that rises to the end"),
        pytest.param(replace(SLOW, travel=None), FRESH, id="steps unknown"),
        pytest.param(replace(SLOW, ratio=None), FRESH, id="no kernel"),
        pytest.param(replace(SLOW, rate_now=None), FRESH, id="rate unknown"),
        pytest.param(replace(SLOW, rate_now=0.001), FRESH, id="Adam's usual rate"),
        pytest.param(
            replace(SGD, rate_now=0.00999999977), FRESH, id="SGD's usual rate in single precision"
        ),
    ],
)
def test_does_not_apply(updates: Updates, layers: Layers | None) -> None:
    with pytest.raises(DoesNotApplyError):
        list(learning_rate_too_low(updates, layers, FIT, None, None))


@pytest.mark.parametrize(
    ("updates", "before", "after"),
    [
        pytest.param(
            SLOW,
            "model.compile(Adam(learning_rate=1e-6), 'mse')  # careful\n",
            "model.compile(Adam(learning_rate=0.001), 'mse')  # careful\n",
            id="by keyword",
        ),
        pytest.param(
            ADADELTA,
            "opt = keras.optimizers.Adadelta()\n",
            "opt = keras.optimizers.Adadelta(learning_rate=1.0)\n",
            id="not given",
        ),
        pytest.param(
            ADADELTA,
            "m = keras.Sequential([])\nm.compile('adadelta', 'mse')\n",
            "m = keras.Sequential([])\n"
            "m.compile(keras.optimizers.Adadelta(learning_rate=1.0), 'mse')\n",
            id="by name",
        ),
    ],
)
def test_treatment(updates: Updates, before: str, after: str) -> None:
    (finding,) = learning_rate_too_low(updates, FRESH, FIT, None, None)
    (treatment,) = learning_rate_too_low.treatments(finding, Cell(before))
    assert treatment.patched == after
    ast.parse(after)
    (again,) = learning_rate_too_low.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    ("updates", "cell", "word"),
    [
        pytest.param(SGD, "model.fit(x, y)\n", "`SGD(learning_rate=0.01)`", id="built elsewhere"),
        pytest.param(
            replace(SLOW, scheduled=True), "o = Adam(decay)\n", "at about 0.001", id="schedule"
        ),
    ],
)
def test_treatment_is_advice_where_it_is_ambiguous(updates: Updates, cell: str, word: str) -> None:
    (finding,) = learning_rate_too_low(updates, FRESH, FIT, None, None)
    (treatment,) = learning_rate_too_low.treatments(finding, Cell(cell))
    assert treatment.patched is None
    assert word in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("rate", "sick"), [pytest.param(1e-6, True, id="1e-6"), pytest.param(0.001, False, id="0.001")]
)
def test_on_a_real_model(rate: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x = rng.normal(size=(128, 10)).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(learning_rate=rate), "sparse_categorical_crossentropy")
    found = {f.rule for f in diagnose(model, x, (x[:, 0] > 0).astype(int), epochs=20).findings}
    assert ("learning-rate-too-low" in found) is sick
