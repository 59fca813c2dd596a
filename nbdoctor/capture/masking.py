"""Lines that only IPython understands, hidden from Python's parser and put back."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

MAGIC = re.compile(
    r"""^(?P<indent>\s*)
    (?P<line>[%!?].*             # %time f(x), !ls, ?name
    |[\w,\ ]+=\s*[%!].*         # files = !ls
    |[%\w.]+\?{1,2}\s*)$        # name?
    """,
    re.VERBOSE,
)

CARRIES_CODE = re.compile(
    r"""^(?P<magic>(?:[\w,\ ]+=\s*)?        # result = ...
    %(?:timeit|time|prun|memit|lprun|mprun)\s+
    (?:-[DTfms]\s+\S+\s+                    # options that take a word
    |-\w+\s+(?:\d+\s+)?)*)                  # ... or a number, or nothing
    (?P<code>[^-\s].*)$
    """,
    re.VERBOSE,
)
"""Line magics that run the code after them: it is code of the cell like any other."""

REMARK = "#nbdoctor:magic:"
"""Hides a line as a comment."""

NOTHING = f"pass{REMARK}"
"""Hides a line as a statement that does nothing: a block of magics alone stays a block."""

BESIDE_CODE = "_nbdoctor_magic_"
"""Hides what stands in front of code, in hexadecimal digits."""

HIDDEN = re.compile(rf"(?:pass)?{REMARK}|{BESIDE_CODE}(?P<magic>[0-9a-f]+);")


def masked(source: str) -> str:
    """`source` as Python with the same lines: a magic's code stays, other magics do nothing."""
    done: list[str] = []
    for lines in _statements_of_magics(source):
        magic = MAGIC.match(lines[0])
        hidden = magic is not None and not _is_open("\n".join(done))
        done += _mask(magic, lines[1:]) if magic is not None and hidden else lines
    return "\n".join(done)


def unmasked(source: str) -> str:
    """What `masked` was made from."""
    return HIDDEN.sub(lambda hidden: bytes.fromhex(hidden["magic"] or "").decode(), source)


def _statements_of_magics(source: str) -> Iterator[list[str]]:
    """Line by line, but a magic together with the lines that a backslash continues it on."""
    lines: list[str] = []
    for line in source.split("\n"):
        lines.append(line)
        if not (MAGIC.match(lines[0]) and line.endswith("\\")):
            yield lines
            lines = []
    if lines:
        yield lines


def _mask(magic: re.Match[str], continued: list[str]) -> list[str]:
    indent, line = magic["indent"], magic["line"]
    carried = CARRIES_CODE.match(line)
    if carried is not None and _is_python("\n".join([carried["code"], *continued])):
        hidden = f"{BESIDE_CODE}{carried['magic'].encode().hex()};"
        return [indent + hidden + carried["code"], *continued]
    return [indent + NOTHING + line, *(REMARK + more for more in continued)]


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _is_open(above: str) -> bool:
    """Whether the lines above end inside of brackets or a string: no magic begins there."""
    try:
        list(tokenize.generate_tokens(io.StringIO(above).readline))
    except tokenize.TokenError:
        return True
    except SyntaxError:
        return False
    return False
