"""Lines that are run for copies draw from a generator of their own, and leave the shared one alone.

A cell that stops before its `fit` has not made all of its data. Where the lines behind draw it from
`np.random` itself, copies draw from a generator made for them: there is nothing that the draws
would have to agree with. Lines that have run draw the same numbers again where the cell has set a
seed before them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from types import BuiltinMethodType, MethodType, ModuleType
from typing import Any

import numpy as np

from nbdoctor.cell.names import names_stored
from nbdoctor.trials.proof.names import dotted, looked_up

DRAWS = "_draws_of_a_copy"
"""Name of the generator in the lines of a copy."""

CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def with_own_draws(statements: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> bool:
    """Let statements that never ran draw from a generator of their own; they are changed in place.

    Parameters
    ----------
    statements : sequence of ast.stmt
        At the top of a cell. One that gives a value to a name which is not there never ran.
    namespace : mapping of str

    Returns
    -------
    bool
        Whether one of them draws.
    """
    renaming = _Draws(namespace)
    for statement in statements:
        if not isinstance(statement, CODE) and names_stored(statement) - namespace.keys():
            renaming.visit(statement)
    return renaming.found


def with_seeded_draws(statements: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> None:
    """Let statements behind a seed draw from a generator that starts from it; changed in place.

    Parameters
    ----------
    statements : sequence of ast.stmt
        At the top of a cell.
    namespace : mapping of str
    """
    renaming, is_seeded = _Draws(namespace), False
    for statement in statements:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and renaming.seeds(call):
            own = ast.Attribute(ast.Name(DRAWS, ast.Load()), "seed", ast.Load())
            call.func = ast.fix_missing_locations(ast.copy_location(own, call.func))
            is_seeded = True
        elif is_seeded and not isinstance(statement, CODE):
            renaming.visit(statement)


def generator() -> np.random.RandomState:
    """Return what copies draw from: the same in each."""
    return np.random.RandomState(0)


def _shared() -> Any:
    """The generator that the functions of `np.random` share."""
    return getattr(np.random.random_sample, "__self__", np.random)


class _Draws(ast.NodeTransformer):
    """Calls methods of another generator instead of the functions of `np.random`."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self.namespace, self.found = namespace, False

    def visit(self, node: ast.AST) -> Any:
        """Leave the bodies of functions alone: they may be called by others."""
        return node if isinstance(node, CODE) else super().visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Draw from the generator of a copy."""
        self.generic_visit(node)
        name = self._drawn(node.func)
        if name:
            self.found = True
            own = ast.Attribute(ast.Name(DRAWS, ast.Load()), name, ast.Load())
            node.func = ast.fix_missing_locations(ast.copy_location(own, node.func))
        return node

    def seeds(self, call: ast.Call) -> bool:
        """Whether a call sets the seed of the shared generator, to one number."""
        import keras

        root, path = dotted(call.func)
        found = looked_up(self.namespace, root, path)[0] if root is not None else None
        named = [word.arg for word in call.keywords]
        is_one = (len(call.args), named) in [(1, []), (0, ["seed"])]
        return is_one and found in (np.random.seed, keras.utils.set_random_seed)

    def _drawn(self, func: ast.expr) -> str:
        """Return the method that a function of `np.random` is; "" for anything else."""
        root, path = dotted(func)
        found = self.namespace.get(root) if root is not None else None
        for name in path:
            if not isinstance(found, ModuleType):
                return ""
            found = vars(found).get(name)
        bound = isinstance(found, (BuiltinMethodType, MethodType))
        if not bound or getattr(found, "__self__", None) is not _shared():
            return ""
        return str(getattr(found, "__name__", ""))
