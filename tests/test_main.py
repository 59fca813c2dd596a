import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbdoctor import __main__ as command
from nbdoctor.rules import catalogue


def test_list_shows_every_rule_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == [rule.name for rule in catalogue()]


@pytest.mark.parametrize("name", ["softmax-on-one-unit", "softmax_on_one_unit"])
def test_explain_prints_the_page(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["explain", name]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# softmax-on-one-unit\n")
    assert "## What it means" in text
    assert "`tolerance` = 1e-06" in text
    assert "Use the output layer that the labels need (model)" in text


def test_explain_says_what_to_do_about_an_unknown_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["explain", "no-such-rule"]) == 2
    streams = capsys.readouterr()
    assert "`no-such-rule`" in streams.err
    assert "python -m nbdoctor list" in streams.err
    assert streams.out == ""


def test_explain_guesses_what_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["explain", "dead-unit"]) == 2
    assert "Did you mean `dead-units`?" in capsys.readouterr().err


@pytest.mark.parametrize("content", [None, "notes.txt"])
def test_the_manual_replaces_nothing(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "taken"
    if content is None:
        folder.write_text("mine", encoding="utf-8")
    else:
        folder.mkdir()
        (folder / content).write_text("mine", encoding="utf-8")
    assert command.main(["manual", str(folder)]) == 2
    assert "Choose a new folder" in capsys.readouterr().err
    assert (folder / content if content else folder).read_text(encoding="utf-8") == "mine"


def test_the_manual_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mkdocs.commands", None)
    assert command.main(["manual", str(tmp_path / "new")]) == 2
    assert 'pip install "nbdoctor[manual]"' in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    text = capsys.readouterr().out
    assert re.findall(r"^    ([a-z]+)  ", text, flags=re.MULTILINE) == [
        *("check", "run", "try", "mcp", "list", "explain", "manual")
    ]
    assert "`%%diagnose`" in text


@pytest.mark.parametrize("arguments", [[], ["cure"], ["explain"]])
def test_a_wrong_call_is_refused(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert "usage: nbdoctor" in capsys.readouterr().err


def test_the_catalogue_is_read_without_keras() -> None:
    code = (
        "import sys; from nbdoctor.__main__ import main; main(['list']); "
        "print(sorted({'keras', 'tensorflow', 'IPython', 'ipywidgets'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines()[-1] == "[]"
