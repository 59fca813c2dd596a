"""What nbdoctor does with its time, by a clock of the test's own."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.running import run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.report import Report

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

SLOW_DATA = """
import keras, numpy as np
keras.utils.set_random_seed(3)
class Slow(keras.utils.PyDataset):
    def __len__(self):
        return 6
    def __getitem__(self, index):
        wait(100.0)
        rng = np.random.default_rng(index)
        x = rng.normal(size=(32, 4)).astype("float32")
        return x, (x[:, :1] > 0).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu")])
model.add(keras.layers.Dense(1, "sigmoid"))
model.compile("adam", "binary_crossentropy")
model.fit(Slow(), epochs=1, verbose=0)
"""

UNSCALED = """
import keras, numpy as np
keras.utils.set_random_seed(3)
rng = np.random.default_rng(5)
x = rng.normal(size=(400, 6)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
x = x * 900 + 3000
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(16, "relu")])
model.add(keras.layers.Dense(1, "sigmoid"))
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=3, verbose=0)
"""


@dataclass
class Clock:
    """A clock that can be put forward."""

    ahead: float = 0.0

    def wait(self, seconds: float) -> None:
        """Let time pass that nobody spends."""
        self.ahead += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, real = Clock(), time.perf_counter
    monkeypatch.setattr(time, "perf_counter", lambda: real() + clock.ahead)
    return clock


def diagnosed(shell: InteractiveShell, source: str, options: str = "", **names: Any) -> Report:
    result = run(shell, f"%%diagnose -q -o report --no-experiment {options}\n{source}", **names)
    result.raise_error()
    report: Report = shell.user_ns["report"]
    assert report.faults == ()
    return report


def test_waiting_for_the_users_data_is_none_of_its_time(
    shell: InteractiveShell, clock: Clock
) -> None:
    report = diagnosed(shell, SLOW_DATA, "--no-trials", wait=clock.wait)
    assert report.readings["Gradients"].batches == 3, "later batches come after 600 s of waiting"
    assert report.timing.total is not None
    assert report.timing.total < 10.0
    assert report.timing.budget is not None
    assert report.timing.budget > 50.0, "a tenth of 600 s of training"
    assert "Attained" in report.readings


def test_tracing_that_training_would_have_done_is_none_of_its_time(
    shell: InteractiveShell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbdoctor.session.first_step import FirstStep

    note = FirstStep._note_trace

    def slow(first: FirstStep, trace: Any) -> None:
        def traced() -> None:
            trace()
            clock.wait(60.0)

        note(first, traced)  # type: ignore[arg-type]

    monkeypatch.setattr(FirstStep, "_note_trace", slow)
    report = diagnosed(shell, UNSCALED, "--no-trials")
    assert report.timing.look is not None
    assert report.timing.look > 60.0, "training waited for it"
    assert report.timing.total is not None
    assert report.timing.total < 10.0
    assert not [one for one in report.not_run if one.kind == "no time"]


def test_a_first_fix_has_its_share_whatever_else_takes_long(
    shell: InteractiveShell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbdoctor.readings import scoring

    ceiling, once = scoring.attained, [4.5]

    def slow(*given: Any, **more: Any) -> Any:
        clock.wait(once.pop() if once else 0.0)
        return ceiling(*given, **more)

    monkeypatch.setattr(scoring, "attained", slow)
    report = diagnosed(shell, UNSCALED)
    assert report.timing.first_fix is not None
    assert report.fix is not None
    late = [one for one in report.not_run if one.kind == "no time"]
    assert late, "what would have taken the time of the fix waits"
    assert report.timing.total is not None
    assert 4.5 < report.timing.total < 12.0


def hurried(
    shell: InteractiveShell,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    source: str = "",
    options: str = "--no-trials",
) -> Report:
    """A cell that is examined on a machine so slow that the score of the model takes a minute."""
    from nbdoctor.session.examination import Examination

    look_again = Examination._look_again

    def slow(of: Examination, *given: Any) -> None:
        clock.wait(60.0)
        look_again(of, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Examination, "_look_again", slow)
        return diagnosed(shell, UNSCALED + source, options)


def test_out_of_time_is_neither_healthy_nor_does_it_not_apply(
    shell: InteractiveShell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = hurried(shell, clock, monkeypatch)
    late = {one.rule for one in report.not_run if one.kind == "no time"}
    assert {"below-simple-models", "fails-to-memorise", "leaking-column"} <= late
    told = " ".join(str(report).split())
    assert f"{len(late)} not examined (no time)" in told
    assert re.search("nbdoctor used 1 min( [1-9] s)?, more than the 10 s allowed", told)
    calm = diagnosed(shell, UNSCALED, "--no-trials")
    early = {one.rule for one in report.not_run if one.kind == "does not apply"}
    others = {one.rule for one in calm.not_run if one.kind == "does not apply"}
    assert early <= others, "what was not examined is not called inapplicable"


def test_more_is_measured_later_on_what_is_at_hand(
    shell: InteractiveShell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = "\nruns = globals().get('runs', 0) + 1\n"
    report = hurried(shell, clock, monkeypatch, count)
    assert "Attained" not in report.readings
    weights = shell.user_ns["model"].get_weights()
    shell.run_cell("%diagnose --longer").raise_error()
    later = shell.user_ns["report"]
    assert "Attained" in later.readings
    assert not [one for one in later.not_run if one.kind == "no time"]
    assert later.faults == ()
    assert shell.user_ns["runs"] == 1, "no line of the cell ran again"
    for before, after in zip(weights, shell.user_ns["model"].get_weights(), strict=True):
        assert (before == after).all()
    again = shell.run_cell("%diagnose --longer")
    assert "Nothing was left out" in str(again.error_in_exec)


def test_fixes_that_there_was_no_time_for_are_tried_then(
    shell: InteractiveShell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = hurried(shell, clock, monkeypatch, options="")
    tried = [one.trial for found in report.findings for one in found.treatments if one.patched]
    assert {one.skipped for one in tried if one is not None} == {"too long"}
    assert report.timing.first_fix is None
    shell.run_cell("%diagnose --longer").raise_error()
    later = shell.user_ns["report"]
    assert later.fix is not None
    assert later.fix.treatment.trial.outcome == "helps"
    assert "Attained" in later.readings
    assert later.stage == "done"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("model.fit(x, y, verbose=0)", "the model is no longer as the cell left it"),
        ("x /= 255", "the data is no longer as the cell left it"),
    ],
    ids=["trained on", "another scale"],
)
def test_what_was_changed_meanwhile_is_not_judged(
    shell: InteractiveShell,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    why: str,
) -> None:
    hurried(shell, clock, monkeypatch)
    shell.run_cell(change).raise_error()
    shell.run_cell("%diagnose --longer").raise_error()
    later = shell.user_ns["report"]
    assert "Attained" not in later.readings
    assert [one for one in later.not_run if one.reason.startswith(why)]


DEEP = """
import keras, numpy as np
keras.utils.set_random_seed(3)
rng = np.random.default_rng(5)
x = rng.normal(size=(256, 16)).astype("float32")
y = rng.integers(0, 4, 256)
model = keras.Sequential([keras.Input((16,))])
for _ in range(10):
    model.add(keras.layers.Dense(32, activation="sigmoid"))
model.add(keras.layers.Dense(4, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
"""


def test_gradients_that_vanish_are_proved_before_anything_optional(
    shell: InteractiveShell, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbdoctor.session.first_step import FirstStep

    read = FirstStep._read

    def slow(first: FirstStep, look: Any) -> None:
        read(first, look)
        clock.wait(60.0)

    monkeypatch.setattr(FirstStep, "_read", slow)
    report = diagnosed(shell, DEEP, "--no-trials")
    assert report.readings["Gradients"].batches == 3
    assert report.findings[0].rule == "vanishing-gradient"


def test_batches_that_there_was_no_time_for_are_no_lack_of_batches(
    shell: InteractiveShell, clock: Clock
) -> None:
    from nbdoctor.readings.missing import NotTakenError
    from nbdoctor.rules.enough import too_few_batches, too_few_rows
    from nbdoctor.rules.rule import DoesNotApplyError

    with pytest.raises(NotTakenError) as late:
        too_few_rows(256, 32, hurried=True)
    assert late.value.missing.kind == "no time"
    assert "`--budget 60`" in late.value.missing.reason
    with pytest.raises(DoesNotApplyError, match="at least 256 rows are needed, and 32 were read"):
        too_few_rows(256, 32, hurried=False)
    with pytest.raises(NotTakenError) as few:
        too_few_batches(3, 1, hurried=False)
    assert few.value.missing.kind == "not measured"
    report = diagnosed(shell, SLOW_DATA, "--no-trials --budget 0.001", wait=clock.wait)
    assert report.readings["Gradients"].hurried
    assert report.readings["Gradients"].batches == 1
