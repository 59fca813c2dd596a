"""What the cell says, read from its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from nbdoctor.capture.call import Call
from nbdoctor.capture.cell import Cell
from nbdoctor.probes.chains import Chain, chain_of, chains
from nbdoctor.probes.loops import FoldLoop, fold_loop, never_ends
from nbdoctor.probes.rescalings import Rescaling, rescalings

JUDGING = frozenset({"evaluate", "predict"})
"""Calls that use data even where their result is assigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVariable:
    """A variable that this cell assigns and that holds data."""

    name: str
    line: int
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The cell's text, parsed; nothing of it is run.

    Attributes
    ----------
    calls : tuple of Call
        Every call in the cell, in order, with its arguments as text and its line.
    defines : tuple of DataVariable
        Array-like variables that the cell itself assigns.
    reaches_fit : tuple of str
        Names from which the arguments of `fit` are computed, followed through assignments and
        through functions that the cell defines.
    used_elsewhere : tuple of str
        Names that other calls of the cell use (`predict`, `evaluate`, a plot, ...).
    fit_data : str
        The text of the data argument of `fit` ("data_generator(32)"), "" when unknown.
    yield_line : int or None
        Line of the `yield` in the function that feeds `fit`.
    model_name : str
        The user's name for the model ("model"), "" when unknown.
    x_name, y_name : str
        The user's names for the data given to `fit`, "" when they are not plain names.
    rescales : tuple of Rescaling
        Divisions by numbers on the way to the inputs of `fit`.
    endless : bool
        The generator that feeds `fit` is written so that it never ends.
    folds : FoldLoop or None
        A loop over folds in which `fit` goes on with one model.
    makes_model : bool
        The cell itself makes the model that is trained.
    training_chain, validation_chain : tuple of Operation
        How the datasets given to `fit` were made, as far as this cell does it.
    """

    calls: tuple[Call, ...] = ()
    defines: tuple[DataVariable, ...] = ()
    reaches_fit: tuple[str, ...] = ()
    used_elsewhere: tuple[str, ...] = ()
    fit_data: str = ""
    yield_line: int | None = None
    model_name: str = ""
    x_name: str = ""
    y_name: str = ""
    rescales: tuple[Rescaling, ...] = ()
    endless: bool = False
    folds: FoldLoop | None = None
    makes_model: bool = False
    training_chain: Chain = ()
    validation_chain: Chain = ()


def read_source(
    cell: Cell,
    namespace: Mapping[str, Any],
    fit_line: int | None = None,
) -> Source:
    """Read the cell's text; nothing of it is run.

    Parameters
    ----------
    cell : Cell
    namespace : mapping of str
        The user's variables, to know which of them hold data.
    fit_line : int, optional
        Line of the `fit` that is examined; the first one of the cell otherwise.
    """
    try:
        tree = ast.parse(cell.python)
    except SyntaxError:
        return Source()
    flow, known = _flow(tree), chains(tree)
    fit = _fit_call(tree, fit_line)
    reached = _reached(fit, flow) if fit is not None else set()
    x, judging = _argument(fit, "x", 0), _argument(fit, "validation_data", 7)
    inputs = _followed(_names(x), flow)
    model = _text(fit.func.value) if fit and isinstance(fit.func, ast.Attribute) else ""
    return Source(
        calls=cell.calls,
        defines=tuple(_data_variables(tree, namespace)),
        reaches_fit=tuple(sorted(reached)),
        used_elsewhere=tuple(sorted(_used_elsewhere(tree, fit))),
        fit_data=_text(x),
        yield_line=_yield_line(tree, fit, reached),
        model_name=model,
        x_name=_name(x),
        y_name=_name(_argument(fit, "y", 1)),
        rescales=rescalings(tree, inputs),
        endless=never_ends(tree, inputs),
        folds=fold_loop(tree, fit),
        makes_model=model in flow,
        training_chain=chain_of(x, known) if x is not None else (),
        validation_chain=chain_of(judging, known) if judging is not None else (),
    )


def _fit_call(tree: ast.Module, line: int | None) -> ast.Call | None:
    """The call of `fit` on this line, else the first one."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    fits = [call for call in calls if isinstance(call.func, ast.Attribute)]
    fits = [call for call in fits if getattr(call.func, "attr", "") == "fit"]
    fits.sort(key=lambda call: (call.lineno, call.col_offset))
    here = [call for call in fits if call.lineno <= (line or 0) <= (call.end_lineno or 0)]
    return next(iter(here or fits), None)


def _argument(call: Any, name: str, position: int) -> ast.expr | None:
    if call is None:
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            found: ast.expr = keyword.value
            return found
    return call.args[position] if position < len(call.args) else None


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node) if node is not None else ""


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _names(node: ast.AST | None) -> set[str]:
    if node is None:
        return set()
    return {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def _stored(node: ast.AST) -> set[str]:
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


def _flow(tree: ast.Module) -> dict[str, set[str]]:
    """For every name that the cell makes, the names it is made from."""
    flow: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        made: set[str] = set()
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            made, used = _stored(node) | _filled(node), _names(node.value)
            if isinstance(node, ast.AugAssign):
                used = used | made
        elif isinstance(node, (ast.For, ast.comprehension)):
            made, used = _stored(node.target), _names(node.iter)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made, used = {node.name}, _names(node)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            made, used = _stored(node.optional_vars), _names(node.context_expr)
        for name in made:
            flow.setdefault(name, set()).update(used)
    return flow


def _reached(fit: ast.AST, flow: Mapping[str, set[str]]) -> set[str]:
    """Names that the data arguments of `fit` are computed from, followed to their sources."""
    call: Any = fit
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    return _followed(set().union(*(_names(argument) for argument in arguments)), flow)


def _followed(names: set[str], flow: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    open_names = set(names)
    while open_names:
        name = open_names.pop()
        if name not in seen:
            seen.add(name)
            open_names |= flow.get(name, set())
    return seen


def _used_elsewhere(tree: ast.Module, fit: ast.AST | None) -> set[str]:
    """Names that other statements use for more than an assignment, or to judge the model."""
    used: set[str] = set()
    for statement in tree.body:
        assigns = isinstance(statement, (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef))
        for node in ast.walk(statement):
            if not isinstance(node, ast.Call) or node is fit or _holds(node, fit):
                continue
            if not assigns or getattr(node.func, "attr", "") in JUDGING:
                used |= _names(node)
    return used


def _holds(node: ast.AST, part: ast.AST | None) -> bool:
    return part is not None and any(inner is part for inner in ast.walk(node))


def _data_variables(tree: ast.Module, namespace: Mapping[str, Any]) -> Iterator[DataVariable]:
    seen: set[str] = set()
    for statement in tree.body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            continue
        for name in sorted(_stored(statement) - seen):
            value = namespace.get(name)
            shape = getattr(value, "shape", None)
            if _is_shape(shape) and not isinstance(value, type):
                seen.add(name)
                yield DataVariable(
                    name=name,
                    line=statement.lineno,
                    shape=tuple(int(size) for size in shape),
                    dtype=str(getattr(value, "dtype", "")),
                )


def _is_shape(shape: object) -> TypeGuard[tuple[int, ...]]:
    """Whether `shape` is that of an array: symbolic tensors have unknown sizes."""
    if not isinstance(shape, tuple) or not shape:
        return False
    return all(isinstance(size, int) for size in shape)


def _yield_line(tree: ast.Module, fit: ast.AST | None, reached: set[str]) -> int | None:
    if fit is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in reached:
            for part in ast.walk(node):
                if isinstance(part, ast.Yield):
                    return part.lineno
    return None


def layer_lines(calls: tuple[Call, ...], layers: list[tuple[str, str]]) -> dict[str, int]:
    """Line of the cell that creates each layer, where the text leaves no doubt.

    A layer is known by its literal name, or because the cell writes as many calls of its class
    as the model has layers of it.

    Parameters
    ----------
    calls : tuple of Call
    layers : list of (str, str)
        Name and class of each layer of the model, in order.
    """
    lines: dict[str, int] = {}
    for kind in {kind for _, kind in layers}:
        named = [name for name, of in layers if of == kind]
        written = [call for call in calls if call.name == kind]
        if len(named) == len(written):
            lines |= {name: call.line for name, call in zip(named, written, strict=True)}
        for call in written:
            given = call.argument("name")
            if given is not None:
                lines[given.text.strip("'\"")] = call.line
    return lines
