"""The syntax tree of a text: how much of it is read, and what is told of its nodes.

Nothing here calls itself for a node inside of a node: expressions may be nested as deeply as
Python itself compiles them, which is deeper than Python functions can call one another.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

MOST_LINES = 20_000
"""Ten times the longest cell that anybody is likely to type; reading it takes about a second."""

MOST_CHARACTERS = 2_000_000
"""A hundred for each of these lines. Texts of one long line are data, or made by a program."""

MOST_NODES = 200_000
"""What these lines hold when each is a short statement: parts of a syntax tree."""

DEEPEST_WRITTEN = 60
"""Levels of an expression that is written anew, or edited: `ast.unparse` and LibCST call
themselves up to six times for each level, Python allows a thousand calls, and a cell runs below
a hundred others."""

LINE_END = re.compile(rb"\r\n|\r|\n")
"""What ends a line for Python. `str.splitlines` knows more, such as form feeds."""


class UnreadError(ValueError):
    """The text is too long or too deep to be read; the message says which, as a sentence."""


def parsed(text: str) -> ast.Module:
    """The syntax tree of a text.

    Raises
    ------
    SyntaxError
        It is not Python.
    UnreadError
        It is beyond the bounds.
    """
    if text.count("\n") >= MOST_LINES:
        message = f"The cell is longer than {MOST_LINES:,} lines"
        raise UnreadError(message)
    if len(text) > MOST_CHARACTERS:
        message = f"The cell is longer than {MOST_CHARACTERS:,} characters"
        raise UnreadError(message)
    try:
        tree = ast.parse(text)
    except (RecursionError, MemoryError):
        message = "The cell is nested too deeply to be parsed"
        raise UnreadError(message) from None
    except ValueError as error:  # a null character, which Python refuses as well
        raise SyntaxError(str(error)) from None
    if is_larger(tree, MOST_NODES):
        message = f"The syntax tree of the cell has more than {MOST_NODES:,} parts"
        raise UnreadError(message)
    return tree


def is_python(text: str) -> bool:
    """Whether a text can be parsed."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def expression(text: str) -> ast.expr | None:
    """The syntax tree of one expression; None where it is none, or nested too deeply."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_larger(tree: ast.AST, nodes: int) -> bool:
    """Whether a tree has more than so many nodes; no more than these are visited."""
    return any(number >= nodes for number, _ in enumerate(ast.walk(tree)))


def is_deeper(node: ast.AST, levels: int) -> bool:
    """Whether nodes inside of a node are nested in more than so many levels."""
    level: Iterable[ast.AST] = [node]
    for _ in range(levels + 1):
        level = [child for one in level for child in ast.iter_child_nodes(one)]
        if not level:
            return False
    return True


def unparsed(node: ast.AST) -> str:
    """The source of a node in Python's own spelling, "" where it is nested too deeply."""
    return "" if is_deeper(node, DEEPEST_WRITTEN) else ast.unparse(node)


def dumped(node: ast.AST) -> str:
    """What a node says, wherever it stands and however it is spaced: `ast.dump` without depth."""
    parts: list[str] = []
    waiting: list[object] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.AST):
            fields = [getattr(one, name, None) for name in one._fields]
            parts.append(type(one).__name__)
            waiting += reversed(fields)
        elif isinstance(one, list):
            parts.append(f"[{len(one)}]")
            waiting += reversed(one)
        else:
            parts.append(repr(one))
    return " ".join(parts)


def dotted(node: ast.expr) -> str:
    """A name with its dots ("keras.layers.Dense"), "" for anything else."""
    parts: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Call)):
        parts.append(f".{node.attr}" if isinstance(node, ast.Attribute) else "()")
        node = node.value if isinstance(node, ast.Attribute) else node.func
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return "".join(reversed(parts))


def last_name(node: ast.Call) -> str:
    """What a call calls, without what stands before its last dot; "" where that is no name."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


class Lines:
    """The lines of a text, cut once: a tree counts its columns in bytes.

    `ast.get_source_segment` cuts the whole text anew for each node.

    Parameters
    ----------
    text : str
    """

    def __init__(self, text: str) -> None:
        self._bytes = text.encode()
        self._starts = [0, *(end.end() for end in LINE_END.finditer(self._bytes))]

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The source of a node as it is written."""
        start, stop = self.place(node)
        return self._bytes[start:stop].decode(errors="replace")  # in f-strings

    def with_text(self, node: ast.expr | ast.stmt, text: str) -> str:
        """The whole text with another one where a node stands."""
        start, stop = self.place(node)
        return (self._bytes[:start] + text.encode() + self._bytes[stop:]).decode()

    def place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends, in bytes."""
        last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[last - 1] + column
