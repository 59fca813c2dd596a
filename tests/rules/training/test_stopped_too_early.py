import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.stopped_too_early import stopped_too_early

GAP = Attained(
    kind="classes",
    score=0.3,
    ceiling=0.95,
    simple={"random trees": 0.95},
    rows=400,
    counted=400.0,
    held_out=True,
)
FIT = Fit(data_kind="arrays", epochs=100)
LOSSES = (0.69, 0.66, 0.63, 0.6, 0.57, 0.54)
STRICT = Callback(kind="EarlyStopping", monitor="loss", mode="auto", waits=3, least=0.1)
HASTY = Callback(kind="EarlyStopping", monitor="val_loss", mode="auto", waits=0)
UP_AND_DOWN = (0.7, 0.67, 0.65, 0.62, 0.6, 0.61)


def judged(
    *callbacks: Callback,
    loss: tuple[float, ...] = LOSSES,
    validation: tuple[float, ...] = UP_AND_DOWN,
    attained: Attained = GAP,
    fit: Fit = FIT,
) -> list[Finding]:
    history = History(values={"loss": loss, "val_loss": validation}, epochs=len(loss))
    return list(stopped_too_early(history, Callbacks(callbacks=callbacks), attained, fit))


def test_fires_where_improvements_count_as_none() -> None:
    (finding,) = judged(STRICT)
    assert "after 6 of 100 epochs" in finding.says
    assert "by less than `min_delta=0.1`" in finding.says
    assert "from 0.63 to 0.54 over the last 3" in finding.says
    assert (finding.where.argument, finding.severity) == ("min_delta", "warning")


def test_fires_where_one_bad_epoch_is_enough() -> None:
    (finding,) = judged(HASTY)
    assert "It waits 0 epochs for a better `val_loss`." in finding.says
    assert finding.where.argument == "patience"


def test_needs_no_gap_where_it_was_fast_and_counted_as_nothing() -> None:
    near = replace(GAP, score=0.85)
    assert judged(STRICT, attained=near)
    assert not judged(STRICT, attained=near, loss=(0.69, 0.66, 0.63, 0.625, 0.62, 0.61))
    assert not judged(STRICT, attained=replace(GAP, score=0.93))
    assert not judged(HASTY, attained=near)


def test_reads_a_monitor_that_should_grow() -> None:
    watch = replace(HASTY, better="max")
    assert judged(watch, validation=(0.5, 0.55, 0.6, 0.62, 0.7, 0.69))
    assert not judged(watch, validation=(0.5, 0.55, 0.6, 0.8, 0.7, 0.5))


@pytest.mark.parametrize(
    ("loss", "validation", "attained"),
    [
        pytest.param(LOSSES, UP_AND_DOWN, replace(GAP, score=0.92), id="it has learned"),
        pytest.param((0.69,) * 6, UP_AND_DOWN, GAP, id="the loss stands still"),
        pytest.param(LOSSES, (0.7, 0.6, 0.62, 0.7, 0.8, 0.9), GAP, id="it overfits"),
    ],
)
def test_stays_silent(
    loss: tuple[float, ...], validation: tuple[float, ...], attained: Attained
) -> None:
    assert not judged(HASTY, loss=loss, validation=validation, attained=attained)


@pytest.mark.parametrize(
    ("callbacks", "fit", "attained"),
    [
        pytest.param((), FIT, GAP, id="no callback"),
        pytest.param((replace(HASTY, own=True),), FIT, GAP, id="one of the user's"),
        pytest.param((HASTY,), replace(FIT, epochs=6), GAP, id="it never stopped"),
    ],
)
def test_does_not_apply(callbacks: tuple[Callback, ...], fit: Fit, attained: Attained) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(*callbacks, fit=fit, attained=attained)


@pytest.mark.parametrize(
    ("callback", "written"),
    [
        pytest.param(STRICT, 'EarlyStopping(monitor="loss", min_delta=0)', id="the least"),
        pytest.param(
            HASTY, 'EarlyStopping(monitor="loss", min_delta=0.1, patience=10)', id="the patience"
        ),
    ],
)
def test_treatment(callback: Callback, written: str) -> None:
    (finding,) = judged(callback)
    cell = Cell(
        'stop = EarlyStopping(monitor="loss", min_delta=0.1)\nmodel.fit(x, y, callbacks=stop)\n'
    )
    (treated,) = stopped_too_early.treatments(finding, cell)
    assert treated.patched is not None
    assert written in treated.patched
    ast.parse(treated.patched)


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    from tests.running import diagnosed_fit

    x = np.random.default_rng(0).normal(size=(600, 6))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)

    def fires(least: float) -> bool:
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(keras.optimizers.Adam(0.005), "binary_crossentropy")
        stop = keras.callbacks.EarlyStopping(monitor="loss", min_delta=least, patience=3)
        report = diagnosed_fit(model, x, y, epochs=80, callbacks=[stop])
        alarms = {one.rule for one in report.findings if one.severity != "note"}
        return "stopped-too-early" in alarms

    assert fires(0.2)
    assert not fires(0.0)
