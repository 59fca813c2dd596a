"""On which line of a notebook's file each line of its cells stands.

What shows findings beside a file shows them on lines of the file, and that of a notebook is JSON.
The places are read from the JSON itself: texts that are looked for may stand there twice, or be
spelled otherwise.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

BLANKS = re.compile(r"[ \t\r\n]*")

DECODER = json.JSONDecoder(strict=False)


def lines_of_file(text: str) -> Mapping[tuple[int, int], int]:
    """The line of the file for each line of each cell.

    Parameters
    ----------
    text : str
        Of the file: valid JSON.

    Returns
    -------
    mapping of (int, int) to int
        By the numbers of the cell and of the line, all from 1. Empty for notebooks older than
        nbformat 4, which hold their cells elsewhere.
    """
    ends = [found.start() for found in re.finditer("\n", text)]
    found: dict[tuple[int, int], int] = {}
    for number, source in enumerate(_sources(text), start=1):
        line = 1
        for item, at in source:
            row = bisect_right(ends, at) + 1
            for place in range(len(item.splitlines())):
                found.setdefault((number, line + place), row)
            line += item.count("\n")
    return found


def _sources(text: str) -> Iterator[list[tuple[str, int]]]:
    """For each cell the strings that its source consists of, and where each begins."""
    for cell in _items(text, _member(text, _begin(text, 0), "cells")):
        at = _member(text, cell, "source")
        if at is None:
            yield []
        elif text[at] == '"':
            yield [(str(DECODER.raw_decode(text, at)[0]), at)]
        else:
            yield [(str(DECODER.raw_decode(text, item)[0]), item) for item in _items(text, at)]


def _member(text: str, at: int, name: str) -> int | None:
    """Where the value of a member of the object at this place begins."""
    at = _begin(text, at + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        at = _begin(text, _begin(text, at) + 1)  # beyond the colon
        if key == name:
            return at
        at = _next(text, at)
    return None


def _items(text: str, at: int | None) -> Iterator[int]:
    """Where each item of the list at this place begins."""
    if at is None or text[at] != "[":
        return
    at = _begin(text, at + 1)
    while text[at] != "]":
        yield at
        at = _next(text, at)


def _next(text: str, at: int) -> int:
    """Where the next member or item begins, or the bracket that closes them stands."""
    at = _begin(text, DECODER.raw_decode(text, at)[1])
    return _begin(text, at + 1) if text[at] == "," else at


def _begin(text: str, at: int) -> int:
    found = BLANKS.match(text, at)
    return at if found is None else found.end()
