"""Real trials on tiny models, with a cell that has run."""

import random
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.rules.treatment import Trial
from nbdoctor.trials.comparison import LOOKS
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.isolation import isolated
from nbdoctor.trials.refusal import UntriedError, refuse
from nbdoctor.trials.trial import Trials

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CELL = """
import keras
import numpy as np
told = []
deal = np.random.default_rng(0)
x = deal.normal(size=(240, 4)).astype("float32")
y = (x @ deal.normal(size=(4, 3))).argmax(1)
told.append("data")
print("building")
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(
    keras.optimizers.Adam(0.000001), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
history = model.fit(x, y, epochs=1, verbose=0)
"""


def tried(source: str, patched: str, *, seconds: float = 300.0, trains: bool = True) -> Trial:
    import time

    names: dict[str, Any] = {"__name__": "__main__"}
    error = None
    keras.utils.set_random_seed(0)
    try:
        exec(compile(source, "<cell>", "exec"), names)  # noqa: S102
    except Exception as raised:  # noqa: BLE001
        error = raised
    case = Case(cell=Cell(source), namespace=names, model=names.get("model"))
    with isolated():
        trials = Trials(case, time.perf_counter() + seconds, raises=error is not None)
        return trials.of(Cell(patched), trains=trains)


def test_a_cure_helps_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    trial = tried(CELL, CELL.replace("0.000001", "0.1"))
    assert trial.outcome == "helps"
    assert trial.score == "accuracy"
    assert trial.before is not None
    assert trial.after is not None
    assert trial.before < 0.6
    assert trial.after > 0.85
    assert len(trial.as_it_is) == len(trial.treated) == len(trial.at)
    assert trial.held_out
    assert capsys.readouterr().out.count("building") == 1


def test_a_placebo_has_no_effect() -> None:
    trial = tried(CELL, CELL.replace('"softmax"', "keras.activations.softmax"))
    assert (trial.outcome, trial.before) == ("no effect", trial.after)


def test_other_weights_to_start_from_never_help() -> None:
    healthy = CELL.replace("0.000001", "0.01")
    other = '"softmax", kernel_initializer="glorot_normal"'
    trial = tried(healthy, healthy.replace('"softmax"', other))
    assert trial.outcome in {"no effect", "undecided"}
    assert trial.low is not None
    assert trial.high is not None
    assert trial.low < 0 < trial.high


def test_the_effect_has_an_interval() -> None:
    trial = tried(CELL, CELL.replace("0.000001", "0.1"))
    assert None not in {trial.before, trial.after, trial.low, trial.high}
    gain = (trial.after or 0) - (trial.before or 0)
    assert 0 < (trial.low or 0) < gain < (trial.high or 0)
    assert trial.seeds in LOOKS


def test_a_seed_that_the_time_runs_out_for_leaves_the_others() -> None:
    import time

    def stopped(_seed: int) -> None:
        refuse("the time ran out before a copy was trained")

    of: Any = SimpleNamespace(cell=Cell(CELL))
    trials = Trials(of, time.perf_counter() + 100, raises=False)
    late = SimpleNamespace(runs=[None], steps=100, step_seconds=0.0, run_seconds=0.0, run=stopped)
    assert not trials._runs(3, late)  # type: ignore[arg-type]
    with pytest.raises(UntriedError):
        trials._runs(1, late)  # type: ignore[arg-type]


def test_what_no_short_training_shows_is_not_tried() -> None:
    trial = tried(CELL, CELL.replace("verbose=0", "verbose=0, validation_freq=5"))
    assert (trial.outcome, trial.skipped) == (None, "cannot be tried")
    assert trial.reason == "its effect does not show in a short training"


def test_more_epochs_are_tried_by_training_on() -> None:
    short = CELL.replace("0.000001", "0.01")
    trial = tried(short, short.replace("epochs=1", "epochs=20"))
    assert (trial.outcome, trial.steps) == ("helps", 160)
    assert trial.reason == "the cell stops after 8 steps"
    assert len(trial.as_it_is) < len(trial.treated) == len(trial.at)


def test_more_epochs_of_a_cured_copy_are_compared_with_the_end_of_the_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import time

    from nbdoctor.trials import budget

    monkeypatch.setattr(budget, "MOST_STEPS", budget.STEPS)  # the cell plans 160
    source = CELL.replace("epochs=1", "epochs=20")
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), names)  # noqa: S102
    cured = Cell(source.replace("0.000001", "0.001"))
    longer = Cell(cured.source.replace("epochs=20", "epochs=100"))
    case = Case(cell=Cell(source), namespace=names, model=names["model"])
    with isolated():
        trials = Trials(case, time.perf_counter() + 300, raises=False)
        assert trials.of(cured, trains=True).steps == 100
        arm = trials.arm(cured)
        assert arm is not None
        assert trials.after(arm, cured).of(longer, trains=True).outcome == "helps"
        whole = trials.of(longer, trains=True)
    assert (whole.outcome, whole.steps) == ("helps", 800)
    assert whole.at[: len(whole.as_it_is)][-1] == 160


def test_an_overdose_makes_it_worse() -> None:
    healthy = CELL.replace("0.000001", "0.1")
    trial = tried(healthy, healthy.replace("0.1)", "1e-7)"))
    assert trial.outcome == "worse"


def test_a_cell_that_raises_is_proved_to_train_after_its_cure() -> None:
    sick = CELL.replace('"sparse_categorical_crossentropy"', '"categorical_crossentropy"')
    trial = tried(sick, CELL)
    assert (trial.outcome, trial.before) == ("helps", None)
    assert "stops with an error" in trial.reason


@pytest.mark.parametrize("raises", [False, True])
def test_a_copy_of_a_cell_that_raised_is_trained_anew_for_what_is_done_to_it(
    raises: bool,
) -> None:
    trained: Any = SimpleNamespace(steps=100)
    case = Case(cell=Cell(CELL), namespace={})
    further = Trials(case, 0.0, raises=raises).after(trained, Cell(CELL))
    assert (further.control is None) is raises
    assert not further.raises


def test_labels_that_are_shifted_are_shifted_on_the_rows() -> None:
    sick = CELL.replace("fit(x, y,", "fit(x, y + 1,").replace("Dense(3,", "Dense(4,")
    shifted = sick.replace("y + 1", "y")
    trial = tried(sick.replace("0.000001", "0.1"), shifted.replace("0.000001", "0.1"))
    assert trial.outcome == "no effect"  # a fourth class that is never met does no harm


def test_batches_of_a_generator_are_used_as_they_were_captured() -> None:
    import time

    import tensorflow as tf

    names: dict[str, Any] = {"__name__": "__main__"}
    source = CELL.replace("fit(x, y,", "fit(batches(), steps_per_epoch=4,")
    exec(compile(CELL, "<cell>", "exec"), names)  # noqa: S102
    names["batches"] = lambda: iter(())
    rows = [slice(at, at + 32) for at in range(0, 224, 32)]
    batches = [(tf.constant(names["x"][one]), tf.constant(names["y"][one])) for one in rows]
    case = Case(
        cell=Cell(source),
        namespace=names,
        arguments={"x": iter(()), "y": None, "epochs": 1},
        batches=batches,
    )
    with isolated():
        trials = Trials(case, time.perf_counter() + 300, raises=False)
        trial = trials.of(Cell(source.replace("0.000001", "0.1")), trains=True)
    assert trial.outcome == "helps", trial.reason
    assert trial.rows == 74


def test_a_patch_that_raises_is_not_offered() -> None:
    trial = tried(CELL, CELL.replace("Dense(3", "Dense('three'"))
    assert trial.outcome is None
    assert trial.reason.startswith("the cell with this fix raises")


def test_what_the_user_has_to_fill_in_is_not_tried_and_cannot_run() -> None:
    patched = CELL.replace("epochs=1", "epochs=FILL_IN_EPOCHS")
    trial = tried(CELL, patched)
    assert trial.outcome is None
    assert trial.reason.startswith("replace `FILL_IN_EPOCHS` with your value first")
    with pytest.raises(NameError, match="FILL_IN_EPOCHS"):
        exec(compile(patched, "<cell>", "exec"), {})  # noqa: S102


def test_no_time_is_said() -> None:
    trial = tried(CELL, CELL.replace("0.000001", "0.1"), seconds=0.05)
    assert (trial.outcome, trial.skipped) == (None, "too long")
    assert "--budget" in trial.reason


def test_a_metric_is_computed_again_without_training() -> None:
    sick = CELL.replace('"sparse_categorical_crossentropy"', '"mse"')
    sick = sick.replace('Dense(3, activation="softmax")', "Dense(1)")
    trial = tried(sick, sick.replace('["accuracy"]', '["mae"]'), trains=False)
    assert (trial.outcome, trial.score, trial.steps) == ("helps", "accuracy, then mae", 0)


def test_the_random_state_is_as_it_was() -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(CELL, "<cell>", "exec"), names)  # noqa: S102
    case = Case(cell=Cell(CELL), namespace=names, model=names["model"])
    weights = [np.array(one) for one in names["model"].get_weights()]

    def state() -> tuple[Any, ...]:
        tracker = vars(keras.src.backend.common.global_state.GLOBAL_STATE_TRACKER)
        numpy = np.random.get_state()[1].tolist()  # noqa: NPY002
        return random.getstate(), numpy, dict(tracker.get("object_name_uids", {}))

    before = state()
    with isolated():
        import time

        Trials(case, time.perf_counter() + 300, raises=False).of(
            Cell(CELL.replace("0.000001", "0.1")), trains=True
        )
        assert state() != before
    assert state() == before
    for now, then in zip(names["model"].get_weights(), weights, strict=True):
        assert np.array_equal(now, then)
    assert names["told"] == ["data"]
