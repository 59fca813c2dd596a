from __future__ import annotations

import io

import pytest

from nbdoctor.headless.notebooks import nobody
from nbdoctor.headless.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_the_notebooks_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress(2) as tell:
        tell("a [b].ipynb", 0, 3)
        tell("a [b].ipynb", 2, 3)
        tell("a [b].ipynb", 1, 1)
        tell("missing.ipynb", 1, 1)
    shown = terminal.getvalue()
    assert "a [b].ipynb" in shown
    assert "2/2" in shown


def test_a_log_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(2) as tell:
        assert tell is nobody
        tell("a.ipynb", 0, 3)
    assert capsys.readouterr().err == ""
