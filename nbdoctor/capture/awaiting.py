"""Whether a cell awaits at its top level."""

from __future__ import annotations

import ast

from nbdoctor.capture.cell import Cell


def awaits(body: str) -> bool:
    """Whether `body` awaits outside of functions."""
    try:
        tree = ast.parse(Cell(body).python)
    except SyntaxError:
        return False
    open_nodes: list[ast.AST] = list(tree.body)
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            open_nodes += ast.iter_child_nodes(node)
    return False
