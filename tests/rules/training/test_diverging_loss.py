import math
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.history import History
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.diverging_loss import diverging_loss

LOSS = LossAtInit(reported=1.2, rehearsed=1.2, penalty=0.0, data=1.2, baseline=1.0)


def log(*losses: float) -> History:
    return History(values={"loss": losses}, epochs=len(losses))


@pytest.mark.parametrize(
    ("history", "words"),
    [
        pytest.param(log(1.3, 2.0, 9.0), "is 1.3 in the first epoch and 9 in epoch 3", id="up"),
        pytest.param(log(1.2, 1.0, 1.32), "and 1.32 in epoch 3", id="at the limit"),
        pytest.param(log(1e3, 1e6, 1e9), "best constant prediction has a loss of 1.", id="far up"),
    ],
)
def test_fires(history: History, words: str) -> None:
    (finding,) = diverging_loss(LOSS, history)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("loss", "history"),
    [
        pytest.param(LOSS, log(1.2, 0.8, 0.4), id="it falls"),
        pytest.param(LOSS, log(1.2, 1.2, 1.25), id="it wavers"),
        pytest.param(LOSS, log(0.3, 0.3, 0.6), id="from below the first step"),
        pytest.param(replace(LOSS, baseline=9.0), log(1.3, 2.0, 5.0), id="below the constant"),
        pytest.param(LOSS, log(5.0, 3.0, 2.0), id="a bad first epoch, but it falls"),
        pytest.param(replace(LOSS, penalty=4.5), log(1.3, 4.0, 5.0), id="the penalty explains it"),
        pytest.param(LOSS, log(1.2, 3.0, math.nan), id="NaN has its own rule"),
    ],
)
def test_stays_silent(loss: LossAtInit, history: History) -> None:
    assert not list(diverging_loss(loss, history))


@pytest.mark.parametrize(
    ("loss", "history", "why"),
    [
        (replace(LOSS, baseline=None), log(1.0, 2.0, 3.0), "best constant"),
        (LOSS, log(1.0, 5.0), "3 epochs"),
        (LOSS, History(values={}, epochs=0), "3 epochs"),
    ],
)
def test_does_not_apply(loss: LossAtInit, history: History, why: str) -> None:
    with pytest.raises(DoesNotApplyError, match=why):
        list(diverging_loss(loss, history))


def test_treatment() -> None:
    (finding,) = diverging_loss(LOSS, log(1.3, 2.0, 9.0))
    (treatment,) = diverging_loss.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "tenth" in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(("rate", "sick"), [(0.2, True), (0.001, False)])
def test_on_a_real_model(rate: float, sick: bool) -> None:
    import keras
    import numpy as np

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32") * 5
    y = x[:, :1]
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    start = float(model.evaluate(x, y, verbose=0))
    losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    loss = replace(LOSS, rehearsed=start, baseline=float(y.var()))
    assert bool(list(diverging_loss(loss, log(*losses)))) is sick
