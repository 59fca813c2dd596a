"""What is told to end does end, and in its own way, whatever of ours is at work just then."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nbdoctor.errors.exceptions import PACKAGE, links
from nbdoctor.look.look import Look
from nbdoctor.notebook import running
from nbdoctor.readings import history, inputs, labels, layers, source
from nbdoctor.session import judge, reporting

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGUSR1"),
]

CELL = """
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32") * 1e5
y = (x[:, 0] > 0).astype("int64")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any, str], None]]:
    """Let a signal come while a function of ours runs."""
    before = signal.getsignal(signal.SIGUSR1)

    def ring_in(module: Any, name: str) -> None:
        inner = getattr(module, name)

        def ringing(*args: Any, **kwargs: Any) -> Any:
            signal.raise_signal(signal.SIGUSR1)
            return inner(*args, **kwargs)

        monkeypatch.setattr(module, name, ringing)

    yield ring_in
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (source, "read_source"),
        (inputs, "read_inputs"),
        (layers, "read_layers"),
        (labels, "read_labels"),
        (Look, "rehearse"),
        (history, "read_history"),
        (reporting, "judge"),
        (judge, "placed"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__.rpartition(".")[2],
)
def test_an_alarm_ends_the_training_whatever_we_do(
    shell: "InteractiveShell", rings: Callable[[Any, str], None], module: Any, name: str
) -> None:
    rings(module, name)
    shell.run_cell(
        "import signal\n"
        "def ring(*_):\n    raise TimeoutError('too long')\n"
        "signal.signal(signal.SIGUSR1, ring)\n"
    )
    result = shell.run_cell(f"%%diagnose -q --no-trials\n{CELL}")
    error = result.error_in_exec
    assert type(error) is TimeoutError
    assert str(error) == "too long"
    assert "history" not in shell.user_ns
    files = [link.tb_frame.f_code.co_filename for link in links(error)]
    assert not [file for file in files if file.startswith(PACKAGE)]
    assert traceback.extract_tb(error.__traceback__)[-1].name == "ring"


def test_an_alarm_after_the_cell_costs_no_report(
    shell: "InteractiveShell", rings: Callable[[Any, str], None]
) -> None:
    rings(running.Doctor, "finish")
    shell.run_cell(
        "import signal\n"
        "def ring(*_):\n    raise TimeoutError('too long')\n"
        "signal.signal(signal.SIGUSR1, ring)\n"
    )
    shell.run_cell(f"%%diagnose -q --no-trials -o report\n{CELL}")
    assert shell.user_ns["report"].batches
    assert shell.user_ns["history"].history["loss"]


@pytest.mark.parametrize("target", ["nowhere/r.json", "taken"])
@pytest.mark.parametrize("end", ["", "raise ValueError('mine')"])
def test_a_report_that_cannot_be_written_costs_nothing(  # noqa: PLR0917  (fixtures)
    shell: "InteractiveShell",
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    end: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    result = shell.run_cell(f"%%diagnose -q --no-trials -o report --json {target}\n{CELL}{end}")
    error = result.error_in_exec
    assert (str(error), type(error)) == (("mine", ValueError) if end else ("None", type(None)))
    told = capsys.readouterr().err
    assert told.index("The cell runs all the same") < told.index("The report was not written")
    assert shell.user_ns["report"].batches
    assert len(shell.user_ns["history"].history["loss"]) == 2


def test_nothing_is_lost_to_a_report(shell: "InteractiveShell", tmp_path: Path) -> None:
    notebook = tmp_path / "work.ipynb"
    notebook.write_text("{}", encoding="utf-8")
    shell.run_cell("ran, data = [], [1]")
    for options in ("-o data", f"--json {notebook}", f"--json {tmp_path}/a --html {tmp_path}/a"):
        result = shell.run_cell(f"%%diagnose -q --no-trials {options}\nran.append(1)\n")
        assert type(result.error_in_exec).__name__ == "UsageError"
        assert "The cell was not run" in str(result.error_in_exec)
    assert shell.user_ns["ran"] == []
    assert shell.user_ns["data"] == [1]
    assert notebook.read_text(encoding="utf-8") == "{}"
