"""A call as it is written in a cell."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a call: keyword name ("" when positional), its text and its line."""

    name: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call as it is written.

    Attributes
    ----------
    name : str
        Last part of what is called ("fit" for `model.fit`).
    callee : str
        The whole of it ("model.fit").
    line : int
        Line of the cell, counted from 1, magic lines included.
    arguments : tuple of Argument
        In the order written.
    place : int
        Which of the calls of that name on that line, from 0.
    """

    name: str
    callee: str
    line: int
    arguments: tuple[Argument, ...] = ()
    place: int = 0

    def argument(self, name: str, position: int | None = None) -> Argument | None:
        """The argument given as `name`, or at `position` among the positional ones."""
        for argument in self.arguments:
            if argument.name == name:
                return argument
        positional = [a for a in self.arguments if not a.name]
        if position is not None and position < len(positional):
            return positional[position]
        return None


def calls_in(source: str) -> tuple[Call, ...]:
    """Every call of `source`, from top to bottom; none where it is not valid Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _last(node.func)]
    found.sort(key=lambda node: (node.lineno, node.col_offset, -(node.end_col_offset or 0)))
    before: Counter[tuple[str, int]] = Counter()
    calls = []
    for call in (_as_written(node, lines) for node in found):
        calls.append(replace(call, place=before[call.name, call.line]))
        before[call.name, call.line] += 1
    return tuple(calls)


def dotted(node: ast.expr) -> str:
    """A name with its dots ("keras.layers.Dense"), "" for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
        case ast.Call(func=func):
            return f"{dotted(func)}()"
        case _:
            return ""


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else dotted(func)


def _as_written(node: ast.Call, lines: Sequence[bytes]) -> Call:
    arguments = [(one, "*" if isinstance(one, ast.Starred) else "") for one in node.args]
    arguments += [(one.value, one.arg or "**") for one in node.keywords]
    values = [(one.value if isinstance(one, ast.Starred) else one, name) for one, name in arguments]
    values.sort(key=lambda argument: (argument[0].lineno, argument[0].col_offset))
    # The name of a method in a chain stands on its own line.
    chained = isinstance(node.func, ast.Attribute)
    return Call(
        name=_last(node.func),
        callee=dotted(node.func),
        line=(node.func.end_lineno if chained else node.func.lineno) or node.lineno,
        arguments=tuple(
            Argument(name=name, text=_text(value, lines), line=value.lineno)
            for value, name in values
        ),
    )


def _text(node: ast.expr, lines: Sequence[bytes]) -> str:
    """The source of `node`; `ast.get_source_segment` splits all lines anew for each."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    if first == last:
        return lines[first][node.col_offset : node.end_col_offset].decode()
    between = b"".join(lines[first + 1 : last])
    return b"".join(
        (lines[first][node.col_offset :], between, lines[last][: node.end_col_offset])
    ).decode()
