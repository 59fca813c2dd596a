"""A cell that is run again is compared with its last run in this kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbdoctor.notebook import running
from nbdoctor.session.last_run import LastRuns
from tests.running import MODEL

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CELL = f"%%diagnose -q -o report --no-trials --no-experiment\n{MODEL}"


def test_the_second_run_knows_the_first(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_LAST_RUNS", LastRuns())
    shell.run_cell(f"{CELL}model.fit(x, y, epochs=3, verbose=0)\n").raise_error()
    first = shell.user_ns["report"]
    assert first.last_run is None
    shell.run_cell(f"{CELL}model.fit(x, y, epochs=4, verbose=0)\n").raise_error()
    second = shell.user_ns["report"]
    assert second.last_run.epochs == 3
    assert second.last_run.figures["loss"] == first.readings["History"].values["loss"][-1]
    assert [at for at, _ in second.last_run.curve] == [1, 2, 3]
    assert "Since the run of a cell like this one" in str(second)


def test_a_run_that_came_to_no_training_is_not_compared(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_LAST_RUNS", LastRuns())
    fits = f"{CELL}model.fit(x, y, epochs=3, verbose=0)\n"
    shell.run_cell(fits).raise_error()
    shell.run_cell(f"{CELL}raise ValueError\n")
    shell.run_cell(fits).raise_error()
    assert shell.user_ns["report"].last_run.epochs == 3, "it is the last run that trained"
