"""Where brackets and strings are open, as Python's own tokenizer tells it."""

from __future__ import annotations

import io
import itertools
import sys
import tokenize
from pathlib import Path

import pytest

import nbdoctor
from nbdoctor.cell.openness import Openness

FILES = sorted((Path(nbdoctor.__file__).parent / "cell").glob("*.py"))
EACH = 7
"""Lines from one comparison to the next: the tokenizer reads all lines above for each."""


def is_open(text: str, *, nests_quotes: bool | None = None) -> bool:
    openness = Openness() if nests_quotes is None else Openness(nests_quotes=nests_quotes)
    for line in text.split("\n"):
        openness.read(line)
    return openness.is_open


def is_open_to_python(text: str) -> bool:
    try:
        list(tokenize.generate_tokens(io.StringIO(text).readline))
    except tokenize.TokenError:
        return True
    return False


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_real_code_is_open_where_python_says_so(file: Path) -> None:
    lines, openness = file.read_text(encoding="utf-8").split("\n"), Openness()
    for number, line in enumerate(lines, start=1):
        openness.read(line)
        if number % EACH == 0 and number < len(lines):
            assert openness.is_open == is_open_to_python("\n".join(lines[:number])), number


PIECES = ['"""', "'''", "'a'", '"("', "(", "[", "{", "(x)", "#", "\n", "f'{x}'", "x"]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the tokenizer refuses what is no Python")
def test_any_row_of_strings_and_brackets_is_open_where_python_says_so() -> None:
    wrong = []
    for pieces in itertools.product(PIECES, repeat=4):
        text = " ".join(pieces)
        wrong += [text] * (is_open(text) != is_open_to_python(text))
    assert not wrong


@pytest.mark.parametrize(
    ("text", "open_before", "open_since"),
    [
        pytest.param("f\"{d['a']}\"", False, False, id="other quotes"),
        pytest.param('f"{d["("]}"', True, False, id="the same quotes"),
        pytest.param('f"{f"{1}"}"', False, False, id="a string in a string"),
        pytest.param('f"{x:{width}.2}"', False, False, id="a format with a field"),
        pytest.param('f"{{ {x} }}"', False, False, id="braces that are text"),
        pytest.param('f"{x!r:>{w}}" + "', False, False, id="a string that its line ends"),
        pytest.param('f"""{\n', True, True, id="an open field"),
        pytest.param('f"""{x:{y}\n', True, True, id="an open format"),
        pytest.param('f"{x:(}"', False, False, id="brackets in a format"),
        pytest.param("f'{a[1:2]}'", False, False, id="a slice is no format"),
        pytest.param('"{("', False, False, id="no f-string"),
        pytest.param('rf"{d["("]}"', True, False, id="another prefix"),
        pytest.param('buf"{("', False, False, id="a name before it is no prefix"),
    ],
)
def test_quotes_in_braces_are_those_of_the_version(
    text: str, *, open_before: bool, open_since: bool
) -> None:
    assert is_open(text, nests_quotes=False) == open_before
    assert is_open(text, nests_quotes=True) == open_since
