"""Loops in the text of a cell that build a model anew in each turn and train it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.data_flow import argument_of, fit_call, flow_of, followed, names_made, names_read
from nbdoctor.cell.loops import called_on, runs_over_folds
from nbdoctor.cell.syntax import unparsed

LEAVES_NOTHING = frozenset({"fit", "compile", "summary", "build", "count_params"})
"""Methods of a model that hand nothing of it on."""

Loop = ast.For | ast.While


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuiltModel:
    """A model that is built and trained in each turn of a loop.

    Attributes
    ----------
    line : int
        Of the loop.
    text : str
        What it runs over ("range(3)"), "" for a `while`.
    model : str
        The variable that holds the model.
    built_on : int
        Line that builds it.
    is_used : bool
        The loop does something else with the model, or with what `fit` returns: a score is kept,
        or weights are saved.
    feeds_model, feeds_fit, feeds_validation : bool
        What the loop runs over takes part in building the model, in the data that `fit` trains on,
        or in the data that judges.
    used_later : bool
        The model is used after the loop.
    """

    line: int
    text: str
    model: str
    built_on: int
    is_used: bool = False
    feeds_model: bool = False
    feeds_fit: bool = False
    feeds_validation: bool = False
    used_later: bool = False


def rebuilt_model(tree: ast.Module, fit_line: int | None) -> RebuiltModel | None:
    """The loop around this `fit` in which its model is built, None where there is none.

    Loops over the folds of a splitter are left out: they build a model for each fold on purpose.
    """
    fit = fit_call(tree, fit_line)
    model = called_on(fit)
    if fit is None or model is None:
        return None
    found = _loop_and_body(tree, fit, model)
    if found is None or (isinstance(found[0], ast.For) and runs_over_folds(found[0])):
        return None
    loop, body = found
    built = next(_assignments(body, model))
    flow, turning = flow_of(tree), _turning(tree, loop, fit)
    results = _results(body, fit)

    def feeds(*parts: ast.expr | None) -> bool:
        names = set[str]().union(*(names_read(part) for part in parts))
        return bool(followed(names, flow) & turning)

    judging = argument_of(fit, "validation_data", 7)
    data = (argument_of(fit, "x", 0), argument_of(fit, "y", 1))
    return RebuiltModel(
        line=loop.lineno,
        text=unparsed(loop.iter) if isinstance(loop, ast.For) else "",
        model=model,
        built_on=built.lineno,
        is_used=_hands_on(body, fit, {model, *results}),
        feeds_model=feeds(built.value),
        feeds_fit=feeds(*data),
        feeds_validation=feeds(judging),
        used_later=_is_read_after(tree, loop, model),
    )


def _loop_and_body(
    tree: ast.Module, fit: ast.Call, model: str
) -> tuple[Loop, list[ast.stmt]] | None:
    """The innermost loop in whose turns the model is built and trained, and what is done there.

    Where a function builds and trains it, that is the loop that calls the function.
    """
    loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
    around = [loop for loop in loops if _holds(loop.body, fit)]
    for loop in sorted(around, key=lambda one: one.lineno, reverse=True):
        if any(_assignments(loop.body, model)):
            return loop, loop.body
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or not _holds(function.body, fit):
            continue
        calling = [loop for loop in loops if _only_calls(loop.body, function.name)]
        if len(calling) == 1 and any(_assignments(function.body, model)):
            return calling[0], function.body
    return None


def _holds(body: list[ast.stmt], node: ast.AST) -> bool:
    return any(part is node for statement in body for part in ast.walk(statement))


def _only_calls(body: list[ast.stmt], function: str) -> bool:
    """Whether a loop calls a function and does nothing with what it returns."""
    calls = [node for statement in body for node in ast.walk(statement) if _is_call(node, function)]
    alone = [one for one in body if isinstance(one, ast.Expr) and _is_call(one.value, function)]
    return len(calls) == len(alone) == 1


def _is_call(node: ast.AST, function: str) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
    )


def _assignments(body: list[ast.stmt], name: str) -> Iterator[ast.Assign]:
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign) and name in names_made(node):
                yield node


def _turning(tree: ast.Module, loop: Loop, fit: ast.Call) -> set[str]:
    """Names that change with the turns: what the loop and those inside of it, up to `fit`, set.

    So do the arguments of a function that a turn calls.
    """
    inner = [
        node
        for statement in loop.body
        for node in ast.walk(statement)
        if isinstance(node, ast.For) and _holds(node.body, fit)
    ]
    over = [one for one in (loop, *inner) if isinstance(one, ast.For)]
    given = [
        {argument.arg for argument in (*node.args.posonlyargs, *node.args.args)}
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _only_calls(loop.body, node.name)
    ]
    counted = [
        node
        for statement in loop.body
        for node in ast.walk(statement)
        if isinstance(node, ast.AugAssign)
    ]
    return set[str]().union(
        *(names_made(one.target) for one in over),
        *(names_made(one.target) for one in counted),
        *given,
    )


def _results(body: list[ast.stmt], fit: ast.Call) -> set[str]:
    """What the result of `fit` is called."""
    return set[str]().union(
        *(
            names_made(node)
            for statement in body
            for node in ast.walk(statement)
            if isinstance(node, ast.Assign) and node.value is fit
        )
    )


def _hands_on(body: list[ast.stmt], fit: ast.Call, names: set[str]) -> bool:
    """Whether something of the model or of what `fit` returns is used in the turn."""
    kept = [node for statement in body for node in ast.walk(statement)]
    alone = [
        node for node in kept if isinstance(node, (ast.Expr, ast.Assign)) and node.value is fit
    ]
    harmless = {
        id(node.func.value)
        for node in kept
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEAVES_NOTHING
    }
    # `model.add(...)` as a statement of its own builds the model further.
    harmless |= {
        id(node.value.func.value)
        for node in kept
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr == "add"
    }
    read = [
        node
        for node in kept
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names
    ]
    return not alone or any(id(node) not in harmless for node in read)


def _is_read_after(tree: ast.Module, loop: Loop, name: str) -> bool:
    end = loop.end_lineno or loop.lineno
    return any(
        isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Load)
        and node.lineno > end
        for node in ast.walk(tree)
    )
