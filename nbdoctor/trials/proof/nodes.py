"""Questions about a node of a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Collection


def parameters(of: ast.arguments) -> list[ast.arg]:
    """Return all parameters, those that take the rest last."""
    starred = [one for one in (of.vararg, of.kwarg) if one is not None]
    return [*of.posonlyargs, *of.args, *of.kwonlyargs, *starred]


def stored(node: ast.AST) -> set[str]:
    """Return the names that are given a value inside of a node."""
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def values_in(node: ast.AST) -> list[ast.expr]:
    """Return the expressions directly below a node."""
    return [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]


def yields(node: ast.FunctionDef) -> bool:
    """Whether a function is a generator, or awaits."""
    kinds = (ast.Yield, ast.YieldFrom, ast.Await)
    return any(isinstance(part, kinds) for part in ast.walk(node))


def is_none(node: ast.expr) -> bool:
    """Whether `None` is written there."""
    return isinstance(node, ast.Constant) and node.value is None


def is_true(node: ast.expr) -> bool:
    """Whether `True` is written there."""
    return isinstance(node, ast.Constant) and node.value is True


def is_kept(word: ast.keyword) -> bool:
    """Whether an argument that could make a method write says that it does not."""
    if not isinstance(word.value, ast.Constant):
        return False
    kept = {"inplace": False, "copy": True, "deep": True, "out": None}
    return word.value.value is kept[word.arg or ""]


def kind_of(node: ast.AST) -> str:
    """Return a kind of statement or expression as it is written."""
    return type(node).__name__.removeprefix("Async").lower()


def leave_out(unused: Collection[str], of: ast.AST) -> None:
    """Take methods out of the text of a class, unless what stays there names one of them."""
    if not unused or not isinstance(of, ast.ClassDef):
        return
    kept = [one for one in of.body if not (isinstance(one, ast.FunctionDef) and one.name in unused)]
    parts = [part for one in kept for part in ast.walk(one)]
    if not any(isinstance(part, ast.Attribute) and part.attr in unused for part in parts):
        of.body = kept
