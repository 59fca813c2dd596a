import math

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.history import History
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.training.nan_hidden_by_relu import nan_hidden_by_relu

LOST = Trained(
    non_finite=("dense/kernel", "dense/bias"), broken_layer="dense", trainable=4, moved=4
)
FINE = Trained(trainable=4, moved=4)


def log(*losses: float) -> History:
    return History(values={"loss": losses} if losses else {}, epochs=len(losses))


@pytest.mark.parametrize(
    ("trained", "history", "words"),
    [
        pytest.param(LOST, log(1.0877, 1.0877), "`dense/kernel` and 1 more contain NaN", id="two"),
        pytest.param(
            Trained(non_finite=("dense/kernel",), broken_layer="dense"),
            log(1.0877),
            "`dense/kernel` contains NaN or infinity, while the last loss in the log is 1.09",
            id="one",
        ),
        pytest.param(LOST, log(math.nan, 1.1), "in the log is 1.1", id="finite in the end"),
    ],
)
def test_fires(trained: Trained, history: History, words: str) -> None:
    (finding,) = nan_hidden_by_relu(trained, history)
    assert words in finding.says
    assert finding.where.layer == "dense"
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    ("trained", "history"),
    [
        pytest.param(FINE, log(1.0, 0.5), id="all is finite"),
        pytest.param(FINE, log(math.nan), id="only the loss is NaN"),
        pytest.param(LOST, log(1.0, math.nan), id="the loss shows it"),
        pytest.param(LOST, log(math.inf), id="the loss is infinite"),
        pytest.param(LOST, log(), id="no log"),
    ],
)
def test_stays_silent(trained: Trained, history: History) -> None:
    assert not list(nan_hidden_by_relu(trained, history))


def test_treatment() -> None:
    (finding,) = nan_hidden_by_relu(LOST, log(1.0))
    (treatment,) = nan_hidden_by_relu.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "rebuild" in treatment.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor.readings.trained import read_trained_model
    from nbdoctor.readings.weights import read_weights
    from tests.look.looking import look_at

    x = np.random.default_rng(0).uniform(size=(64, 4)).astype("float32")
    layer = keras.layers.Dense(2, activation="relu", name="lost")
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile("sgd", "mse")
    look = look_at(model, (x, x[:, :2]))
    before = read_weights(model, look.paths)
    assert not list(nan_hidden_by_relu(read_trained_model(look, before), log(1.0)))
    layer.kernel.assign(np.full((4, 2), np.nan))
    (finding,) = nan_hidden_by_relu(read_trained_model(look, before), log(1.0))
    assert finding.where.layer == "lost"
