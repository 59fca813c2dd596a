from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.overpowering_regularizer import overpowering_regularizer

HEAVY = LossAtInit(reported=8.7, rehearsed=8.7, penalty=8.0, data=0.7)
FLAT = Trained(trainable=4, moved=4, rows=256, loss=0.69, penalty=0.001, spread=1e-5)
CLASSES = Head(outputs=(Output(name="y", activation="softmax"),))
NUMBERS = Head(outputs=(Output(name="y", activation="linear"),))
LOGITS = Head(outputs=(Output(name="y", activation="linear", from_logits=True),))
PRICES = Labels(targets=(Target(name="y", std=5000.0),))


@pytest.mark.parametrize(
    ("loss", "trained", "head", "labels"),
    [
        pytest.param(HEAVY, FLAT, CLASSES, None, id="classes"),
        pytest.param(HEAVY, FLAT, LOGITS, None, id="logits"),
        pytest.param(HEAVY, replace(FLAT, spread=3.0), NUMBERS, PRICES, id="prices"),
        pytest.param(replace(HEAVY, penalty=0.71), FLAT, CLASSES, PRICES, id="just above the data"),
    ],
)
def test_fires(loss: LossAtInit, trained: Trained, head: Head, labels: Labels | None) -> None:
    (finding,) = overpowering_regularizer(loss, trained, head, labels)
    assert "to a loss of 0.7" in finding.says
    assert "256 rows" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


def test_a_gap_after_a_short_training_is_a_hint() -> None:
    learns = replace(FLAT, spread=0.3, penalty=4.0)
    gap = Attained(kind="classes", score=0.15, ceiling=0.84, rows=256, counted=256.0)
    (finding,) = overpowering_regularizer(HEAVY, learns, CLASSES, None, None, gap)
    assert (finding.severity, finding.kind) == ("warning", "hint")
    assert "a score of 0.15, the best simple model 0.84" in finding.says
    for loss, attained in (
        (HEAVY, replace(gap, score=0.8)),
        (replace(HEAVY, penalty=2.0, data=0.9), gap),
        (replace(HEAVY, penalty=3.9), gap),
    ):
        assert not list(overpowering_regularizer(loss, learns, CLASSES, None, None, attained))


@pytest.mark.parametrize(
    ("loss", "trained", "head", "labels"),
    [
        pytest.param(
            replace(HEAVY, penalty=0.4), FLAT, CLASSES, None, id="a third of the loss, constant"
        ),
        pytest.param(HEAVY, replace(FLAT, spread=0.3), CLASSES, None, id="large, but it learns"),
        pytest.param(HEAVY, replace(FLAT, spread=0.01), CLASSES, None, id="a spread at the limit"),
        pytest.param(HEAVY, replace(FLAT, penalty=8.5), CLASSES, None, id="the penalty grew"),
        pytest.param(HEAVY, replace(FLAT, spread=900.0), NUMBERS, PRICES, id="prices that differ"),
    ],
)
def test_stays_silent(
    loss: LossAtInit, trained: Trained, head: Head, labels: Labels | None
) -> None:
    assert not list(overpowering_regularizer(loss, trained, head, labels))


@pytest.mark.parametrize(
    ("loss", "trained", "head"),
    [
        pytest.param(replace(HEAVY, penalty=0.0), FLAT, CLASSES, id="no regularizer"),
        pytest.param(HEAVY, replace(FLAT, spread=None), CLASSES, id="several outputs"),
        pytest.param(HEAVY, FLAT, NUMBERS, id="targets unknown"),
        pytest.param(HEAVY, FLAT, Head(outputs=()), id="no head"),
    ],
)
def test_does_not_apply_where_it_cannot_tell(
    loss: LossAtInit, trained: Trained, head: Head
) -> None:
    with pytest.raises(DoesNotApplyError):
        list(overpowering_regularizer(loss, trained, head, None))


def test_treatment() -> None:
    (finding,) = overpowering_regularizer(HEAVY, FLAT, CLASSES, None)
    (treatment,) = overpowering_regularizer.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "0.0001" in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(("factor", "sick"), [(1.0, True), (0.001, False)])
def test_on_a_real_model(factor: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor.readings.trained import read_trained_model
    from nbdoctor.readings.weights import read_weights
    from tests.look.looking import look_at

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(256, 10)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    penalty = keras.regularizers.L2(factor)
    hidden = keras.layers.Dense(64, activation="relu", kernel_regularizer=penalty)
    out = keras.layers.Dense(2, activation="softmax", kernel_regularizer=penalty)
    model = keras.Sequential([keras.Input((10,)), hidden, out])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    look = look_at(model, (x, y))
    before = read_weights(model, look.paths)
    start = replace(HEAVY, penalty=look.first.penalty)
    model.fit(x, y, epochs=30, verbose=0)
    trained = read_trained_model(look, before)
    assert bool(list(overpowering_regularizer(start, trained, CLASSES, None))) is sick
