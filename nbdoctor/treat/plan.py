"""Which statements of a cell make its model, so that they alone are run again."""

from __future__ import annotations

import ast
import builtins
import inspect
import numbers
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np

from nbdoctor.capture.cell import Cell
from nbdoctor.treat.allowed import check
from nbdoctor.treat.untried import refuse

TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})
LOADS = frozenset({"load_weights", "set_weights"})
LOOKS = frozenset(
    {"build_config", "count_params", "evaluate", "get_config", "get_layer", "get_weights"}
    | {"predict", "summary", "to_json", "save", "save_weights", "export"}
)
"""Methods of a model that leave it as it is."""

LIBRARY_KINDS = (ModuleType, type, staticmethod)


@dataclass(frozen=True)
class Plan:
    """What is run to make a copy of the model and its data.

    Attributes
    ----------
    statements : tuple of ast.stmt
        In the order of the cell.
    on_rows : frozenset of int
        Positions of those that work on the rows of the data: they see the captured rows only.
    model : str
        The name of the model.
    fit : ast.Call
        How it is trained.
    copied : frozenset of str
        Names of Keras's objects that another cell made.
    """

    statements: tuple[ast.stmt, ...]
    on_rows: frozenset[int]
    model: str
    fit: ast.Call
    copied: frozenset[str] = field(default_factory=frozenset)


def plan_of(cell: Cell, original: Cell, namespace: Mapping[str, Any], number: int) -> Plan:
    """What makes the model that a cell trains.

    Parameters
    ----------
    cell : Cell
        With a treatment, or without.
    original : Cell
        Without: what differs from it is run, too.
    namespace : mapping of str
        The variables when training was about to begin.
    number : int
        Which `fit` of the cell, from 0.

    Raises
    ------
    UntriedError
        It cannot be told, or not be run again without side effects.
    """
    tree, before = _tree(cell), _tree(original)
    holder, fit = _fit_of(tree, number)
    statements = tree.body[: tree.body.index(holder)]
    changed = _changed(statements, before, number)
    if not (isinstance(fit.func, ast.Attribute) and isinstance(fit.func.value, ast.Name)):
        refuse("the model that `fit` trains has no name of its own")
    model = fit.func.value.id
    slicer = _Slicer(statements, namespace, changed)
    kept = slicer.needed_for({model, *_unknown(fit, namespace)})
    chosen = [statements[index] for index in sorted(kept | changed)]
    foreign = _foreign(chosen, namespace)
    run = (*foreign, *chosen)
    check(run, namespace)
    check(_data_arguments(fit), {**namespace})
    rows = {
        position
        for position, statement in enumerate(run)
        if _adapts(statement)
        or (statement in chosen and statements.index(statement) in changed - kept)
    }
    made = set().union(*(_stored(one) for one in run)) if run else set()
    used = set().union(*(_loaded(one) for one in run), {model}) if run else {model}
    outside = frozenset(n for n in used - made if n in namespace and not is_data(namespace[n]))
    return Plan(statements=run, on_rows=frozenset(rows), model=model, fit=fit, copied=outside)


def is_data(value: Any, depth: int = 3) -> bool:
    """Whether a captured value can be used as it is: no run of its statement is needed.

    Data, numbers and words, what libraries hold, and plain containers of these.
    """
    if value is None or isinstance(value, (numbers.Number, str, bytes, np.ndarray, np.generic)):
        return True
    if isinstance(value, (list, tuple, set, dict)) and depth:
        held = list(value.values()) if isinstance(value, dict) else list(value)
        return all(is_data(one, depth - 1) for one in held[:1000])
    module = getattr(value, "__module__", None) or type(value).__module__ or ""
    if isinstance(value, LIBRARY_KINDS) or inspect.isroutine(value):
        return module != "__main__" or isinstance(value, ModuleType)
    kind = type(value).__module__ or ""
    writable = hasattr(value, "assign") and kind.startswith("tensorflow")
    foreign = not kind.startswith(("keras", "__main__"))
    return foreign and not writable and hasattr(value, "shape")


def _tree(cell: Cell) -> ast.Module:
    try:
        return ast.parse(cell.python)
    except SyntaxError:
        refuse("the cell is not plain Python")


def _fit_of(tree: ast.Module, number: int) -> tuple[ast.stmt, ast.Call]:
    """The statement that trains, at the top of the cell."""
    fits = sorted(_fits(tree), key=lambda call: (call.lineno, call.col_offset))
    if number >= len(fits):
        refuse("the cell does not show the `fit` that trains")
    fit = fits[number]
    holder = next(one for one in tree.body if any(part is fit for part in ast.walk(one)))
    if not isinstance(holder, (ast.Assign, ast.AnnAssign, ast.Expr)):
        refuse("the model is trained inside of a function, a loop or a block")
    return holder, fit


def fit_number(cell: Cell, line: int | None) -> int:
    """Which `fit` of the cell stands on a line, from 0; without one, the first that gets labels."""
    try:
        fits = sorted(
            _fits(ast.parse(cell.python)), key=lambda call: (call.lineno, call.col_offset)
        )
    except SyntaxError:
        return 0
    here = [n for n, one in enumerate(fits) if one.lineno <= (line or 0) <= (one.end_lineno or 0)]
    several = [n for n, one in enumerate(fits) if len(one.args) + len(one.keywords) > 1]
    return next(iter((*here, *several)), 0)


def _fits(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "fit":
            yield node


def _changed(statements: Sequence[ast.stmt], before: ast.Module, number: int) -> set[int]:
    """Positions of statements that a treatment put in or altered.

    Raises
    ------
    UntriedError
        One was taken out or altered whose work on the data cannot be undone.
    """
    holder, _ = _fit_of(before, number)
    old = before.body[: before.body.index(holder)]
    texts = [ast.dump(one) for one in old]
    changed = set()
    for index, statement in enumerate(statements):
        if (text := ast.dump(statement)) in texts:
            texts.remove(text)
        else:
            changed.add(index)
    gone = [one for one in old if ast.dump(one) in texts]
    for statement in gone:
        for index in changed:
            if _stored(statement) & _loaded(statements[index]) & _loaded(statement):
                refuse(f"line {statement.lineno} has already changed the data it works on")
    return changed


class _Slicer:
    """Follows names back to the statements that make them."""

    def __init__(
        self, statements: Sequence[ast.stmt], namespace: Mapping[str, Any], changed: set[int]
    ) -> None:
        self.statements, self.namespace = statements, namespace
        self.remade = (
            set().union(*(_stored(statements[index]) for index in changed)) if changed else set()
        )

    def needed_for(self, names: set[str]) -> set[int]:
        """Positions of the statements that make `names`, and that change what these hold."""
        kept: set[int] = set()
        ever: set[str] = set(names)
        while True:
            before = len(kept), len(ever)
            needed = set(names)
            for index in reversed(range(len(self.statements))):
                statement = self.statements[index]
                defines = _stored(statement) & needed
                if not defines and not _touched(statement) & (needed | ever):
                    continue
                kept.add(index)
                if not isinstance(statement, (ast.If, ast.For, ast.With, ast.Try)):
                    needed -= _stored(statement)
                more = {name for name in _loaded(statement) if self._must_be_made(name)}
                needed |= more
                ever |= more
            if (len(kept), len(ever)) == before:
                self._refuse_training(ever)
                return kept

    def _must_be_made(self, name: str) -> bool:
        if name not in self.namespace:
            return not hasattr(builtins, name)
        return name in self.remade or not is_data(self.namespace[name])

    def _refuse_training(self, names: set[str]) -> None:
        """What was trained before, or was given weights, does not start where a copy starts."""
        for statement in self.statements:
            for part in ast.walk(statement):
                if not (isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)):
                    continue
                if _root(part.func.value) in names and part.func.attr in TRAINS:
                    refuse(f"line {part.lineno} has trained a part of it before")
                if _root(part.func.value) in names and part.func.attr in LOADS:
                    refuse(f"line {part.lineno} loads weights")


def _touched(statement: ast.stmt) -> set[str]:
    """Names whose value a statement may change without giving the name a new one."""
    found: set[str] = set()
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return found
    for part in ast.walk(statement):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            if part.func.attr not in LOOKS and isinstance(statement, (ast.Expr, ast.For, ast.With)):
                found |= {_root(part.func.value)}
        elif isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            found |= {_root(part)}
        elif isinstance(part, ast.AugAssign):
            found |= {_root(part.target)}
    if isinstance(statement, ast.For) and found & _stored(statement):
        found |= _loaded(statement.iter)
    return found - {""}


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _unknown(fit: ast.Call, namespace: Mapping[str, Any]) -> set[str]:
    """Names of the data that the cell had not made when it stopped."""
    used = set().union(*(_loaded(one) for one in _data_arguments(fit)), set())
    return {name for name in used if name not in namespace and not hasattr(builtins, name)}


def _data_arguments(fit: ast.Call) -> list[ast.expr]:
    """Inputs and labels as they are written."""
    named = [word.value for word in fit.keywords if word.arg in {"x", "y", "sample_weight"}]
    return [*fit.args[:2], *named]


def _foreign(chosen: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> tuple[ast.stmt, ...]:
    """Functions and classes of other cells that the statements use, with what these use."""
    found: dict[str, ast.stmt] = {}
    made = set().union(*(_stored(one) for one in chosen)) if chosen else set()
    waiting = [name for one in chosen for name in _loaded(one)]
    while waiting:
        name = waiting.pop()
        value = namespace.get(name)
        of_the_user = getattr(value, "__module__", "") == "__main__"
        if name in made or name in found or not (of_the_user and _is_code(value)):
            continue
        found[name] = _source_of(name, value)
        waiting += _loaded(found[name])
    return tuple(reversed(list(found.values())))


def _is_code(value: Any) -> bool:
    return inspect.isfunction(value) or isinstance(value, type)


def _source_of(name: str, value: Any) -> ast.stmt:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]
    except (OSError, TypeError, SyntaxError):
        refuse(f"the text of `{name}`, which another cell defines, is not known")


def _adapts(statement: ast.stmt) -> bool:
    calls = (part.func for part in ast.walk(statement) if isinstance(part, ast.Call))
    return any(isinstance(func, ast.Attribute) and func.attr == "adapt" for func in calls)


def _stored(node: ast.AST) -> set[str]:
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


def _loaded(node: ast.AST) -> set[str]:
    """Names that a statement uses and does not make itself as it goes."""
    used = {
        part.id
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }
    own = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
    inner = [part for part in ast.walk(node) if isinstance(part, ast.comprehension)]
    own |= {name for one in inner for name in _stored(one.target)}
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
        used |= _stored(node.target)
    elif isinstance(node, ast.For):
        own |= _stored(node.target)
    return used - own
