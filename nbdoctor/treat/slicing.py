"""Follow names back to the statements that make them, and that change what they hold."""

from __future__ import annotations

import ast
import builtins
import inspect
import numbers
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from nbdoctor.capture.names import names_loaded, names_stored, root_name
from nbdoctor.treat.untried import refuse

TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})

LOADS = frozenset({"load_weights", "set_weights"})

LOOKS = frozenset(
    {"build_config", "count_params", "evaluate", "get_config", "get_layer", "get_weights"}
    | {"predict", "summary", "to_json", "save", "save_weights", "export"}
)
"""Methods of a model that leave it as it is."""

LIBRARY_KINDS = (ModuleType, type, staticmethod)


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


class Slicer:
    """Follows names back to the statements that make them."""

    def __init__(
        self, statements: Sequence[ast.stmt], namespace: Mapping[str, Any], changed: set[int]
    ) -> None:
        self.statements, self.namespace = statements, namespace
        self.remade = (
            set().union(*(names_stored(statements[index]) for index in changed))
            if changed
            else set()
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
                defines = names_stored(statement) & needed
                if not defines and not _touched(statement) & (needed | ever):
                    continue
                kept.add(index)
                if not isinstance(statement, (ast.If, ast.For, ast.With, ast.Try)):
                    needed -= names_stored(statement)
                more = {name for name in names_loaded(statement) if self._must_be_made(name)}
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
                if root_name(part.func.value) in names and part.func.attr in TRAINS:
                    refuse(f"line {part.lineno} has trained a part of it before")
                if root_name(part.func.value) in names and part.func.attr in LOADS:
                    refuse(f"line {part.lineno} loads weights")


def _touched(statement: ast.stmt) -> set[str]:
    """Names whose value a statement may change without giving the name a new one."""
    found: set[str] = set()
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return found
    for part in ast.walk(statement):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            if part.func.attr not in LOOKS and isinstance(statement, (ast.Expr, ast.For, ast.With)):
                found |= {root_name(part.func.value)}
        elif isinstance(part, (ast.Attribute, ast.Subscript)) and isinstance(part.ctx, ast.Store):
            found |= {root_name(part)}
        elif isinstance(part, ast.AugAssign):
            found |= {root_name(part.target)}
    if isinstance(statement, ast.For) and found & names_stored(statement):
        found |= names_loaded(statement.iter)
    return found - {""}
