"""The line of the file is the line on which the text of the cell stands, however it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbdoctor.headless.lines import lines_of_file

PITFALLS = {
    "unicode": "größe = 1\nπ = '✓ 🙂'",
    "quotes": 'a = "x"\nb = \'"\'\nc = """"""',
    "backslashes": "a = r'\\d+\\n'\nb = 'C:\\\\temp'\nc = '\\''",
    "empty lines": "\n\na = 1\n\n\n\nb = 2\n\n",
    "repeated lines": "a = 1\na = 1\n\na = 1",
    "a magic": "%%time\nmodel.fit(x)\n!ls",
    "keys of the format": '"source": [\n"cells": [\n{"source": ["a"]}',
}


def notebook(*sources: str, as_list: bool = True) -> dict[str, Any]:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"source": ["not this\n"]},
            "outputs": [{"text": ["source\n", source]}],
            "source": source.splitlines(keepends=True) if as_list else source,
        }
        for number, source in enumerate(sources)
    ]
    return {"metadata": {"cells": [1, {"source": "x"}]}, "cells": cells, "nbformat": 4}


def told_lines(text: str, source: str, number: int) -> None:
    """Each line of the cell stands on the line of the file that is told, in their order."""
    rows, found = text.split("\n"), lines_of_file(text)
    written = source.split("\n")[: len(source.splitlines())]
    places = [found[number, line] for line in range(1, len(written) + 1)]
    assert places == sorted(set(places))
    for line, row in zip(written, places, strict=True):
        item = rows[row - 1].strip().rstrip(",")
        assert json.loads(item).rstrip("\n") == line


@pytest.mark.parametrize("source", PITFALLS.values(), ids=PITFALLS)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_pitfalls(source: str, ascii_only: bool) -> None:
    made = notebook("before = 1\n", source, source)
    text = json.dumps(made, indent=1, ensure_ascii=ascii_only)
    told_lines(text, source, 2)
    told_lines(text, source, 3)


@given(
    st.lists(
        st.text(
            st.characters(
                blacklist_categories=["Cs"],
                blacklist_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
            )
        ),
        min_size=1,
    )
)
def test_any_text(sources: list[str]) -> None:
    text = json.dumps(notebook(*sources), indent=1, ensure_ascii=False)
    for number, source in enumerate(sources, start=1):
        told_lines(text, source, number)


def test_a_notebook_on_one_line_has_that_line() -> None:
    found = lines_of_file(json.dumps(notebook("a = 1\nb = 2", "c = 3")))
    assert found == {(1, 1): 1, (1, 2): 1, (2, 1): 1}


def test_a_source_that_is_one_string_stands_on_one_line() -> None:
    text = json.dumps(notebook("a = 1\nb = 2", as_list=False), indent=1)
    found = lines_of_file(text)
    assert found[1, 1] == found[1, 2]
    assert "a = 1" in text.split("\n")[found[1, 1] - 1]


def test_an_empty_cell_has_no_lines() -> None:
    assert lines_of_file(json.dumps(notebook("", "a = 1"), indent=1)).keys() == {(2, 1)}


def test_older_notebooks_have_none() -> None:
    assert lines_of_file('{"worksheets": [{"cells": []}]}') == {}
