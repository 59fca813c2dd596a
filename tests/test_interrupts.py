"""Whoever interrupts wants the kernel: what is measured is shown, and nothing else is begun."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from nbdoctor.readings import signal as baselines
from nbdoctor.readings import trained
from nbdoctor.report import Report
from nbdoctor.session import examination
from nbdoctor.session.doctor import Doctor
from nbdoctor.trials.search import TreatmentSearch
from tests.running import run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = pytest.mark.keras

STOPPED = """
import keras, numpy as np
keras.utils.set_random_seed(3)
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt
y = (x[:, :1] > 0).astype("int64")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "binary_crossentropy")
"""
FIT = "model.fit(x, y, epochs=3, verbose=0, callbacks=[Stop()])"
CAUGHT = f"try:\n    {FIT}\nexcept KeyboardInterrupt:\n    pass\ngone_on = True"


@pytest.mark.parametrize("cell", [FIT, CAUGHT], ids=["uncaught", "caught by the cell"])
def test_after_an_interrupt_nothing_is_begun_and_the_fixes_are_offered(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    drawn, offered = [], []

    def begun(*_: Any, **__: Any) -> None:
        pytest.fail("something was begun")

    def show(self: Any, report: Report, *, draw: bool) -> None:
        del self, report
        drawn.append(draw)

    further = Doctor.further
    monkeypatch.setattr(TreatmentSearch, "run", begun)
    monkeypatch.setattr(baselines, "read_signal", begun)
    monkeypatch.setattr(trained, "read_trained_model", begun)
    monkeypatch.setattr("nbdoctor.view.screen.Terminal.show", show)
    monkeypatch.setattr(Doctor, "further", lambda self: offered.append(further(self)) or offered[0])
    result = run(shell, f"%%diagnose -o report\n{STOPPED}{cell}")
    assert isinstance(result.error_in_exec, KeyboardInterrupt) == (cell is FIT)
    report = shell.user_ns["report"]
    assert report.notes[-2:] == ("Training was interrupted.", examination.LEFT)
    assert (report.stage, report.faults) == ("done", ())
    assert report.findings
    assert drawn
    assert not any(drawn)
    assert [len(one) for one in offered] == [1] * len(offered)


def test_an_interrupt_of_the_trials_ends_them_and_the_cell_has_ended_well(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []

    def interrupted(course: TreatmentSearch, *_: Any) -> None:
        runs.append(course)
        raise KeyboardInterrupt

    monkeypatch.setattr(TreatmentSearch, "run", interrupted)
    cell = FIT.replace(", callbacks=[Stop()]", "")
    result = run(shell, f"%%diagnose -q -o report\n{STOPPED}first = {cell}\nsecond = {cell}")
    assert result.error_in_exec is None
    assert len(runs) == 1  # nor are those of the second begun
    assert [one.stage for one in shell.user_ns["report"]] == ["done", "done"]


# -- in a real kernel --------------------------------------------------------------------------

PATIENCE = 120
"""Seconds that a cell may take on a busy machine."""

LOST = 40
"""Seconds after which an interrupt counts as lost."""

TIMES, MORE = 2, 5.0
"""How much longer than plain it may take until the kernel is free, with seconds to spare: where
nothing is busy it is less than half a second, and what was begun after an interrupt took ten."""

SETUP = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(256, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
def made():
    layers = [keras.Input((4,)), *(keras.layers.Dense(8) for _ in range(3))]
    model = keras.Sequential([*layers, keras.layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy")
    return model
class Tell(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == {told}:
            print("told", flush=True)
%load_ext nbdoctor
"""
LONG = "made().fit(x, y, epochs=100_000, verbose=0, callbacks=[Tell()])"
SLOW = """
hidden = [keras.layers.Dense(2000) for _ in range(3)]
model = keras.Sequential([keras.Input((4,)), *hidden, keras.layers.Dense(1)])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0, callbacks=[Tell()])
"""


@contextlib.contextmanager
def kernel() -> Iterator[Any]:
    """A kernel that nobody has interrupted: an interrupt may leave Keras unusable."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(startup_timeout=PATIENCE)
    client.manager = manager
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def seconds_until_free(
    client: Any, cell: str, *, after: float, again: float | None = None
) -> float | None:
    """From an interrupt, some seconds after the cell has told of itself, until it has ended.

    None where it was lost: Python drops an interrupt that reaches a destructor, and Keras
    destroys an iterator in each epoch.
    """
    asked = client.execute(cell)
    due: list[float] = []
    sent: list[float] = []
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < (sent[-1] + LOST if sent else ends):
        if due and time.monotonic() >= due[0]:
            due.pop(0)
            sent.append(time.monotonic())
            os.kill(client.manager.provisioner.process.pid, signal.SIGINT)
        try:
            message = client.get_iopub_msg(timeout=0.02)
        except queue.Empty:
            continue
        if message["parent_header"].get("msg_id") != asked:
            continue
        content = message["content"]
        if "told" in content.get("text", ""):
            due = [time.monotonic() + wait for wait in (after, again) if wait is not None]
        if content.get("execution_state") == "idle" and sent:
            return time.monotonic() - sent[0]
        assert content.get("execution_state") != "idle", "the cell ended before the interrupt"
    if not sent:
        pytest.fail("the cell did not tell of itself in time")
    return None


def fresh(client: Any, told: int) -> Any:
    reply = client.execute_interactive(
        SETUP.replace("{told}", str(told)), timeout=PATIENCE, output_hook=lambda _: None
    )
    assert reply["content"]["status"] == "ok"
    return client


def measured(cell: str, told: int, *, after: float, again: float | None = None) -> float:
    """Seconds until a kernel is free, in a second one where the first lost the interrupt."""
    for _ in range(2):
        with kernel() as client:
            taken = seconds_until_free(fresh(client, told), cell, after=after, again=again)
        if taken is not None:
            return taken
    pytest.fail(f"two kernels were not free {LOST:g} s after an interrupt")


@pytest.fixture(scope="module")
def plain() -> float:
    """Seconds until a plain kernel is free: of a traceback, mostly."""
    return measured(LONG, 5, after=0.2)


@pytest.mark.parametrize("again", [None, 0.3], ids=["once", "twice"])
def test_the_kernel_is_free_soon_after_an_interrupt_of_the_training(
    plain: float, again: float | None
) -> None:
    taken = measured(f"%%diagnose\n{LONG}", 5, after=0.2, again=again)
    assert taken < TIMES * plain + MORE


def test_the_kernel_is_free_soon_after_an_interrupt_of_the_trials(plain: float) -> None:
    taken = measured(f"%%diagnose --budget 100\n{SLOW}", 1, after=1.5)
    assert taken < TIMES * plain + MORE
