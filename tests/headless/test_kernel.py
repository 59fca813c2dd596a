"""Cells in a kernel of their own: one kernel for all, since each start takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import nbdoctor
from nbdoctor.headless.kernel import Kernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with Kernel(tmp_path_factory.mktemp("kernel"), {"GIVEN": "here"}) as kernel:
        yield kernel


def test_a_cell_runs_and_its_variables_stay(kernel: Kernel) -> None:
    ran = kernel.run("number = 41\nprint('ö')\nnumber + 1")
    assert ran.outcome == "ran"
    assert [one["output_type"] for one in ran.outputs] == ["stream", "execute_result"]
    assert kernel.ask("number") == 41
    assert kernel.run("number").count == (ran.count or 0) + 1  # asking counts as no cell


def test_it_has_the_environment_and_this_nbdoctor(kernel: Kernel) -> None:
    kernel.run("import os, nbdoctor")
    assert kernel.ask("os.environ['GIVEN'], nbdoctor.__file__") == ("here", nbdoctor.__file__)


@pytest.mark.parametrize(
    ("source", "name", "line"),
    [
        ("first = 1\n1 / 0", "ZeroDivisionError", 2),
        ("def inner():\n    raise ValueError('no')\n\ninner()", "ValueError", 2),
        ("import json\n\njson.loads('{')", "JSONDecodeError", 3),
        ("fine = 1\nbroken = (", "SyntaxError", 2),
        ("name = input('Who? ')", "StdinNotImplementedError", 1),
        ("import sys\nsys.exit(3)", "SystemExit", 2),
    ],
)
def test_an_error_is_told_with_its_line(kernel: Kernel, source: str, name: str, line: int) -> None:
    ran = kernel.run(source)
    assert (ran.outcome, ran.name, ran.line) == ("raised", name, line)
    assert kernel.run("1").outcome == "ran"


def test_a_cell_that_takes_too_long_is_interrupted_at_its_line(kernel: Kernel) -> None:
    ran = kernel.run("import time\nfor _ in range(60):\n    time.sleep(1)", timeout=0.5)
    assert (ran.outcome, ran.line) == ("timed out", 3)
    assert kernel.run("1").outcome == "ran"


def test_what_cannot_be_evaluated_is_an_error(kernel: Kernel) -> None:
    with pytest.raises(RuntimeError, match="NameError"):
        kernel.ask("no_such_name")


def test_a_kernel_that_dies_is_noticed(tmp_path: Path) -> None:
    with Kernel(tmp_path) as kernel:
        ran = kernel.run("import os\nos._exit(3)")
        assert ran.outcome == "died"
        with pytest.raises(ConnectionError):
            kernel.ask("1")
