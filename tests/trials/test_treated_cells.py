"""Whole cells under `%%diagnose`: what is tried, what is offered, and what is left of it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.report import Report

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

PLENTY = "%%diagnose -q -o report --no-experiment --budget 300 --only {} \n"
"""Trials end when they are decided: so much time is taken on a machine at rest by none of them."""

DATA = """
import keras
import numpy as np
import tensorflow as tf
deal = np.random.default_rng(0)
x = deal.normal(size=(240, 4)).astype("float32")
y = (x @ deal.normal(size=(4, 3))).argmax(1)
"""

SICK = """
def build(units):
    model = keras.Sequential([keras.Input((4,))])
    model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dropout(0.2))
    model.add(keras.layers.Dense(3))
    return model

model = build(16)
model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
"""

AFTER = """
drawn = (
    tf.random.uniform([2]).numpy().tolist(),
    np.random.rand(2).tolist(),
    np.array(keras.random.uniform((2,))).tolist(),
    keras.layers.Dense(1).name,
    [weight.tolist() for weight in model.get_weights()],
    history.history,
)
"""


def run(shell: "InteractiveShell", *cells: str) -> Any:
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    keras.utils.set_random_seed(3)
    for cell in cells:
        assert shell.run_cell(cell).success
    return shell.user_ns


def test_a_fix_is_tried_and_nothing_is_left_of_that(shell: "InteractiveShell") -> None:
    from nbdoctor.report import Report

    names = run(shell, DATA, PLENTY.format("logits-as-probabilities") + SICK, AFTER)
    report, drawn = names["report"], names["drawn"]
    assert report.faults == ()
    assert report.fix.rules[0] == "logits-as-probabilities"
    trial = report.fix.treatment.trial
    assert trial.outcome == "helps"
    alone = report.findings[0].treatments[-1].trial
    assert (alone.outcome, alone.steps) == ("helps", 100)
    assert "logits-as-probabilities" in trial.cleared
    assert Report.from_json(report.to_json()).fix == report.fix
    plain = run(shell, DATA, SICK, AFTER)
    assert plain["drawn"] == drawn
    patched = report.fix.treatment.patched
    last = run(shell, DATA, patched.partition("\n")[2])["model"].layers[-1]
    assert last.activation.__name__ == "softmax" or "from_logits=True" in patched


def test_without_trials_nothing_is_tried(shell: "InteractiveShell") -> None:
    report: Report = run(shell, DATA, "%%diagnose -q -o report --no-trials\n" + SICK)["report"]
    assert report.fix is None
    assert all(cure.trial is None for one in report.findings for cure in one.treatments)


STOPPING = """
x = deal.normal(size=(90, 1, 8, 8))
model = keras.Sequential([
    keras.Input((1, 8, 8)),
    keras.layers.Conv2D(4, 3),
    keras.layers.Flatten(),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y[:90], epochs=1, verbose=0)
"""


def test_a_cell_that_stops_while_it_builds_is_cured(shell: "InteractiveShell") -> None:
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    assert shell.run_cell(DATA).success
    assert not shell.run_cell(PLENTY.format("known-crash") + STOPPING).success
    report: Report = shell.user_ns["report"]
    assert report.fix is not None
    assert report.fix.treatment.trial is not None
    assert report.fix.treatment.trial.before is None
    assert "Permute((2, 3, 1))" in (report.fix.treatment.patched or "")


def kept_doctors(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Those that the magic is going to make."""
    from nbdoctor.notebook import running

    doctors = []

    class Kept(running.Doctor):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            doctors.append(self)

    monkeypatch.setattr(running, "Doctor", Kept)
    return doctors


def test_a_cell_that_stopped_early_offers_what_did_not_fit_its_budget(
    shell: "InteractiveShell", monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.reset(new_session=False)
    assert shell.run_cell(DATA).success
    doctors = kept_doctors(monkeypatch)
    asked = PLENTY.format("known-crash").replace("--budget 300", "--budget 0.01")
    assert not shell.run_cell(asked + STOPPING).success
    report: Report = shell.user_ns["report"]
    assert report.fix is None
    ((number, try_more),) = doctors[0].further()
    assert number == 0
    shown: list[Any] = []

    def show(report: Any, number: int, *, draw: bool) -> None:
        del number, draw
        shown.append(report)

    examination = doctors[0].stopped_cell
    examination.context = replace(examination.context, show=show)
    try_more()
    assert shown[-1].fix is not None
    assert doctors[0].further() == []


def test_what_did_not_fit_the_budget_is_tried_when_asked_for(
    shell: "InteractiveShell", monkeypatch: pytest.MonkeyPatch
) -> None:
    doctors = kept_doctors(monkeypatch)
    asked = PLENTY.format("logits-as-probabilities").replace("--budget 300", "--budget 0.1")
    names = run(shell, DATA, asked + SICK)
    tried = [one.trial for one in names["report"].findings[0].treatments if one.patched]
    assert all("`--budget` were left" in trial.reason for trial in tried)
    assert names["report"].fix is None
    ((_, try_more),) = doctors[0].further()
    try_more()
    (report,) = doctors[0].reports()
    assert report.fix.treatment.trial.outcome == "helps"
    assert report.stage == "done"
    assert doctors[0].further() == []
    assert shell.run_cell(AFTER).success
    drawn = shell.user_ns["drawn"]
    assert run(shell, DATA, SICK, AFTER)["drawn"] == drawn


def test_a_model_of_another_cell_is_treated_there(shell: "InteractiveShell") -> None:
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    builds, trains = SICK.strip().rsplit("\n", 1)
    magic = PLENTY.format("logits-as-probabilities")
    for cell in (DATA, builds, magic + trains):
        assert shell.run_cell(cell, store_history=True).success
    report = shell.user_ns["report"]
    assert report.faults == ()
    probabilities, logits = (
        next(one for one in report.findings[0].treatments if one.title == title)
        for title in ("Add a softmax or sigmoid to the output", "Set `from_logits=True`")
    )
    for treatment in (probabilities, logits):
        assert treatment.cell.strip() == builds
        assert treatment.cell_number is not None
        assert treatment.trial.outcome == "helps"
    assert probabilities.patched.strip() == builds.replace(
        "model.add(keras.layers.Dense(3))", 'model.add(keras.layers.Dense(3, activation="softmax"))'
    )
    assert f"cell [{logits.cell_number}], which was run before" in str(report)


def test_a_cured_cell_that_stops_too_early_is_offered_more_epochs(
    shell: "InteractiveShell",
) -> None:
    source = SICK.replace("0.03", "0.01").replace("0.2", "0.0")
    report = run(shell, DATA, PLENTY.format("logits-as-probabilities") + source)["report"]
    assert report.fix.rules == ("logits-as-probabilities", "too-few-steps")
    assert "epochs=10" in report.fix.treatment.patched
    trial = report.fix.treatment.trial
    assert trial.steps == 10 * 8
    assert "too-few-steps" not in trial.remaining
    assert trial.at[: len(trial.as_it_is)][-1] == 2 * 8


COUNTING = """
def build(units):
    built.append(units)
    model = keras.Sequential([keras.Input((4,))])
    model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(3))
    return model

model = build(16)
model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
"""


def test_lines_that_may_do_more_are_not_run_and_the_live_model_is_copied(
    shell: "InteractiveShell",
) -> None:
    sick = PLENTY.format("logits-as-probabilities") + COUNTING
    names = run(shell, DATA, "built = []", sick, AFTER)
    report = names["report"]
    assert report.faults == ()
    assert names["built"] == [16]
    trial = report.fix.treatment.trial
    assert (trial.outcome, trial.by_objects) == ("helps", True)
    assert "a copy of the model (your lines were not run again)" in str(report)
    drawn = names["drawn"]
    assert run(shell, DATA, "built = []", COUNTING, AFTER)["drawn"] == drawn


def test_a_model_that_was_fitted_in_an_earlier_cell_is_tried(shell: "InteractiveShell") -> None:
    import keras

    shell.reset(new_session=False)
    keras.backend.clear_session()
    magic = PLENTY.format("learning-rate-too-low")
    again = "model.compile(keras.optimizers.SGD(1e-6), 'sparse_categorical_crossentropy')\n"
    again += "model.fit(x, y, epochs=2, verbose=0)\n"
    healthy = SICK.replace("Dense(3)", 'Dense(3, activation="softmax")')
    for cell in (DATA, healthy, "made = model\ndel build", magic + again):
        assert shell.run_cell(cell, store_history=True).success
    report = shell.user_ns["report"]
    assert report.faults == ()
    trials = [one.trial for one in report.findings[0].treatments if one.patched]
    assert {(one.outcome, one.anew) for one in trials} == {("helps", True)}
    assert "a copy with new initial weights" in str(report)


OWN = """
class Scaled(keras.layers.Layer):
    def call(self, inputs):
        called.append(1)
        return inputs * 2.0

model = keras.Sequential([keras.Input((4,)), Scaled(), keras.layers.Dense(3)])
model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
"""


def test_what_is_not_proved_is_not_tried_unless_the_user_asks_for_it(
    shell: "InteractiveShell", monkeypatch: pytest.MonkeyPatch
) -> None:
    doctors = kept_doctors(monkeypatch)
    magic = PLENTY.format("logits-as-probabilities")
    names = run(shell, DATA, "called = []", magic + OWN)
    report, calls = names["report"], len(names["called"])
    assert run(shell, DATA, "called = []", OWN)["called"] == [1] * calls
    assert report.fix is None
    (treatment, *_) = [one for one in report.findings[0].treatments if one.patched]
    assert treatment.trial.reason == (
        "line 5 calls `called.append`, which exists already and would be changed again"
    )
    assert "Line 5 calls `called.append`" in str(report)
    ((number, offer),) = doctors[0].further()
    assert (number, offer.runs_lines) == (1, "lines 3 to 9")
    offer()
    (report,) = doctors[0].reports()
    assert report.fix.treatment.trial.outcome == "helps"
    assert doctors[0].further() == []
