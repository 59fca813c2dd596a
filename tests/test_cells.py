"""Cells of every kind come out as without the magic, with a report that is right."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.running import MODEL, both, run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

STOPS = """
class AtTheFirstBatch(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if STOP:
            raise KeyboardInterrupt
model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
)
model.compile("adam", "mse")
model.fit(x, y, verbose=0, callbacks=[AtTheFirstBatch()])
"""

TRAINS = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(x, y, verbose=0).history
"""


def interrupting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a step on copies be interrupted, once, when it has been made."""
    from nbdoctor.look.train_step import CopiedStep

    step, left = CopiedStep.__call__, [signal.SIGINT]

    def interrupted(*given: Any) -> Any:
        made = step(*given)
        if left:
            signal.raise_signal(left.pop())
        return made

    monkeypatch.setattr(CopiedStep, "__call__", interrupted)


def with_memory_for(rows: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let steps on copies run out of memory beyond so many rows; the rows that were tried."""
    from nbdoctor.look.train_step import CopiedStep

    step, tried = CopiedStep.__call__, list[int]()

    def limited(run: Any, batch: Any, *noted: Any) -> Any:
        import tensorflow as tf

        tried.append(len(batch[0]))
        if len(batch[0]) > rows:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        return step(run, batch, *noted)

    monkeypatch.setattr(CopiedStep, "__call__", limited)
    return tried


def patched_classes() -> list[Any]:
    import keras
    from keras.src.optimizers.base_optimizer import BaseOptimizer
    from keras.src.trainers.epoch_iterator import EpochIterator
    from tensorflow.python.ops.resource_variable_ops import BaseResourceVariable, ResourceVariable

    kinds = (keras.Model, keras.layers.Layer, BaseOptimizer, EpochIterator)
    variables = (BaseResourceVariable, ResourceVariable)
    made_when_asked_for = {"__annotations__"}
    return [
        {name: value for name, value in vars(kind).items() if name not in made_when_asked_for}
        for kind in (*kinds, *variables)
    ]


def test_an_interrupted_look_interrupts_the_cell_and_leaves_nothing_behind(
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = patched_classes()
    states = []
    for magic, stop in (("# plain", True), ("%%diagnose -q --no-experiment -o report", False)):
        if not stop:
            interrupting(monkeypatch)
        result = run(shell, f"{magic}\n{MODEL}{STOPS}", STOP=stop)
        assert isinstance(result.error_in_exec, KeyboardInterrupt)
        shell.run_cell("drawn = [float(np.random.rand()), float(tf.random.uniform([]))]")
        model, drawn = shell.user_ns["model"], shell.user_ns["drawn"]
        weights = [weight.tolist() for weight in model.get_weights()]
        states.append((weights, int(model.optimizer.iterations), drawn))
    assert states[0] == states[1]
    assert patched_classes() == before
    report = shell.user_ns["report"]
    assert report.notes[0].startswith("The examination was interrupted")
    assert "Inputs" in report.readings
    assert report.stage == "done"
    assert "".join(capsys.readouterr()).count("\nKeyboardInterrupt: ") == 2


@pytest.mark.parametrize("place", ["judge", "rehearse", "go_on"])
def test_an_interrupt_anywhere_in_the_look_is_passed_on_once(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    from nbdoctor.look.look import Look
    from nbdoctor.session import reporting

    owner: Any = reporting if place == "judge" else Look
    original, left = getattr(owner, place), [KeyboardInterrupt()]

    def interrupted(*args: Any) -> Any:
        if left:
            raise left.pop()
        return original(*args)

    monkeypatch.setattr(owner, place, interrupted)
    result = run(
        shell, f"%%diagnose -q --no-experiment -o report\n{MODEL}model.fit(x, y, verbose=0)"
    )
    assert isinstance(result.error_in_exec, KeyboardInterrupt)
    assert int(shell.user_ns["model"].optimizer.iterations) == 0
    assert shell.user_ns["report"].notes[0].startswith("The examination was interrupted")


def test_little_memory_means_fewer_rows_and_an_untouched_training(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, MODEL + TRAINS)
    plain = shell.user_ns["history"]
    tried = with_memory_for(8, monkeypatch)
    assert run(shell, f"%%diagnose -q --no-experiment -o report\n{MODEL}{TRAINS}").success
    report = shell.user_ns["report"]
    assert shell.user_ns["history"] == plain
    assert tried[:3] == [32, 16, 8]
    assert report.notes[0] == (
        "Measured on 8 of 32 rows of the first batch because memory ran out."
    )
    assert report.checksum.untouched
    assert report.checksum.rehearsed_loss is None
    assert report.faults == ()
    assert {"Gradients", "LossAtInit", "Activations"} <= set(report.readings)


def test_no_memory_at_all_is_told_and_training_goes_on(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_memory_for(0, monkeypatch)
    assert run(shell, f"%%diagnose -q --no-experiment -o report\n{MODEL}{TRAINS}").success
    report = shell.user_ns["report"]
    assert report.notes[0].startswith("The step could not be measured: memory ran out, even")
    assert report.faults == ()
    assert "Crash" not in report.readings


def test_several_models_get_a_report_each(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "other = made()\nmodel.fit(x, y, verbose=0)\nother.fit(x, y, verbose=2)\n"
    reports, _ = both(shell, capsys, source)
    assert [report.model for report in reports] == ["model", "other"]


@pytest.mark.parametrize(
    "source",
    [
        "def train(m):\n    return m.fit(x, y, verbose=0)\ntrain(model)\n",
        (
            "import threading\nt = threading.Thread(target=lambda: model.fit(x, y, verbose=0))\n"
            "t.start()\nt.join()\n"
        ),
        "model.fit(x, y, verbose=2)\n",
        "model.fit(x, y, verbose=1)\n",
        (
            "class P(keras.callbacks.Callback):\n"
            "    def on_train_batch_end(self, batch, logs=None):\n"
            "        self.model.predict(x[:8], verbose=0)\n"
            "        if batch == 0:\n            other.fit(x, y, verbose=0)\n"
            "other = made()\nmodel.fit(x, y, verbose=0, callbacks=[P()])\n"
        ),
        "for _ in range(2):\n    %time _ = model.fit(x, y, verbose=0)\n",
    ],
    ids=["a function", "a thread", "one line", "a bar", "callbacks", "a timed loop"],
)
def test_fit_is_seen_wherever_it_is_called(shell: InteractiveShell, source: str) -> None:
    weights = []
    for first_line in ("# plain", "%%diagnose -q --no-experiment -o reports"):
        assert run(shell, f"{first_line}\n{MODEL}{source}").success
        weights.append([weight.tolist() for weight in shell.user_ns["model"].get_weights()])
    reports = shell.user_ns["reports"]
    for report in reports if isinstance(reports, tuple) else (reports,):
        assert report.checksum.rehearsed_loss == report.checksum.real_loss
        assert report.faults == ()
    assert weights[0] == weights[1]


def test_a_dry_run_tells_what_is_wrong_with_the_data(shell: InteractiveShell) -> None:
    source = (
        "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)\n"
        "data = data.map(lambda a, b: (tf.debugging.check_numerics(a / 0, 'endless'), b))\n"
        "model.fit(data, verbose=0)\n"
    )
    run(shell, f"%%diagnose -q --dry-run -o report\n{MODEL}{source}")
    report = shell.user_ns["report"]
    assert "at batch 1, where the data raises InvalidArgumentError" in report.notes[-1]
    assert report.readings["Crash"].type == "InvalidArgumentError"
