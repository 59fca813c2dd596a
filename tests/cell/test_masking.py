"""Lines that only IPython understands are told from Python in one pass over the text."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable

import pytest

from nbdoctor.cell.masking import NOTHING, masked, unmasked


@pytest.mark.parametrize(
    "line",
    [
        "%time",
        "!ls -l",
        "  !ls",
        "?fit",
        "fit?",
        "model.fit??  ",
        "%time?",
        "files = !ls",
        "a, b = %sql select",
        "files=%pwd",
        "%timeit -n",
        "%timeit -n 5",
        "%timeit -x.y f(x)",
        "%lsmagic f(x)",
        "%time not (",
    ],
)
def test_what_only_ipython_understands_does_nothing(line: str) -> None:
    text = line.lstrip()
    assert masked(line) == line[: len(line) - len(text)] + NOTHING + text
    assert unmasked(masked(line)) == line


@pytest.mark.parametrize(
    "line",
    [
        "x = 1",
        "x = y % 2",
        "x == y",
        "a[0] = !ls",
        "x = 'a!'",
        "fit(x)?",
        "f???",
        "",
        "   ",
        "# %time",
        "x != 1",
    ],
)
def test_python_stays(line: str) -> None:
    assert masked(line) == line


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("%time f(x)", "f(x)"),
        ("  %time f(x)", "f(x)"),
        ("%timeit -n 5 -r3 f(x)", "f(x)"),
        ("%prun -s cumulative -l 10 f(x)", "f(x)"),
        ("took = %timeit -o f(x)", "f(x)"),
        ("%time x = [-1]", "x = [-1]"),
        ("%lprun -f g -f h f(x)", "f(x)"),
    ],
)
def test_the_code_that_a_magic_runs_is_code(line: str, code: str) -> None:
    hidden = masked(line)
    assert hidden.endswith(f";{code}")
    assert ast.unparse(ast.parse(hidden.strip()).body[1]) == ast.unparse(ast.parse(code))
    assert unmasked(hidden) == line


@pytest.mark.parametrize(
    "source",
    [
        't = """\n!ls\n%time f(x)\n"""',
        "x = (7\n% 2)",
        "x = 7 \\\n% 2",
        "x = [  # ( comment\n% 2]",
        "t = 'a\\\n!ls'",
    ],
)
def test_no_magic_begins_in_a_text_or_in_brackets(source: str) -> None:
    assert masked(source) == source


def test_a_magic_begins_again_where_they_end() -> None:
    source = 't = """\n!ls\n"""\n!ls\nf(\n)\n%time g()'
    assert masked(source).split("\n")[3] == f"{NOTHING}!ls"
    assert unmasked(masked(source)) == source


def test_lines_that_a_backslash_continues_belong_to_the_magic() -> None:
    source = "!ls \\\n  -l \\\n  (\nx = 1"
    assert ast.unparse(ast.parse(masked(source))) == "pass\nx = 1"
    assert unmasked(masked(source)) == source


SLOW = 400
"""Times the time that Python itself takes to cut the text into lines and words, character by
character: what goes back from each place takes thousands of times as long."""

TEXTS = {
    "blanks": 't = """\n' + " " * 300_000 + '\n"""',
    "blanks before a command": "f()\n" + " " * 300_000 + "!ls",
    "lines of commands in a text": 't = """\n' + "!ls\n" * 40_000 + '"""',
    "lines of commands": "!ls\n" * 40_000,
    "names before an equals sign": "a, " * 100_000 + "= 1",
    "names without an equals sign": "a, " * 100_000,
    "a name without a question mark": "a." * 150_000,
    "options": "%timeit " + "-s 5 " * 60_000,
    "a command over many lines": "!ls \\\n" * 40_000,
    "quotes": "'\"" * 150_000,
    "brackets": "([{" * 100_000,
    "backslashes": "\\" * 300_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_time_grows_with_the_text_and_no_faster(text: str) -> None:
    assert _seconds(masked, text) < SLOW * _seconds(_looked_at_once, text)


def _looked_at_once(text: str) -> int:
    return sum(character.isspace() for line in text.split("\n") for character in line)


def _seconds(do: Callable[[str], object], text: str) -> float:
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        do(text)
        taken.append(time.perf_counter() - began)
    return min(taken)
