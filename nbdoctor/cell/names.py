"""The names that a piece of code makes and uses."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import Any

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.namespace import module_of


def names_stored(node: ast.AST) -> set[str]:
    """Names that a statement gives a value to, those inside of its functions left out."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def names_loaded(node: ast.AST) -> set[str]:
    """Names that a statement uses and does not make itself as it goes."""
    used = {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }
    own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    inner = [part for part in ast.walk(node) if isinstance(part, ast.comprehension)]
    own |= {name for one in inner for name in names_stored(one.target)}
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        own |= {
            part.id
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        } | {
            part.name
            for part in ast.walk(node)
            if isinstance(part, (ast.FunctionDef, ast.ClassDef))
        }
    elif isinstance(node, ast.AugAssign):
        used |= names_stored(node.target)
    elif isinstance(node, ast.For):
        own |= names_stored(node.target)
    return used - own


def names_changed(node: ast.AST) -> set[str]:
    """Names that a statement gives a value to, or a part of whose value it changes (`x[0] = 1`)."""
    parts = (
        part
        for part in ast.walk(node)
        if isinstance(part, (ast.Subscript, ast.Attribute)) and isinstance(part.ctx, ast.Store)
    )
    return (names_stored(node) | {root_name(part) for part in parts}) - {""}


def root_name(node: ast.AST) -> str:
    """`x` of `x.a[0].b()`, "" where it begins with something else than a name."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def is_code_of_a_cell(value: Any) -> bool:
    """Whether a cell of the notebook defines this function or class."""
    is_code = type(value) is FunctionType or issubclass(type(value), type)  # no stranger is asked
    return is_code and module_of(value) == "__main__"


def assigned_names(cell: Cell) -> list[str]:
    """Variables that the cell assigns, in the order of their names' first appearance."""
    return _names(cell, ast.Store)


def used_names(cell: Cell) -> list[str]:
    """Variables that the cell uses, in the order of their names' first appearance."""
    return _names(cell, ast.Load)


def _names(cell: Cell, context: type[ast.expr_context]) -> list[str]:
    names = [node for node in ast.walk(cell.tree) if isinstance(node, ast.Name)]
    found = [node for node in names if isinstance(node.ctx, context)]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in found))
