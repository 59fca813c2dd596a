"""Loops in the text of a cell: generators that never end, and one model for all folds."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from nbdoctor.cell.syntax import unparsed

SPLITS = frozenset({"split", "get_n_splits"})
"""Methods of the cross-validators of scikit-learn."""

STARTS_ANEW = frozenset({"set_weights", "load_weights", "clone_model", "clone", "from_config"})
"""Calls after which a model does not go on from the fold before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldLoop:
    """A loop over folds that trains one model.

    Attributes
    ----------
    line : int
        Of the `for`.
    text : str
        What it runs over ("KFold(5).split(x)").
    model : str
        The model that `fit` is called on.
    made_on : int or None
        Line before the loop that makes it, None when another cell does.
    """

    line: int
    text: str
    model: str
    made_on: int | None = None


def never_ends(tree: ast.Module, reached: Collection[str]) -> bool:
    """Whether a generator of these names yields in a `while True` that nothing leaves."""
    return any(
        _is_endless(loop)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in reached
        for loop in ast.walk(node)
        if isinstance(loop, ast.While)
    )


def _is_endless(loop: ast.While) -> bool:
    always = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    inside = [part for child in loop.body for part in ast.walk(child)]
    yields = any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in inside)
    leaves = any(isinstance(part, (ast.Break, ast.Return, ast.Raise)) for part in inside)
    return always and yields and not leaves


def called_on(call: ast.Call | None) -> str | None:
    """The variable whose method is called, None where it is none."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return name
        case _:
            return None


def fold_loop(tree: ast.Module, fit: ast.Call | None) -> FoldLoop | None:
    """The loop over folds around this `fit`, where the model is made before it."""
    model = called_on(fit)
    if fit is None or model is None:
        return None
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For) or not _holds(loop, fit) or not runs_over_folds(loop):
            continue
        if _makes(loop, model) or any(_starts_anew(loop)):
            return None
        before = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and _stores(node, model) and node.lineno < loop.lineno
        ]
        return FoldLoop(
            line=loop.lineno,
            text=unparsed(loop.iter),
            model=model,
            made_on=max(before, default=None),
        )
    return None


def _holds(loop: ast.For, fit: ast.Call) -> bool:
    return any(part is fit for child in loop.body for part in ast.walk(child))


def runs_over_folds(loop: ast.For) -> bool:
    """Whether a loop goes through what a splitter yields: the rows of each part."""
    return any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr in SPLITS
        and bool(part.args)
        for part in ast.walk(loop.iter)
    ) and not isinstance(loop.target, ast.Name)


def _makes(loop: ast.For, model: str) -> bool:
    return any(_stores(part, model) for child in loop.body for part in ast.walk(child))


def _stores(node: ast.AST, name: str) -> bool:
    stored = isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.With, ast.For))
    return stored and any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store)
        for part in ast.walk(node)
    )


def _starts_anew(loop: ast.For) -> Iterator[bool]:
    for part in ast.walk(loop):
        if isinstance(part, ast.Call):
            function = part.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            yield name in STARTS_ANEW


def is_in_folds(tree: ast.Module, fit: ast.Call | None) -> bool:
    """Whether this `fit` is called for one fold after the other, as far as the text says so.

    The loop goes through what a splitter yields, or calls what it goes through folds.
    """
    if fit is None:
        return False
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = any(part is fit for one in functions for part in ast.walk(one))
    return any(
        (inside or _holds(loop, fit)) and (runs_over_folds(loop) or _names_folds(loop))
        for loop in loops
    )


def _names_folds(loop: ast.For) -> bool:
    parts = [*ast.walk(loop.target), *ast.walk(loop.iter)]
    return any(isinstance(part, ast.Name) and "fold" in part.id.lower() for part in parts)
