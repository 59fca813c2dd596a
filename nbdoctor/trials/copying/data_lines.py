"""Lines that work on data: what it was before them, and which lines go on from there."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from nbdoctor.cell.names import is_code_of_a_cell, names_loaded, names_stored
from nbdoctor.trials.copying.fit_call import data_arguments, written_arguments
from nbdoctor.trials.copying.plan import Request
from nbdoctor.trials.proof.values import is_plain_data
from nbdoctor.trials.refusal import refuse

CODE = (FunctionType, BuiltinFunctionType, MethodType, type, staticmethod, np.ufunc)


def is_data(value: Any) -> bool:
    """Whether a captured value can be used as it is: no run of its statement is needed.

    Data, numbers and words, what libraries hold, and plain containers of these. A stranger is not
    asked what it is.
    """
    kind = type(value)
    if issubclass(kind, ModuleType):
        return True
    if issubclass(kind, CODE) or kind.__module__ == "numpy":
        return not is_code_of_a_cell(value)
    return is_plain_data(value)


def owned_data(statements: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> set[str]:
    """Return names of plain data that statements change in place."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, (ast.Assign, ast.AugAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                base = target.value if isinstance(target, ast.Subscript) else target
                is_changed = isinstance(target, ast.Subscript) or isinstance(
                    statement, ast.AugAssign
                )
                if is_changed and isinstance(base, ast.Name) and base.id in namespace:
                    found.add(base.id)
    return {name for name in found if _can_be_copied(namespace[name])}


def _can_be_copied(value: Any) -> bool:
    """Whether a copy of a value shares nothing with it."""
    kind = type(value)
    if kind is np.ndarray:
        return bool(value.dtype != object)
    return kind.__module__.split(".")[0] == "pandas" and kind.__name__ in {"DataFrame", "Series"}


def restored_data(
    gone: Sequence[ast.stmt],
    changed: Sequence[ast.stmt],
    fit: ast.Call,
    request: Request,
) -> dict[str, Any]:
    """Return the data as it was before the first line that is left out or altered.

    Raises
    ------
    UntriedError
        It is not known, and it is needed.
    """
    data = set().union(*(names_loaded(one) for one in data_arguments(fit)))
    remade = set().union(*(names_stored(one) for one in changed))
    restored: dict[str, Any] = {}
    for statement in reversed(gone):
        if statement.lineno in request.earlier:
            restored |= request.earlier[statement.lineno]
            continue
        names = request.namespace
        works_on = names_stored(statement) & names_loaded(statement)
        works_on = {name for name in works_on if name not in names or is_data(names[name])}
        if works_on & data - remade:
            refuse(f"the data as it was before line {statement.lineno} is not known")
        if works_on & set().union(*(names_loaded(one) for one in changed)):
            refuse(f"line {statement.lineno} has already changed its data, and would do so again")
    return restored


def made_from(names: set[str], statements: Sequence[ast.stmt], behind: Sequence[int]) -> set[int]:
    """Return positions of statements that go on from names that are restored."""
    made, found = set(names), set()
    for index in sorted(behind):
        if names_loaded(statements[index]) & made:
            found.add(index)
            made |= names_stored(statements[index])
    return found


def only_for_callbacks(
    statements: Sequence[ast.stmt], changed: set[int], fit: ast.Call
) -> set[int]:
    """Return changed statements that make callbacks, and nothing else that `fit` uses.

    Copies are trained without callbacks: what they are made with shows in no trial.
    """
    given = written_arguments(fit)
    waiting = names_loaded(given["callbacks"]) if "callbacks" in given else set()
    made: set[int] = set()
    for at in reversed(range(len(statements))):
        if names_stored(statements[at]) & waiting:
            made.add(at)
            waiting |= names_loaded(statements[at])
    rest = [one for at, one in enumerate(statements) if at not in made]
    others = [node for name, node in given.items() if name != "callbacks"]
    used = set().union(*(names_loaded(one) for one in (*rest, *others)), set())
    return {at for at in made & changed if not names_stored(statements[at]) & used}


def unknown_data(fit: ast.Call, namespace: Mapping[str, Any]) -> set[str]:
    """Return names of the data that the cell had not made when it stopped."""
    used = set().union(*(names_loaded(one) for one in data_arguments(fit)), set())
    return {name for name in used if name not in namespace and not hasattr(builtins, name)}
