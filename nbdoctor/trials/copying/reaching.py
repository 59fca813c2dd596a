"""Reaching definitions: which statement of a cell made the value that a name has in another one."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

from nbdoctor.cell.names import is_code_of_a_cell, names_loaded, root_name
from nbdoctor.cell.syntax import last_name
from nbdoctor.trials.copying.data_lines import is_data
from nbdoctor.trials.copying.lines.draws import DRAWS
from nbdoctor.trials.proof.listed import CHANGING_METHODS
from nbdoctor.trials.proof.names import dotted
from nbdoctor.trials.proof.values import is_of_keras

Definition = (ast.FunctionDef, ast.ClassDef)

BRANCHING = (ast.If, ast.For, ast.While, ast.With, ast.Try)
"""They may leave a name as it was: what it was before reaches past them."""

LEARNS = frozenset({"adapt", "fit", "fit_transform", "partial_fit", "set_vocabulary"})
"""Methods that change what they are called on, wherever they stand."""

LEAVES = frozenset({"inverse_transform", "predict", "score", "transform"})
"""Methods of a stateful object that leave it as it is."""

SHOWS = frozenset(
    {"boxplot", "count_params", "describe", "head", "hist", "info", "plot", "scatter", "summary"}
    | {"tail", "value_counts"}
)
"""Methods whose result a statement drops because they print or draw something."""


class Definitions:
    """What each statement of a text reads and changes.

    A statement also changes what it moves on: the generator that it draws from, the scaler that it
    fits.

    Parameters
    ----------
    statements : sequence of ast.stmt
    namespace : mapping of str
        What the names stand for after them.

    Attributes
    ----------
    changes, reads : list of set of str
        By statement.
    """

    def __init__(self, statements: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> None:
        self.statements, self.namespace = statements, namespace
        self.code = dict(_code_in(statements))
        self.changes = [self._changed_by(one) for one in statements]
        self.reads = [self._read_by(place) for place in range(len(statements))]

    @property
    def end(self) -> int:
        """The place behind all statements."""
        return len(self.statements)

    def reaching(self, name: str, place: int) -> int | None:
        """Return the last statement before a place that changes a name; None where none does."""
        return next((at for at in reversed(range(place)) if name in self.changes[at]), None)

    def _read_by(self, place: int) -> set[str]:
        """Return names that a statement reads, with those that the functions it uses read."""
        statement, changed = self.statements[place], self.changes[place]
        if isinstance(statement, Definition):
            return set().union(*(names_loaded(one) for one in statement.decorator_list), set())
        found = names_loaded(statement) | (changed - _stored(statement))
        found -= {DRAWS} if _sets_seed(statement) else set()
        if isinstance(statement, BRANCHING):
            counted = _stored(statement.target) if isinstance(statement, ast.For) else set()
            found |= {one for one in changed - counted if self.reaching(one, place) is not None}
        waiting, seen = list(found), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._read_inside(name)
        return {name for name in seen if name in self.namespace or not hasattr(builtins, name)}

    def _read_inside(self, name: str) -> set[str]:
        """Return names that a function of the user's reads when it is called."""
        if name in self.code:
            return names_loaded(self.code[name])
        value = self.namespace.get(name)
        if type(value) is FunctionType and is_code_of_a_cell(value):
            return set(value.__code__.co_names) & self.namespace.keys()
        return set()

    def _changed_by(self, statement: ast.stmt) -> set[str]:
        """Return names that a statement gives a value to, or whose value it may change."""
        found = _stored(statement)
        if isinstance(statement, (*Definition, ast.Import, ast.ImportFrom)):
            return found
        for part in ast.walk(statement):
            if isinstance(part, (ast.Subscript, ast.Attribute)) and isinstance(
                part.ctx, (ast.Store, ast.Del)
            ):
                found |= {root_name(part)}
            elif isinstance(part, ast.Call):
                found |= self._moved_by(part, is_dropped=_is_dropped(part, statement))
        return {name for name in found if name and not self._is_fixed(name)}

    def _moved_by(self, call: ast.Call, *, is_dropped: bool) -> set[str]:
        """Return names whose values a call may change in place."""
        given = [*call.args, *(word.value for word in call.keywords)]
        held = {one.id for one in given if isinstance(one, ast.Name)}
        found = {name for name in held if self._has_state(name)}
        called = last_name(call)
        is_own = isinstance(call.func, ast.Name) and (
            call.func.id in self.code or is_code_of_a_cell(self.namespace.get(call.func.id))
        )
        if called == "shuffle" or (is_dropped and is_own):
            found |= held
        if isinstance(call.func, ast.Attribute):
            root = root_name(call.func)
            in_place = any(word.arg == "inplace" for word in call.keywords)
            changes = called in CHANGING_METHODS or called in LEARNS or in_place
            moves = self._has_state(root) and called not in LEAVES
            if changes or moves or (is_dropped and called not in SHOWS):
                found.add(root)
        return found

    def _has_state(self, name: str) -> bool:
        """Whether a name holds an object that its uses may move on, such as a generator."""
        value = self.namespace.get(name)
        if name == DRAWS:
            return True
        if value is None or self._is_fixed(name) or is_of_keras(value):
            return False
        return not is_data(value)

    def _is_fixed(self, name: str) -> bool:
        """Whether a name holds a module, a function or a class: no statement changes one."""
        value = self.namespace.get(name)
        return issubclass(type(value), (ModuleType, FunctionType, type)) and name not in self.code


def _sets_seed(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and dotted(call.func) == (DRAWS, ["seed"])


def _stored(statement: ast.AST) -> set[str]:
    """Return names that a statement gives a value to, or deletes; not those of comprehensions."""
    if isinstance(statement, Definition):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    inner = {
        id(part)
        for one in ast.walk(statement)
        if isinstance(one, ast.comprehension)
        for part in ast.walk(one.target)
    }
    return {
        part.id
        for part in ast.walk(statement)
        if isinstance(part, ast.Name)
        and isinstance(part.ctx, (ast.Store, ast.Del))
        and id(part) not in inner
    }


def _is_dropped(call: ast.Call, statement: ast.stmt) -> bool:
    """Whether nothing is done with the result of a call."""
    return any(isinstance(part, ast.Expr) and part.value is call for part in ast.walk(statement))


def _code_in(statements: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Yield functions and classes that a text defines, by name."""
    for one in statements:
        if isinstance(one, Definition):
            yield one.name, one
        elif isinstance(one, ast.Assign) and isinstance(one.value, ast.Lambda):
            yield from ((target.id, one) for target in one.targets if isinstance(target, ast.Name))
