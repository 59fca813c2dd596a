"""Lines that only IPython understands, hidden from Python's parser and put back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.openness import Openness
from nbdoctor.cell.syntax import is_python

MARKS = ("%", "!")
"""What begins a magic, and a command of the shell."""

TARGETS = re.compile(r"[\w, ]+")
"""Names that the result of a magic is given to: `files` of `files = !ls`."""

ASKED = re.compile(r"[%\w.]+")
"""What is asked about: `name` of `name??`."""

CARRY_CODE = frozenset({"timeit", "time", "prun", "memit", "lprun", "mprun"})
"""Line magics that run the code after them: it is code of the cell like any other."""

TAKE_A_WORD = frozenset({"-D", "-T", "-f", "-m", "-s"})
"""Options of these that are followed by a word."""

OPTION = re.compile(r"-\w+")

WORD = re.compile(r"\S+")

REMARK = "#nbdoctor:magic:"
"""Hides a line as a comment."""

NOTHING = f"pass{REMARK}"
"""Hides a line as a statement that does nothing: a block of magics alone stays a block."""

BESIDE_CODE = "_nbdoctor_magic_"
"""Hides what stands in front of code, in hexadecimal digits."""

HIDDEN = re.compile(rf"(?:pass)?{REMARK}|{BESIDE_CODE}(?P<magic>(?:[0-9a-f]{{2}})+);")


@dataclass(frozen=True, slots=True)
class _Magic:
    """A line that only IPython understands: what stands before it, and the line itself."""

    indent: str
    line: str


def masked(source: str) -> str:
    """`source` as Python with the same lines: a magic's code stays, other magics do nothing."""
    done: list[str] = []
    above = Openness()
    for magic, lines in _statements_of_magics(source):
        if magic is not None and not above.is_open:  # no magic begins in brackets or a string
            done += _mask(magic, lines[1:])
            continue
        for line in lines:
            above.read(line)
        done += lines
    return "\n".join(done)


def unmasked(source: str) -> str:
    """What `masked` was made from."""
    return HIDDEN.sub(lambda hidden: bytes.fromhex(hidden["magic"] or "").decode(), source)


def _statements_of_magics(source: str) -> Iterator[tuple[_Magic | None, list[str]]]:
    """Line by line, but a magic together with the lines that a backslash continues it on."""
    magic: _Magic | None = None
    lines: list[str] = []
    for line in source.split("\n"):
        if not lines:
            magic = _magic_on(line)
        lines.append(line)
        if magic is None or not line.endswith("\\"):
            yield magic, lines
            lines = []
    if lines:
        yield magic, lines


def _magic_on(line: str) -> _Magic | None:
    """`%time f(x)`, `!ls`, `?name`, `files = !ls` or `name?`; each character is looked at once."""
    text = line.lstrip()
    target, equals, value = text.partition("=")
    gives = equals and value.lstrip().startswith(MARKS) and TARGETS.fullmatch(target)
    if text.startswith((*MARKS, "?")) or gives or _asks(text.rstrip()):
        return _Magic(line[: len(line) - len(text)], text)
    return None


def _asks(text: str) -> bool:
    name = text.removesuffix("?")
    return name != text and ASKED.fullmatch(name.removesuffix("?")) is not None


def _mask(magic: _Magic, continued: list[str]) -> list[str]:
    at = _start_of_code(magic.line)
    if at is not None and is_python("\n".join([magic.line[at:], *continued])):
        hidden = f"{BESIDE_CODE}{magic.line[:at].encode().hex()};"
        return [magic.indent + hidden + magic.line[at:], *continued]
    return [magic.indent + NOTHING + magic.line, *(REMARK + more for more in continued)]


def _start_of_code(line: str) -> int | None:
    """Where the code stands that a magic runs, behind its name and options; None without any."""
    value = line if line.startswith("%") else line.partition("=")[2].lstrip()
    begin = len(line) - len(value)
    words = WORD.finditer(value)
    name = next(words, None)
    if name is None or name[0].removeprefix("%") not in CARRY_CODE or not value.startswith("%"):
        return None
    option = ""
    for word in words:
        text = word[0]
        if option in TAKE_A_WORD or (option and text.isdigit()):
            option = ""
        elif not text.startswith("-"):
            return begin + word.start()
        elif OPTION.fullmatch(text):
            option = text
        else:
            return None
    return None
