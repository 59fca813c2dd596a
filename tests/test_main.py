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
    assert "Give the head an output that can vary (model)" in text


def test_explain_says_what_to_do_about_an_unknown_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["explain", "no-such-rule"]) == 2
    streams = capsys.readouterr()
    assert "`no-such-rule`" in streams.err
    assert "python -m nbdoctor list" in streams.err
    assert streams.out == ""


def test_catalogue_prints_what_it_would_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["catalogue"]) == 0
    assert capsys.readouterr().out == command.as_markdown()


def test_catalogue_writes_the_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "CATALOGUE", tmp_path / "README.md")
    assert command.main(["catalogue", "--write"]) == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == command.as_markdown()
    assert f"Wrote {len(catalogue())} rules" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["cure"], ["explain"]])
def test_a_wrong_call_is_refused(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        command.main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m nbdoctor" in capsys.readouterr().err


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
