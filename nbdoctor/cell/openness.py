"""Whether lines of Python end inside of brackets or a string: read once, from top to bottom."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

NESTS_QUOTES = sys.version_info >= (3, 12)
"""Since Python 3.12 what stands in the braces of an f-string is code with quotes of its own."""

OPENING, CLOSING, QUOTES = "([{", ")]}", "'\""

DULL = re.compile(r"""[^"'#()\[\]{}\\:]+""")
"""What changes nothing, wherever it stands in code."""

DULL_IN_TEXT = re.compile(r"""[^"'{}\\]+""")
"""The same inside of a string."""

PREFIXES = frozenset({"f", "fr", "rf", "t", "tr", "rt"})
"""What makes a string one with code in its braces, in lower case."""

LONGEST_PREFIX = 2

TRIPLE = 3


@dataclass(frozen=True, slots=True)
class _Bracket:
    """`(`, `[` or `{` in code."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A string, or what follows the colon in the braces of one.

    Attributes
    ----------
    quote : str
        What ends it.
    has_fields : bool
        Braces in it hold code.
    is_format : bool
        It follows the colon in such braces, and ends with them.
    """

    quote: str
    has_fields: bool
    is_format: bool = False


@dataclass(frozen=True, slots=True)
class _Field:
    """Code in the braces of a string."""


class Openness:
    """Reads lines one after the other and knows whether the next one begins a statement.

    Each character is read once, so that the time it takes grows with the text and no faster.

    Parameters
    ----------
    nests_quotes : bool
        The strings are those of Python 3.12 and later.
    """

    def __init__(self, *, nests_quotes: bool = NESTS_QUOTES) -> None:
        self._nests_quotes = nests_quotes
        self._open: list[_Bracket | _Text | _Field] = []
        self._continued = False

    @property
    def is_open(self) -> bool:
        """Whether what was read ends inside of brackets, a string, or with a backslash."""
        return self._continued or bool(self._open)

    def read(self, line: str) -> None:
        """Read the next line, given without its end."""
        self._continued = False
        at = 0
        while at < len(line):
            inside = self._open[-1] if self._open else None
            read = self._read_text if isinstance(inside, _Text) else self._read_code
            at = read(line, at)
        self._end_line()

    def _read_code(self, line: str, at: int) -> int:
        if dull := DULL.match(line, at):
            return dull.end()
        character, inside = line[at], self._open[-1] if self._open else None
        if character == "#":
            return len(line)
        if character == "\\":
            self._continued = at == len(line) - 1
        elif character in QUOTES:
            return self._begin_text(line, at)
        elif character in OPENING:
            self._open.append(_Bracket())
        elif character in CLOSING and self._open:
            self._open.pop()
        elif character == ":" and isinstance(inside, _Field):
            text = next(one for one in reversed(self._open) if isinstance(one, _Text))
            self._open.append(_Text(text.quote, has_fields=True, is_format=True))
        return at + 1

    def _begin_text(self, line: str, at: int) -> int:
        quote = line[at] * (TRIPLE if line.startswith(line[at] * TRIPLE, at) else 1)
        start = at
        while start > max(0, at - LONGEST_PREFIX - 1) and _is_of_name(line[start - 1]):
            start -= 1
        has_fields = self._nests_quotes and line[start:at].lower() in PREFIXES
        self._open.append(_Text(quote, has_fields=has_fields))
        return at + len(quote)

    def _read_text(self, line: str, at: int) -> int:
        if dull := DULL_IN_TEXT.match(line, at):
            return dull.end()
        text = self._open[-1]
        assert isinstance(text, _Text)  # noqa: S101  (tells the type; `read` has looked)
        if line[at] == "\\":
            self._continued = at == len(line) - 1
            return at + 2
        if line.startswith(text.quote, at):
            self._end_text(text)
            return at + len(text.quote)
        if text.has_fields and line[at] == "{":
            if line.startswith("{{", at) and not text.is_format:
                return at + 2
            self._open.append(_Field())
        elif text.is_format and line[at] == "}":
            self._open.pop()
            self._open.pop()
        return at + 1

    def _end_text(self, text: _Text) -> None:
        """Leave a string, and the braces in it that its end leaves open."""
        while text.is_format:
            self._open.pop()
            inside = self._open[-1]
            text = inside if isinstance(inside, _Text) else text
        self._open.pop()

    def _end_line(self) -> None:
        """A string in single quotes ends with its line, where no backslash carries it on."""
        inside = self._open[-1] if self._open else None
        if isinstance(inside, _Text) and len(inside.quote) == 1 and not self._continued:
            self._end_text(inside)


def _is_of_name(character: str) -> bool:
    return character.isalnum() or character == "_"
