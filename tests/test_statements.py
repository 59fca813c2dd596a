"""Statements are told one after the other, and nothing of the cell changes by that."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbdoctor.notebook.statements import noted_statements

CELL = """#
first = 1

second = (first +
          1)
get_ipython().run_cell("a = 1\\nb = 2")
if second:
    third = 3
third
"""


def noted(shell: InteractiveShell, source: str) -> list[int]:
    lines: list[int] = []
    with noted_statements(shell, lines.append):
        shell.run_cell(source)
    return lines


def test_each_statement_says_its_line_and_a_nested_cell_does_not(shell: InteractiveShell) -> None:
    assert noted(shell, CELL) == [2, 4, 6, 7, 9]
    assert (shell.user_ns["second"], shell.user_ns["b"]) == (2, 2)


def test_it_is_told_before_the_statement_runs(shell: InteractiveShell) -> None:
    seen: list[object] = []
    with noted_statements(shell, lambda _: seen.append(shell.user_ns.get("x"))):
        shell.run_cell("x = 1\nx = 2\nx = 3")
    assert seen == [None, 1, 2]


def test_a_fault_of_the_listener_does_not_reach_the_cell(shell: InteractiveShell) -> None:
    def fail(line: int) -> None:
        raise ValueError(line)

    with noted_statements(shell, fail):
        result = shell.run_cell("x = 5")
    assert result.success
    assert shell.user_ns["x"] == 5


def test_an_error_and_a_system_exit_are_those_of_the_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_cell("x = 1\nx / 0")
    plain = capsys.readouterr().out
    assert noted(shell, "x = 1\nx / 0") == [1, 2]
    assert capsys.readouterr().out == plain
    assert "ZeroDivisionError" in plain


def test_the_shell_is_as_before(shell: InteractiveShell) -> None:
    noted(shell, "x = 1")
    assert "run_code" not in vars(shell)
    with noted_statements(shell, lambda _: None):
        outer = vars(shell)["run_code"]
        noted(shell, "x = 2")
        assert vars(shell)["run_code"] is outer
