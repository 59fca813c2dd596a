from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.validation_looks_better import validation_looks_better

DROPS = Layers(model="m", layers=(Layer(name="d", kind="Dropout"),), trainable=9, total=9)
FINE = Trained(rows=256, loss=0.3, trainable=2, moved=2)
RESTORES = Callbacks(callbacks=(Callback(kind="EarlyStopping", keeps_best=True),))


def log(training: float, judged: float) -> History:
    return History(values={"loss": (1.0, training), "val_loss": (0.9, judged)}, epochs=2)


@pytest.mark.parametrize(
    ("history", "trained", "layers", "words"),
    [
        pytest.param(log(0.5, 0.35), FINE, None, "is 0.3 on 256 training rows.", id="mean"),
        pytest.param(log(0.5, 0.35), FINE, DROPS, "with dropout", id="dropout"),
        pytest.param(log(0.5, 0.45), FINE, None, "0.5 for training and 0.45", id="at the limit"),
        pytest.param(
            log(0.8, 0.5),
            replace(FINE, penalty=0.2),
            None,
            "it is 0.5 on",
            id="a penalty in both",
        ),
    ],
)
def test_fires(history: History, trained: Trained, layers: Layers | None, words: str) -> None:
    (finding,) = validation_looks_better(history, trained, layers, None)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("note", "proof")


@pytest.mark.parametrize(
    ("history", "trained"),
    [
        pytest.param(log(0.3, 0.5), FINE, id="training is better"),
        pytest.param(log(0.5, 0.46), FINE, id="hardly a difference"),
        pytest.param(log(0.5, 0.5), FINE, id="equal"),
        pytest.param(log(0.5, 0.2), FINE, id="better in the same measure, too: perhaps a leak"),
        pytest.param(log(0.5, 0.35), replace(FINE, penalty=0.1), id="above with the penalty"),
        pytest.param(log(-0.5, -2.0), replace(FINE, loss=-3.0), id="a loss below zero"),
    ],
)
def test_stays_silent(history: History, trained: Trained) -> None:
    assert not list(validation_looks_better(history, trained, DROPS, None))


@pytest.mark.parametrize(
    ("history", "trained", "callbacks"),
    [
        pytest.param(History(values={"loss": (0.5,)}, epochs=1), FINE, None, id="no validation"),
        pytest.param(log(0.5, 0.35), replace(FINE, loss=None), None, id="no labels"),
        pytest.param(log(0.5, 0.35), replace(FINE, rows=32), None, id="few rows"),
        pytest.param(log(0.5, 0.35), replace(FINE, weighted=True), None, id="row weights"),
        pytest.param(log(0.5, 0.35), FINE, RESTORES, id="weights of another epoch"),
    ],
)
def test_does_not_apply(history: History, trained: Trained, callbacks: Callbacks | None) -> None:
    with pytest.raises(DoesNotApplyError):
        list(validation_looks_better(history, trained, None, callbacks))


def test_treatment() -> None:
    (finding,) = validation_looks_better(log(0.5, 0.35), FINE, None, None)
    (treatment,) = validation_looks_better.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "Nothing has to change" in treatment.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from nbdoctor.readings.trained import read_trained_model
    from nbdoctor.readings.weights import read_weights
    from tests.look.looking import look_at

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(512, 4)).astype("float32")
    y = x[:, :1]
    hidden = keras.layers.Dense(64, activation="relu")
    dropped = keras.layers.Dropout(0.5)
    model = keras.Sequential([keras.Input((4,)), hidden, dropped, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    look = look_at(model, (x[:256], y[:256]))
    before = read_weights(model, look.paths)
    # The same rows judge: then the order in the same measure is a tie.
    kept = model.fit(x[:256], y[:256], epochs=20, validation_data=(x[:256], y[:256]), verbose=0)
    values = {name: tuple(numbers) for name, numbers in kept.history.items()}
    values["val_loss"] = tuple(value * 1.0001 for value in values["val_loss"])
    history = History(values=values, epochs=20)
    assert list(validation_looks_better(history, read_trained_model(look, before), None, None))
