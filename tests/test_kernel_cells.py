"""Cells in a real kernel: what is on the screen at the end, and what the front end is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jupyter_client.blocking.client import BlockingKernelClient

pytestmark = pytest.mark.keras

PATIENCE = 120
"""Seconds that a cell may take on a busy machine."""

SETUP = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import contextlib, io
import keras, numpy as np
from IPython.display import clear_output, display
from IPython.utils.capture import capture_output
x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
def made():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model
%load_ext nbdoctor
"""


@dataclass
class Shown:
    """What a cell leaves on the screen, as a notebook draws it."""

    reply: dict[str, Any] = field(default_factory=dict)
    outputs: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    waits: bool = False

    def take(self, message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self.waits = content["wait"]
            if not self.waits:
                self.outputs.clear()
        elif kind in {"stream", "display_data", "execute_result", "error"}:
            if self.waits:
                self.outputs.clear()
            self.waits = False
            self.outputs.append((kind, content))

    @property
    def reports(self) -> int:
        return sum(any("nbdoctor" in one for one in c.get("data", ())) for _, c in self.outputs)

    @property
    def text(self) -> str:
        return "".join(content.get("text", "") for _, content in self.outputs)

    @property
    def values(self) -> list[str]:
        kinds = [content["data"] for kind, content in self.outputs if kind == "execute_result"]
        return [data["text/plain"] for data in kinds]


@pytest.fixture(scope="module")
def client() -> Iterator[BlockingKernelClient]:
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(startup_timeout=PATIENCE)
    try:
        assert run(client, SETUP).reply["status"] == "ok"
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, source: str) -> Shown:
    shown = Shown()
    reply = client.execute_interactive(source, timeout=PATIENCE, output_hook=shown.take)
    shown.reply = reply["content"]
    return shown


DIAGNOSED = "%%diagnose --no-trials -o report\n"
FIT = "model = made()\nmodel.fit(x, y, verbose=0)"


def test_a_semicolon_hides_the_value_and_the_report_is_there(client: BlockingKernelClient) -> None:
    hidden, value = run(client, f"{DIAGNOSED}{FIT};"), run(client, DIAGNOSED + FIT)
    assert (hidden.values, hidden.reports) == ([], 1)
    assert "History" in value.values[0]
    assert value.reports == 1


@pytest.mark.parametrize("wait", [True, False])
def test_a_cell_that_clears_its_output_ends_with_the_report(
    client: BlockingKernelClient, wait: bool
) -> None:
    plot = f"""
class Plot(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        clear_output(wait={wait})
        print("epoch", epoch)
model = made()
history = model.fit(x, y, epochs=3, verbose=0, callbacks=[Plot()])
"""
    shown = run(client, DIAGNOSED + plot)
    assert shown.reports == 1
    assert "epoch 2" in shown.text
    assert run(client, plot).text == "epoch 2\n"


def test_what_the_user_captures_is_the_users(client: BlockingKernelClient) -> None:
    cell = """
page = io.StringIO()
with capture_output() as caught:
    print("mine")
    display("also mine")
    model = made()
    history = model.fit(x, y, verbose=0)
with contextlib.redirect_stdout(page):
    print("written")
    model.fit(x, y, verbose=0)
print([page.getvalue(), caught.stdout, len(caught.outputs)])
"""
    shown = run(client, DIAGNOSED + cell)
    assert shown.reports == 1  # one display for both fits
    assert shown.text == run(client, cell).text == "['written\\n', 'mine\\n', 1]\n"


def test_an_output_widget_that_is_cleared_shows_no_report_twice(
    client: BlockingKernelClient,
) -> None:
    cell = """
import ipywidgets
box = ipywidgets.Output()
model = made()
history = model.fit(x, y, verbose=0)
with box:
    clear_output()
"""
    displays = []
    client.execute_interactive(
        DIAGNOSED + cell,
        timeout=PATIENCE,
        output_hook=lambda message: displays.append(message["msg_type"]),
    )
    assert displays.count("display_data") == 1


def test_a_dry_run_ends_well_and_an_error_does_not(client: BlockingKernelClient) -> None:
    dry = run(client, f"%%diagnose --dry-run\n{FIT}")
    assert (dry.reply["status"], dry.reports) == ("ok", 1)
    assert not any(kind == "error" for kind, _ in dry.outputs)
    failed = run(client, f"{DIAGNOSED}{FIT}\n1 / 0")
    assert (failed.reply["status"], failed.reply["ename"]) == ("error", "ZeroDivisionError")
    assert [kind for kind, _ in failed.outputs].count("error") == 1


def test_a_cell_that_awaits_trains(client: BlockingKernelClient) -> None:
    shown = run(client, f"{DIAGNOSED}import asyncio\nawait asyncio.sleep(0)\n{FIT};")
    assert (shown.reply["status"], shown.reports, shown.values) == ("ok", 1, [])


def test_an_exit_is_told_once(client: BlockingKernelClient) -> None:
    forget = "import IPython.core.interactiveshell as s; s.__warningregistry__.clear()"
    shown = []
    for magic in ("", DIAGNOSED):
        run(client, forget)  # else the hint on how to leave is shown by the first only
        shown.append(run(client, f"{magic}{FIT};\nraise SystemExit('enough')"))
    plain, diagnosed = shown
    assert plain.text.count("UserWarning: To exit") == 1
    assert diagnosed.text.count("UserWarning: To exit") == 1
    assert diagnosed.reply["ename"] == plain.reply["ename"] == "SystemExit"
