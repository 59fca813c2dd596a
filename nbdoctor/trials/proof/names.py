"""Dotted names, and what they stand for."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nbdoctor.trials.proof.libraries import is_library_module


class Missing:
    """Stands for a name without a value."""


def looked_up(
    namespace: Mapping[str, Any], root: str, path: Sequence[str]
) -> tuple[Any, Sequence[str]]:
    """Return what a dotted name stands for, as far as modules tell, and the names behind."""
    if root in namespace:
        found = namespace[root]
    else:
        found = vars(sys.modules["builtins"]).get(root, Missing)
    for place, name in enumerate(path):
        if not is_library_module(found) or name.startswith("__"):
            return found, path[place:]
        found = getattr(found, name, Missing)
    return found, ()


def dotted(node: ast.expr) -> tuple[str | None, list[str]]:
    """Return the names of `keras.layers.Dense`; None for what does not begin with a name."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id if isinstance(node, ast.Name) else None), names[::-1]


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, Any]:
    """Return what an import gives names to, of modules that are loaded."""
    if isinstance(node, ast.ImportFrom):
        module = sys.modules[node.module or ""]
        return {one.asname or one.name: getattr(module, one.name, Missing) for one in node.names}
    return {
        one.asname or one.name.split(".")[0]: sys.modules[
            one.name if one.asname else one.name.split(".")[0]
        ]
        for one in node.names
    }
