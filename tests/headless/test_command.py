"""The commands, without kernels: what a check finds is given."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbdoctor import __main__ as program
from nbdoctor.headless import command
from nbdoctor.headless.notebooks import Checking
from nbdoctor.report.checked import Checked, Place, Stop
from tests.headless.books import written

Check = Callable[..., int]


class Checks:
    """Stands for `check_notebook`, and remembers how it was called."""

    def __init__(self, results: Mapping[str, Checked]) -> None:
        self.results, self.calls = results, dict[str, Checking]()

    def __call__(self, path: Path, shown: str, how: Checking, tell: Any) -> Checked:
        tell(shown, 1, 1)
        self.calls[shown] = how
        return replace(self.results[path.stem], path=shown)


@pytest.fixture
def checks(
    checked: Mapping[str, Checked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Checks:
    for name in checked:
        written(tmp_path / f"{name}.ipynb", "# Text")
    monkeypatch.chdir(tmp_path)
    made = Checks({**checked, "empty": Checked(path="")})
    monkeypatch.setattr(command, "check_notebook", made)
    return made


def main(*words: str) -> int:
    return program.main(words)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["fine.ipynb"], 0),
        (["faulty.ipynb"], 1),
        (["faulty.ipynb", "--fail-on", "never"], 0),
        (["faulty.ipynb", "fine.ipynb", "-j", "2"], 1),
        (["raises.ipynb"], 2),
        (["times_out.ipynb", "faulty.ipynb"], 2),
        (["raises.ipynb", "--fail-on", "never"], 2),
        (["empty.ipynb"], 0),
    ],
)
def test_what_was_found_gives_the_exit_status(
    words: list[str], status: int, checks: Checks, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main("check", *words) == status
    streams = capsys.readouterr()
    assert streams.out
    assert streams.err == ""
    assert checks.calls


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["empty.ipynb", "--require-training"], "Nothing was trained"),
        (["train.py"], "`nbdoctor run` runs scripts"),
        (["fine.ipynb", "--only", "dead-unit"], "Did you mean `dead-units`"),
        (["fine.ipynb", "--set", "dead-units.rows=many"], "needs a number"),
        (["fine.ipynb", "--format", "pdf"], "There is no format `pdf`"),
        (["fine.ipynb", "--look", "--full"], "choose one"),
        (["fine.ipynb", "--baseline", "missing.json"], "--write-baseline"),
        (["fine.ipynb", "--timeout", "-3"], "above 0"),
        (["fine.ipynb", "--changed-since", "HEAD"], "git says"),  # no repository
        (["fine.ipynb", "--format", "json=fine.ipynb"], "never changed"),
        (["fine.ipynb", "--execute-to", "."], "never changed"),
        (["fine.ipynb", "--format", "json=fine.ipynb/a"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: list[str], says: str, checks: Checks, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("train.py").touch()
    assert main("check", *words) == 2
    assert says in capsys.readouterr().err
    assert checks.results


def test_an_explained_crash_is_a_finding(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop(says="It raised.", place=Place(path=""), explained=True)
    monkeypatch.setitem(checks.results, "fine", replace(checks.results["faulty"], stop=stop))  # type: ignore[arg-type]
    assert main("check", "fine.ipynb") == 1


def test_formats_go_where_they_are_sent(checks: Checks, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check", "faulty.ipynb", "--format", "sarif=out/a.sarif", "--format=junit=b") == 1
    assert json.loads(Path("out/a.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert Path("b").read_text(encoding="utf-8").startswith("<?xml")
    assert "faulty.ipynb:32: critical" in capsys.readouterr().out
    main("check", "faulty.ipynb", "--format", "json")
    assert json.loads(capsys.readouterr().out)["version"] == 1
    assert list(checks.calls) == ["faulty.ipynb"]


def test_a_terminal_that_knows_few_letters(checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop(says="größe \udc80 🙂", place=Place(path="größe.ipynb"))
    monkeypatch.setitem(checks.results, "fine", Checked(path="", stop=stop))  # type: ignore[arg-type]
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main("check", "fine.ipynb", "--format", "text", "--format", "markdown=a.md") == 2
    sys.stdout.flush()
    assert b"gr??e ? ?" in raw.getvalue()
    assert "größe \ufffd" in Path("a.md").read_text(encoding="utf-8")


def test_a_baseline_is_written_and_read(checks: Checks, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("check", ".", "--write-baseline") == 2
    assert Path("nbdoctor-baseline.json").exists()
    assert main("check", "faulty.ipynb", "--baseline", "nbdoctor-baseline.json") == 0
    assert "in the baseline" in capsys.readouterr().out
    assert len(checks.calls) == 4


def test_the_words_reach_the_check(checks: Checks) -> None:
    main(
        *("check", "fine.ipynb", "--full", "--trials", "--timeout", "7.5"),
        *("--only", "dead-units, constant-inputs", "--ignore", "unscaled-inputs"),
        *("--set", "dead-units.rows=3", "--execute-to", "out"),
    )
    assert checks.calls["fine.ipynb"] == Checking(
        full=True,
        timeout=7.5,
        only=("dead-units", "constant-inputs"),
        ignore=("unscaled-inputs",),
        settings="dead-units.rows=3",
        trials=True,
        execute_to=Path("out"),
    )
    main("check", "fine.ipynb", "--timeout", "0")
    assert checks.calls["fine.ipynb"] == Checking(timeout=None)


def test_the_project_sets_what_the_words_leave_open(
    checks: Checks, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").write_text(
        "[tool.nbdoctor]\nexclude = ['raises.ipynb', 'times*']\nfail-on = 'never'\ntimeout = 9\n"
        "ignore = ['too-few-steps']\n[tool.nbdoctor.per-file-ignores]\n'fi*' = ['dead-units']\n",
        encoding="utf-8",
    )
    assert main("check", ".", "--ignore", "unscaled-inputs") == 0
    assert set(checks.calls) == {"faulty.ipynb", "fine.ipynb"}
    assert checks.calls["faulty.ipynb"].ignore == ("unscaled-inputs", "too-few-steps")
    assert checks.calls["fine.ipynb"].ignore[2:] == ("dead-units",)
    assert checks.calls["fine.ipynb"].timeout == 9
    assert main("check", ".", "--fail-on", "critical") == 1
    Path("pyproject.toml").write_text("[tool.nbdoctor]\nfail-on = 'sometimes'\n", encoding="utf-8")
    assert main("check", ".") == 2
    assert "sometimes" in capsys.readouterr().err


def test_ctrl_c_ends_the_check(
    checks: Checks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(*_: object) -> Checked:
        raise KeyboardInterrupt

    assert checks.results
    monkeypatch.setattr(command, "check_notebook", pressed)
    assert main("check", "fine.ipynb") == 130
    assert main("check", "fine.ipynb", "faulty.ipynb", "-j", "2") == 130
    assert "Interrupted" in capsys.readouterr().err
