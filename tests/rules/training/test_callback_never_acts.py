from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.callback_never_acts import callback_never_acts
from tests.rules.ran import rules_of

FIT = Fit(data_kind="arrays", epochs=10, steps_per_epoch=19, steps_planned=190)


def callbacks(kind: str, **facts: Any) -> Callbacks:
    return Callbacks(callbacks=(Callback(kind=kind, **facts),))


@pytest.mark.parametrize(
    ("given", "words", "severity"),
    [
        (callbacks("ReduceLROnPlateau", waits=10), "never lowers", "note"),
        (callbacks("EarlyStopping", waits=1000), "never stops", "note"),
        (callbacks("ModelCheckpoint", saves_after=600), "no checkpoint", "warning"),
    ],
)
def test_fires(given: Callbacks, words: str, severity: str) -> None:
    (finding,) = callback_never_acts(given, FIT)
    assert words in finding.says
    assert finding.severity == severity


@pytest.mark.parametrize(
    "given",
    [
        callbacks("ReduceLROnPlateau", waits=9),
        callbacks("EarlyStopping", waits=9),
        callbacks("ModelCheckpoint", saves_after=19),
        callbacks("ModelCheckpoint"),
        callbacks("EarlyStopping", waits=1000, own=True),
    ],
)
def test_stays_silent(given: Callbacks) -> None:
    assert not list(callback_never_acts(given, FIT))


@pytest.mark.parametrize("waits", [10, 20])
def test_does_not_say_that_a_callback_can_act_which_waits_for_longer(waits: int) -> None:
    with pytest.raises(DoesNotApplyError, match="waits for as long"):
        list(callback_never_acts(callbacks("EarlyStopping", waits=waits), FIT))


def test_makes_no_finding_in_a_short_trial() -> None:
    short = Fit(data_kind="arrays", epochs=4, steps_per_epoch=19, steps_planned=76)
    with pytest.raises(DoesNotApplyError):
        list(callback_never_acts(callbacks("ReduceLROnPlateau", waits=10), short))
    assert list(callback_never_acts(callbacks("ReduceLROnPlateau", waits=12), short))


@pytest.mark.parametrize(
    ("given", "fit"),
    [(Callbacks(), FIT), (callbacks("ReduceLROnPlateau", waits=3), Fit(data_kind="arrays"))],
)
def test_does_not_apply(given: Callbacks, fit: Fit) -> None:
    with pytest.raises(DoesNotApplyError):
        list(callback_never_acts(given, fit))


def test_treatment() -> None:
    (finding,) = callback_never_acts(callbacks("ReduceLROnPlateau", waits=10), FIT)
    (advice,) = callback_never_acts.treatments(finding, Cell(""))
    assert "epochs" in advice.text
    (finding,) = callback_never_acts(callbacks("ModelCheckpoint", saves_after=600), FIT)
    (advice,) = callback_never_acts.treatments(finding, Cell(""))
    assert "save_freq" in advice.text


CELL = """
build().fit(x, y, batch_size=4, epochs=3, validation_split=0.25, verbose=0, callbacks=[
    keras.callbacks.ReduceLROnPlateau(patience={patience}),
])
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    assert "callback-never-acts" in rules_of(CELL.format(patience=10))
    assert "callback-never-acts" not in rules_of(CELL.format(patience=1))
