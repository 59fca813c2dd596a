from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor import Options, diagnose
from nbdoctor.cell.cell import Cell
from nbdoctor.look.checksum import digest
from nbdoctor.report import Report
from nbdoctor.session.context import CellContext
from nbdoctor.session.judge import Choice
from nbdoctor.session.stopped import examine_stopped_cell

pytestmark = pytest.mark.keras

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 6)).astype("float32")
Y = (X[:, 0] > 0).astype(int)


def made(*, units: int = 2, built: bool = True) -> Any:
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(8, "relu"), keras.layers.Dense(units, "softmax")]
    model = keras.Sequential([keras.Input((6,)), *layers] if built else layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_healthy_model_is_called_healthy() -> None:
    report = diagnose(made(), X, Y)
    assert report.verdict == "healthy", [finding.title for finding in report.findings]
    assert report.faults == ()
    assert report.checksum.untouched
    assert (report.stage, report.batches, report.rows) == ("done", 4, 120)
    assert report.notes == ("Training was not started: this was a dry run.",)
    assert {"Inputs", "Labels", "Gradients", "Updates", "Activations", "Signal"} <= set(
        report.readings
    )


def test_a_sick_one_is_not() -> None:
    report = diagnose(made(units=1), X, Y)
    assert report.verdict == "critical"
    assert "softmax-on-one-unit" in {finding.rule for finding in report.findings}


@pytest.mark.parametrize("built", [True, False])
def test_training_afterwards_is_as_if_nobody_had_looked(built: bool) -> None:
    def outcome(*, looked: bool) -> tuple[dict[str, list[float]], str]:
        keras.backend.clear_session()
        model = made(built=built)
        if looked:
            diagnose(model, X, Y, epochs=3)
            assert model.built is built
            assert not model.optimizer.built
        history = model.fit(X, Y, epochs=2, verbose=0).history
        return history, digest(model)

    assert outcome(looked=True) == outcome(looked=False)


def test_labels_of_another_kind_may_follow() -> None:
    def outcome(*, looked: bool) -> Any:
        keras.backend.clear_session()
        model = made()
        if looked:
            diagnose(model, X, np.eye(2)[Y][:, :1] + 0.5)
        return model.fit(X, Y, epochs=2, verbose=0).history

    assert outcome(looked=True) == outcome(looked=False)


def test_what_fit_raises_is_reported() -> None:
    report = diagnose(made(), X[:, :5], Y)
    assert report.readings["Crash"].phase == "fitting"
    assert report.verdict != "healthy"


def test_further_arguments_are_those_of_fit() -> None:
    report = diagnose(made(), X, Y, epochs=7, batch_size=40, validation_split=0.5)
    fit = report.readings["Fit"]
    assert (fit.epochs, fit.batch_size, fit.steps_planned) == (7, 40, 14)
    assert report.readings["Validation"].rows == 60


def test_options_choose_rules_and_batches() -> None:
    options = Options(batches=2, choice=Choice(only=("softmax-on-one-unit",)))
    report = diagnose(made(units=1), X, Y, options=options)
    assert [finding.rule for finding in report.findings] == ["softmax-on-one-unit"]
    assert report.batches == 2


def test_a_dataset_is_examined_too() -> None:
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    report = diagnose(made(), data)
    assert report.readings["Labels"].targets[0].complete is False
    assert report.rows == 120


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((lambda: 3, X), TypeError, "this is a `function`"),
        ((keras.Sequential(name="net"), X), ValueError, "`net` has no loss yet"),
    ],
)
def test_what_cannot_be_examined_is_refused(arguments: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        diagnose(*arguments)
    with pytest.raises(ValueError, match="There is no data to examine"):
        diagnose(made())


def context(source: str) -> CellContext:
    def show(report: Report, number: int, *, draw: bool) -> None:
        del report, number, draw

    return CellContext(cell=Cell(source), namespace={}, options=Options(), show=show)


def test_a_cell_without_a_fit_says_what_to_do() -> None:
    report = examine_stopped_cell(context("x = 1"), None).judged()
    assert report.headline == "No Keras model was trained in this cell"
    assert report.verdict == "unknown"
    assert "%diagnose model" in report.notes[0]


def test_a_cell_that_raised_before_a_fit_says_what() -> None:
    try:
        made().compile("no such optimizer")
    except ValueError as error:
        examination = examine_stopped_cell(context("model.compile('no such optimizer')"), error)
    report = examination.judged()
    assert report.readings["Crash"].phase == "compiling"
    assert report.readings["Crash"].type == "ValueError"
    assert report.stage == "done"
