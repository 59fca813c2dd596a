import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.logs import Logs
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.unknown_monitor import unknown_monitor

PLAIN = Fit(data_kind="arrays", epochs=5)
LOGS = Logs(names=("loss", "accuracy"))
JUDGED = replace(PLAIN, has_validation=True)
STOP = Callback(kind="EarlyStopping", monitor="val_loss", mode="auto")
LOWER = Callback(kind="ReduceLROnPlateau", monitor="val_acc", mode="max")
SAVE = Callback(kind="ModelCheckpoint", monitor="val_acc", mode="auto")


def log(*names: str) -> History:
    return History(values=dict.fromkeys(names, (0.5,)), epochs=1)


def given(*callbacks: Callback, own_names: bool = False) -> Callbacks:
    return Callbacks(callbacks=callbacks, own_names=own_names)


@pytest.mark.parametrize(
    ("callbacks", "fit", "history", "words", "severity"),
    [
        pytest.param(
            given(STOP),
            PLAIN,
            None,
            "without validation data it is not logged, so it never stops training",
            "warning",
            id="no validation data",
        ),
        pytest.param(
            given(LOWER),
            JUDGED,
            None,
            "never lowers the learning rate",
            "warning",
            id="another name",
        ),
        pytest.param(given(SAVE), JUDGED, None, "raises an error", "critical", id="no direction"),
        pytest.param(
            given(SAVE),
            JUDGED,
            log("loss", "val_loss"),
            "never saves",
            "warning",
            id="after training",
        ),
        pytest.param(
            given(STOP, own_names=True),
            PLAIN,
            log("loss", "f1"),
            "never stops",
            "warning",
            id="the log of a step of one's own",
        ),
    ],
)
def test_fires(
    callbacks: Callbacks, fit: Fit, history: History | None, words: str, severity: str
) -> None:
    (finding,) = unknown_monitor(callbacks, fit, LOGS, history)
    assert words in finding.says
    assert finding.where.call == callbacks.callbacks[0].kind
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    ("callbacks", "fit", "history"),
    [
        pytest.param(given(), PLAIN, None, id="no callbacks"),
        pytest.param(given(STOP), JUDGED, None, id="validation loss"),
        pytest.param(given(replace(STOP, monitor="accuracy")), PLAIN, None, id="a metric"),
        pytest.param(given(replace(STOP, monitor="val_accuracy")), JUDGED, None, id="val metric"),
        pytest.param(given(Callback(kind="ModelCheckpoint")), PLAIN, None, id="waits for nothing"),
        pytest.param(
            given(replace(STOP, monitor="f1"), own_names=True),
            PLAIN,
            log("loss", "f1"),
            id="a name that one's own code added",
        ),
        pytest.param(given(replace(STOP, own=True, kind="Mine")), PLAIN, None, id="one's own"),
        pytest.param(
            given(replace(STOP, monitor="learning_rate"), replace(LOWER, monitor="loss")),
            PLAIN,
            None,
            id="the rate, which another callback logs",
        ),
        pytest.param(given(STOP), PLAIN, log("loss", "val_loss"), id="the log holds it"),
    ],
)
def test_stays_silent(callbacks: Callbacks, fit: Fit, history: History | None) -> None:
    assert not list(unknown_monitor(callbacks, fit, LOGS, history))


@pytest.mark.parametrize(
    ("callbacks", "logs"),
    [
        pytest.param(given(STOP), None, id="no step was rehearsed"),
        pytest.param(given(STOP, own_names=True), LOGS, id="a step of one's own may add it"),
    ],
)
def test_does_not_apply_while_names_are_unknown(callbacks: Callbacks, logs: Logs | None) -> None:
    with pytest.raises(DoesNotApplyError, match="not known yet"):
        list(unknown_monitor(callbacks, PLAIN, logs, None))


CELL = "model.fit(x, y, callbacks=[EarlyStopping('val_acc', patience=3)])\n"


@pytest.mark.parametrize(
    ("fit", "monitor", "instead"),
    [
        (JUDGED, "val_acc", "val_accuracy"),
        (JUDGED, "acc", "accuracy"),
        (PLAIN, "val_loss", "loss"),
        (PLAIN, "val_accuracy", "accuracy"),
        (JUDGED, "val_los", "val_loss"),
    ],
)
def test_treatment(fit: Fit, monitor: str, instead: str) -> None:
    (finding,) = unknown_monitor(given(replace(STOP, monitor=monitor)), fit, LOGS, None)
    name, *_ = unknown_monitor.treatments(finding, Cell(CELL))
    after = CELL.replace("'val_acc'", f'"{instead}"')
    assert name.patched == after
    ast.parse(after)
    again, *_ = unknown_monitor.treatments(finding, Cell(after))
    assert again.patched is None


def test_treatment_is_advice_where_no_name_is_alike_or_the_callback_is_made_elsewhere() -> None:
    (finding,) = unknown_monitor(given(replace(STOP, monitor="xyz", mode="min")), PLAIN, LOGS, None)
    (name,) = unknown_monitor.treatments(finding, Cell(CELL))
    assert "one of `loss`, `accuracy`" in name.text
    (finding,) = unknown_monitor(given(STOP), PLAIN, LOGS, None)
    name, data = unknown_monitor.treatments(finding, Cell("model.fit(x, y)\n"))
    assert 'EarlyStopping(monitor="loss")' in name.text
    assert "validation_split=0.2" in data.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("monitor", "split", "sick"),
    [("val_loss", 0.0, True), ("val_loss", 0.2, False), ("val_acc", 0.2, True)],
)
def test_on_a_real_model(monitor: str, split: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, "sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor)
    report = diagnose(
        model, x, (x[:, :1] > 0).astype(int), callbacks=[stop], validation_split=split
    )
    found = {f.rule: f for f in report.findings}
    assert ("unknown-monitor" in found) is sick
    if monitor == "val_acc":
        assert found["unknown-monitor"].severity == "critical"
        with pytest.raises(ValueError, match="automatically determine"):
            model.fit(x, x[:, :1] > 0, callbacks=[stop], validation_split=split, verbose=0)
