"""What flows into the `fit` of a cell: names, followed to what they are made from."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

JUDGING = frozenset({"evaluate", "predict"})
"""Calls that use data even where their result is assigned."""


def fit_call(tree: ast.Module, line: int | None) -> ast.Call | None:
    """The call of `fit` on this line, else the first one."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    fits = [call for call in calls if isinstance(call.func, ast.Attribute)]
    fits = [call for call in fits if getattr(call.func, "attr", "") == "fit"]
    fits.sort(key=lambda call: (call.lineno, call.col_offset))
    here = [call for call in fits if call.lineno <= (line or 0) <= (call.end_lineno or 0)]
    return next(iter(here or fits), None)


def argument_of(call: Any, name: str, position: int) -> ast.expr | None:
    """The value of an argument, by its name or its place; None where it is not given."""
    if call is None:
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            found: ast.expr = keyword.value
            return found
    return call.args[position] if position < len(call.args) else None


def names_listed(tree: ast.Module, node: ast.expr | None) -> tuple[str, ...]:
    """The names in a list or tuple, written in place or assigned once; () for all else."""
    if isinstance(node, ast.Name):
        made = [
            one.value
            for one in ast.walk(tree)
            if isinstance(one, ast.Assign) and node.id in names_made(one)
        ]
        node = made[0] if len(made) == 1 else None
    if not isinstance(node, (ast.List, ast.Tuple)):
        return ()
    names = [one.id for one in node.elts if isinstance(one, ast.Name)]
    return tuple(names) if len(names) == len(node.elts) else ()


def names_read(node: ast.AST | None) -> set[str]:
    """Names that are read in `node`."""
    if node is None:
        return set()
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def names_made(node: ast.AST) -> set[str]:
    """Names that get a value in `node`."""
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def _filled(node: ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) -> set[str]:
    """What gets a part of its own assigned: `x` of `x[0] = ...` and of `x.part = ...`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    found = set()
    for target in targets:
        inner: ast.expr = target
        while isinstance(inner, (ast.Subscript, ast.Attribute)):
            inner = inner.value
        found |= {inner.id} if isinstance(inner, ast.Name) else set()
    return found


def flow_of(tree: ast.Module) -> dict[str, set[str]]:
    """For every name that the cell makes, the names it is made from."""
    flow: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        made: set[str] = set()
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            made, used = names_made(node) | _filled(node), names_read(node.value)
            if isinstance(node, ast.AugAssign):
                used = used | made
        elif isinstance(node, (ast.For, ast.comprehension)):
            made, used = names_made(node.target), names_read(node.iter)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made, used = {node.name}, names_read(node)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            made, used = names_made(node.optional_vars), names_read(node.context_expr)
        for name in made:
            flow.setdefault(name, set()).update(used)
    return flow


def reached_by(fit: ast.AST, flow: Mapping[str, set[str]]) -> set[str]:
    """Names that the data arguments of `fit` are computed from, followed to their sources."""
    call: Any = fit
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    return followed(set().union(*(names_read(argument) for argument in arguments)), flow)


def followed(names: set[str], flow: Mapping[str, set[str]]) -> set[str]:
    """The names, and all that they are made from."""
    seen: set[str] = set()
    open_names = set(names)
    while open_names:
        name = open_names.pop()
        if name not in seen:
            seen.add(name)
            open_names |= flow.get(name, set())
    return seen


def used_elsewhere(tree: ast.Module, fit: ast.Call | None) -> set[str]:
    """Names that other statements use for more than an assignment, or to judge the model."""
    used: set[str] = set()
    for statement in tree.body:
        assigns = isinstance(statement, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef))
        around = _around(statement, fit)
        waiting: list[ast.AST] = [statement]
        while waiting:
            node = waiting.pop()
            called = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else None
            counts = called is not None and id(node) not in around
            if counts and (not assigns or called in JUDGING):
                used |= names_read(node)  # with all that the calls in it use
            else:
                waiting += ast.iter_child_nodes(node)
    return used


def _around(statement: ast.stmt, part: ast.Call | None) -> set[int]:
    """Ids of the nodes of a statement that hold a part of it, and of the part itself."""
    if part is None or not statement.lineno <= part.lineno <= (statement.end_lineno or 0):
        return set()
    above = {
        id(child): node for node in ast.walk(statement) for child in ast.iter_child_nodes(node)
    }
    found: set[int] = set()
    inner: ast.AST | None = part
    while inner is not None:
        found.add(id(inner))
        inner = above.get(id(inner))
    return found
