"""A call as it is written in a cell."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, replace

from nbdoctor.cell.syntax import Lines, dotted


class CannotEditError(ValueError):
    """The edit has no unambiguous place in this cell; the message says why."""


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


def calls_in(tree: ast.AST, lines: Lines) -> tuple[Call, ...]:
    """Every call of a tree, from top to bottom."""
    found = nodes_written(tree)
    before: Counter[tuple[str, int]] = Counter()
    calls = []
    for call in (_as_written(node, lines) for node in found):
        calls.append(replace(call, place=before[call.name, call.line]))
        before[call.name, call.line] += 1
    return tuple(calls)


def nodes_written(tree: ast.AST) -> list[ast.Call]:
    """The calls of a tree that have a name, in the order in which they begin."""
    return [node for node in nodes_of_calls(tree) if _last(node.func)]


def nodes_of_calls(tree: ast.AST) -> list[ast.Call]:
    """The calls of a tree in the order in which they begin, the outer ones first."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))  # outer ones came first


def line_of_name(node: ast.Call) -> int:
    """Where the last name of what is called stands: in a chain, on a line of its own."""
    chained = isinstance(node.func, ast.Attribute)
    return (node.func.end_lineno if chained else node.func.lineno) or node.lineno


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else dotted(func)


def _as_written(node: ast.Call, lines: Lines) -> Call:
    arguments = [(one, "*" if isinstance(one, ast.Starred) else "") for one in node.args]
    arguments += [(one.value, one.arg or "**") for one in node.keywords]
    values = [(one.value if isinstance(one, ast.Starred) else one, name) for one, name in arguments]
    values.sort(key=lambda argument: (argument[0].lineno, argument[0].col_offset))
    return Call(
        name=_last(node.func),
        callee=dotted(node.func),
        line=line_of_name(node),
        arguments=tuple(
            Argument(name=name, text=lines.text(value), line=value.lineno) for value, name in values
        ),
    )
