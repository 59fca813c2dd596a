"""Follow names back to the statements that make them, and that change what they hold."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from nbdoctor.cell.names import names_loaded, names_stored, root_name
from nbdoctor.cell.namespace import is_class, module_of
from nbdoctor.trials.copying.data_lines import is_data
from nbdoctor.trials.refusal import refuse

TRAINS = frozenset({"fit", "fit_generator", "train_on_batch"})

LOADS = frozenset({"load_weights", "set_weights"})

LOOKS = frozenset(
    {"build_config", "count_params", "evaluate", "get_config", "get_layer", "get_weights"}
    | {"predict", "summary", "to_json", "save", "save_weights", "export"}
)
"""Methods of a model that leave it as it is."""


class Slicer:
    """Follows names back to the statements that make them.

    Parameters
    ----------
    statements : sequence of ast.stmt
    namespace : mapping of str
    changed : set of int
        Positions of statements whose results in the namespace are not those that are wanted.
    known : frozenset of int
        Positions of statements of which it is known elsewhere what they go on from.
    """

    def __init__(
        self,
        statements: Sequence[ast.stmt],
        namespace: Mapping[str, Any],
        changed: set[int],
        known: frozenset[int] = frozenset(),
    ) -> None:
        self.statements, self.namespace, self.known = statements, namespace, known
        self.remade = (
            set().union(*(names_stored(statements[index]) for index in changed))
            if changed
            else set()
        )

    def needed_for(self, names: set[str]) -> set[int]:
        """Return positions of statements that make `names`, or change what these hold."""
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
                if index in self.known:
                    continue
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

    def _is_of_sklearn(self, name: str) -> bool:
        """Whether a name holds a scaler or the like, or a class of them: these are fitted, too."""
        value = self.namespace.get(name)
        kind = value if is_class(value) else type(value)
        return module_of(kind).startswith("sklearn.")

    def _refuse_training(self, names: set[str]) -> None:
        """Refuse what was trained before, or was given weights: a copy starts elsewhere."""
        for statement in self.statements:
            for part in ast.walk(statement):
                if not (isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)):
                    continue
                root = root_name(part.func.value)
                if root in names and part.func.attr in TRAINS and not self._is_of_sklearn(root):
                    refuse(f"line {part.lineno} has already trained a part of the model")
                if root in names and part.func.attr in LOADS:
                    refuse(f"line {part.lineno} loads weights")


def _touched(statement: ast.stmt) -> set[str]:
    """Return names whose value a statement may change without naming it anew."""
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
