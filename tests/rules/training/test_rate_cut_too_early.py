import ast
import math
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.history import History
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.rate_cut_too_early import rate_cut_too_early

GAP = Attained(
    kind="classes",
    score=0.3,
    ceiling=0.95,
    simple={"nearest neighbours": 0.95},
    rows=400,
    counted=400.0,
    held_out=True,
)
COMPOUNDED = tuple(0.05 * 0.5 ** (epoch * (epoch + 1) // 2) for epoch in range(12))
SCHEDULER = Callback(kind="LearningRateScheduler")
PLATEAU = Callback(kind="ReduceLROnPlateau", monitor="loss", mode="auto", waits=2, least=0.04)
SLOW = (0.69, 0.67, 0.65, 0.63, 0.625, 0.622, 0.621, 0.6205)
CUT = (1e-3, 1e-3, 1e-3, 2e-4, 2e-4, 4e-5, 4e-5, 8e-6)


def judged(
    rates: tuple[float, ...],
    *callbacks: Callback,
    attained: Attained = GAP,
    loss: tuple[float, ...] = (),
) -> list[Finding]:
    history = History(
        values={"learning_rate": rates, **({"loss": loss} if loss else {})}, epochs=len(rates)
    )
    return list(rate_cut_too_early(history, Callbacks(callbacks=callbacks), attained))


def test_fires_where_a_decay_compounds() -> None:
    (finding,) = judged(COMPOUNDED, SCHEDULER)
    assert "by factors of 0.5, 0.25, 0.125 and so on" in finding.says
    assert "from 0.05 to" in finding.says
    assert "epoch 7 of 12" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


def test_fires_where_improvements_count_as_none() -> None:
    (finding,) = judged(CUT, PLATEAU, loss=SLOW)
    assert "because it improved by less than `min_delta=0.04`" in finding.says
    assert "from 0.001 to 8e-6 in epoch 8 of 8" in finding.says


def test_needs_no_gap_where_a_decay_compounds() -> None:
    assert judged(COMPOUNDED, SCHEDULER, attained=replace(GAP, score=0.75, ceiling=None))


def test_needs_no_gap_where_the_monitor_fell_fast() -> None:
    near = replace(GAP, score=0.85)
    assert judged(CUT, PLATEAU, attained=near, loss=SLOW)
    slower = (0.69, 0.68, 0.675, *SLOW[3:])
    assert not judged(CUT, PLATEAU, attained=near, loss=slower)
    assert judged(CUT, PLATEAU, loss=slower)


def test_says_nothing_of_compounding_where_the_rate_falls_evenly() -> None:
    (finding,) = judged(tuple(0.1 * 0.1**epoch for epoch in range(8)), SCHEDULER)
    assert "factors" not in finding.says


@pytest.mark.parametrize(
    ("rates", "callback", "attained", "loss"),
    [
        pytest.param(COMPOUNDED, SCHEDULER, replace(GAP, score=0.93), (), id="it has learned"),
        pytest.param(
            tuple(0.05 * 0.9**epoch for epoch in range(12)), SCHEDULER, GAP, (), id="a usual decay"
        ),
        pytest.param(
            tuple(0.05 * (1 + math.cos(math.pi * epoch / 20)) / 2 for epoch in range(20)),
            SCHEDULER,
            GAP,
            (),
            id="a cosine",
        ),
        pytest.param(
            tuple(0.1 * 0.1**epoch for epoch in range(8)),
            SCHEDULER,
            replace(GAP, score=0.8),
            (),
            id="a steep decay without harm",
        ),
        pytest.param(CUT, PLATEAU, GAP, (0.69, 0.7, 0.69, 0.7, *SLOW[4:]), id="a true plateau"),
        pytest.param(CUT, replace(PLATEAU, least=1e-4), GAP, SLOW, id="real improvements"),
        pytest.param((1e-3,) * 8, PLATEAU, GAP, SLOW, id="never lowered"),
    ],
)
def test_stays_silent(
    rates: tuple[float, ...], callback: Callback, attained: Attained, loss: tuple[float, ...]
) -> None:
    assert not judged(rates, callback, attained=attained, loss=loss)


@pytest.mark.parametrize(
    ("rates", "callbacks", "attained"),
    [
        pytest.param(COMPOUNDED, (), GAP, id="no callback"),
        pytest.param(COMPOUNDED, (replace(SCHEDULER, own=True),), GAP, id="one of the user's"),
        pytest.param((0.1, 0.001, 1e-6), (SCHEDULER,), GAP, id="few epochs"),
    ],
)
def test_does_not_apply(
    rates: tuple[float, ...], callbacks: tuple[Callback, ...], attained: Attained
) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(rates, *callbacks, attained=attained)


CELL = Cell("stop = LearningRateScheduler(decay)\nmodel.fit(x, y, epochs=12, callbacks=[stop])\n")


def test_treatment() -> None:
    (finding,) = judged(COMPOUNDED, SCHEDULER)
    without, advice = rate_cut_too_early.treatments(finding, CELL)
    assert without.patched is not None
    assert "model.fit(x, y, epochs=12)" in without.patched
    ast.parse(without.patched)
    assert advice.patched is None
    assert "`0.05 * 0.9 ** epoch`" in advice.text


def test_leaves_other_callbacks_in() -> None:
    (finding,) = judged(CUT, PLATEAU, Callback(kind="EarlyStopping"), loss=SLOW)
    (advice,) = rate_cut_too_early.treatments(finding, CELL)
    assert "`min_delta` of `ReduceLROnPlateau` to 0.0001" in advice.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from tests.running import diagnosed_fit

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(600, 6))
    y = (x[:, 0] + x[:, 1] > 0).astype(int)

    def fires(decay: object) -> bool:
        model = keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(16, activation="relu"),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(keras.optimizers.SGD(0.01), "binary_crossentropy")
        scheduler = keras.callbacks.LearningRateScheduler(decay)
        report = diagnosed_fit(model, x, y, epochs=16, callbacks=[scheduler])
        alarms = {one.rule for one in report.findings if one.severity != "note"}
        return "rate-cut-too-early" in alarms

    assert fires(lambda epoch, rate: rate * 0.3**epoch)
    assert not fires(lambda epoch: 0.1 * 0.9**epoch)
