from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.history import History
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.baseline_not_beaten import baseline_not_beaten

LOSS = LossAtInit(reported=1.2, rehearsed=1.2, penalty=0.0, data=1.2, baseline=1.0986)
STUCK = Trained(trainable=2, moved=2, rows=256, loss=1.0985)
SMOOTHED = Head(outputs=(Output(name="y", label_smoothing=0.1),))


def log(*losses: float) -> History:
    return History(values={"loss": losses}, epochs=len(losses))


FLAT = log(1.2, 1.1, 1.0987, 1.0986, 1.0986, 1.0986)


@pytest.mark.parametrize(
    ("trained", "history", "words"),
    [
        pytest.param(STUCK, FLAT, "on 256 training rows is 1.1; the best prediction", id="stuck"),
        pytest.param(replace(STUCK, loss=3.0), log(3.0, 3.0, 3.0, 3.0), "is 3;", id="far above"),
        pytest.param(
            replace(STUCK, penalty=0.5), log(1.6, 1.6, 1.6, 1.6), "After 4 epochs", id="a penalty"
        ),
        pytest.param(replace(STUCK, loss=1.09), FLAT, "1.09", id="within one in a hundred"),
    ],
)
def test_fires(trained: Trained, history: History, words: str) -> None:
    (finding,) = baseline_not_beaten(LOSS, history, trained, None, None, None)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("trained", "history"),
    [
        pytest.param(replace(STUCK, loss=0.1), log(1.0, 0.5, 0.2, 0.1), id="it learned"),
        pytest.param(replace(STUCK, loss=1.0), log(1.05, 1.04, 1.03, 1.02), id="slow, but better"),
        pytest.param(
            replace(STUCK, loss=0.8), FLAT, id="dropout hides in training what it has learned"
        ),
        pytest.param(
            STUCK, log(1.0, 0.9, 0.9, 0.9), id="the rows looked at are harder than the others"
        ),
        pytest.param(
            replace(STUCK, loss=1.1), log(1.3, 1.25, 1.2, 1.15), id="still on its way down"
        ),
        pytest.param(
            replace(STUCK, loss=1.0, penalty=0.5), log(1.6, 1.6, 1.6, 1.6), id="below with penalty"
        ),
    ],
)
def test_stays_silent(trained: Trained, history: History) -> None:
    assert not list(baseline_not_beaten(LOSS, history, trained, None, None, None))


@pytest.mark.parametrize(
    ("loss", "history", "trained", "head"),
    [
        pytest.param(replace(LOSS, baseline=None), FLAT, STUCK, None, id="a loss of one's own"),
        pytest.param(replace(LOSS, baseline=0.0), FLAT, STUCK, None, id="one class only"),
        pytest.param(LOSS, FLAT, replace(STUCK, loss=None), None, id="no labels"),
        pytest.param(LOSS, FLAT, replace(STUCK, weighted=True), None, id="class weights"),
        pytest.param(LOSS, FLAT, STUCK, SMOOTHED, id="smoothed labels"),
        pytest.param(LOSS, log(1.1, 1.1, 1.1), STUCK, None, id="three epochs"),
        pytest.param(LOSS, FLAT, replace(STUCK, rows=63), None, id="few rows"),
    ],
)
def test_does_not_apply_where_it_cannot_tell(
    loss: LossAtInit, history: History, trained: Trained, head: Head | None
) -> None:
    with pytest.raises(DoesNotApplyError):
        list(baseline_not_beaten(loss, history, trained, head, None, None))


def test_fires_where_few_rows_are_all_there_are() -> None:
    all_rows = Fit(data_kind="arrays", rows=4)
    few = replace(STUCK, rows=4)
    (finding,) = baseline_not_beaten(LOSS, FLAT, few, None, all_rows, None)
    assert "on 4 training rows" in finding.says
    with pytest.raises(DoesNotApplyError):
        list(baseline_not_beaten(LOSS, FLAT, few, None, replace(all_rows, rows=5), None))


def test_treatment() -> None:
    (finding,) = baseline_not_beaten(LOSS, FLAT, STUCK, None, None, None)
    (treatment,) = baseline_not_beaten.treatments(finding, Cell("model.fit(x, y)\n"))
    assert treatment.patched is None
    assert "first" in treatment.text


SQUARED = """\
model = keras.Sequential([keras.layers.Dense(1, activation="tanh")])
model.compile("sgd", "mse")
"""


def test_classes_under_a_loss_for_numbers_are_compared_with_cross_entropy() -> None:
    tanh = Output(name="y", layer="dense", width=1, activation="tanh", loss="mean_squared_error")
    labels = Labels(targets=(Target(name="y", maximum=1, distinct=2),))
    (finding,) = baseline_not_beaten(LOSS, FLAT, STUCK, Head(outputs=(tanh,)), None, labels)
    treatment, _ = baseline_not_beaten.treatments(finding, Cell(SQUARED))
    fixed = SQUARED.replace("mse", "binary_crossentropy").replace("tanh", "sigmoid")
    assert treatment.patched == fixed
    numbers = Labels(targets=(Target(name="y", maximum=9, distinct=10),))
    (finding,) = baseline_not_beaten(LOSS, FLAT, STUCK, Head(outputs=(tanh,)), None, numbers)
    (advice,) = baseline_not_beaten.treatments(finding, Cell(SQUARED))
    assert advice.effect == "advice"


@pytest.mark.keras
@pytest.mark.parametrize(("scale", "sick"), [(0.0, True), (1.0, False)])
def test_on_a_real_model(scale: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor.readings.trained import read_trained_model
    from nbdoctor.readings.weights import read_weights
    from tests.look.looking import look_at

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(256, 4)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    look = look_at(model, (x * scale, y))
    before = read_weights(model, look.paths)
    losses = model.fit(x * scale, y, epochs=20, verbose=0).history["loss"]
    shares = np.bincount(y) / len(y)
    entropy = float(-(shares * np.log(shares)).sum())
    trained = read_trained_model(look, before)
    loss, history = replace(LOSS, baseline=entropy), log(*losses)
    found = list(baseline_not_beaten(loss, history, trained, None, None, None))
    assert bool(found) is sick
