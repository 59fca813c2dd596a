"""A call as it is written in a cell."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider


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
    """

    name: str
    callee: str
    line: int
    arguments: tuple[Argument, ...] = ()

    def argument(self, name: str, position: int | None = None) -> Argument | None:
        """The argument given as `name`, or at `position` among the positional ones."""
        for argument in self.arguments:
            if argument.name == name:
                return argument
        positional = [a for a in self.arguments if not a.name]
        if position is not None and position < len(positional):
            return positional[position]
        return None


def calls_in(module: cst.Module) -> tuple[Call, ...]:
    """Every call of `module`, from top to bottom."""
    collector = _Calls()
    MetadataWrapper(module).visit(collector)
    return tuple(call for call, _ in sorted(collector.found, key=lambda found: found[1]))


def dotted(node: cst.BaseExpression) -> str:
    """A name with its dots ("keras.layers.Dense"), "" for anything else."""
    match node:
        case cst.Name(value):
            return value
        case cst.Attribute(value, attr):
            return f"{dotted(value)}.{attr.value}"
        case cst.Call(func):
            return f"{dotted(func)}()"
        case _:
            return ""


class _Calls(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[Call, tuple[int, int]]] = []

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802  (libcst's naming)
        callee = dotted(node.func)
        name = node.func.attr.value if isinstance(node.func, cst.Attribute) else callee
        if not name:
            return
        start = self.get_metadata(PositionProvider, node).start
        arguments = tuple(
            Argument(
                name=argument.keyword.value if argument.keyword else argument.star,
                text=cst.Module([]).code_for_node(argument.value),
                line=self.get_metadata(PositionProvider, argument.value).start.line,
            )
            for argument in node.args
        )
        # The name of a method in a chain stands on its own line.
        position = self.get_metadata(
            PositionProvider,
            node.func.attr if isinstance(node.func, cst.Attribute) else node.func,
        ).start
        call = Call(name=name, callee=callee, line=position.line, arguments=arguments)
        self.found.append((call, (start.line, start.column)))
