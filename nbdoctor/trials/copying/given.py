"""What `fit` was given stands for the text of its arguments, where a treatment builds on that.

`fit(train["ids"] + 1, ...)` in place of `fit(train["ids"], ...)`: what was written there is known
as a value, whatever `train` is, and need not be read from it again.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import Any

from nbdoctor.cell.names import names_loaded
from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.copying.data_lines import is_data
from nbdoctor.trials.copying.fit_call import DATA, VALIDATION

NAME = "_given_{}"
"""Names of the values in the expressions of a copy."""


def with_values(
    written: Mapping[str, ast.expr],
    before: Mapping[str, ast.expr],
    arguments: Mapping[str, Any],
    altered: set[str],
) -> tuple[dict[str, ast.expr], dict[str, Any]]:
    """Put names in the place of what the arguments of `fit` were without a treatment.

    Parameters
    ----------
    written, before : mapping of str to ast.expr
        The arguments of `fit` with the treatment, and without.
    arguments : mapping of str
        What `fit` was given.
    altered : set of str
        Names whose data is another one because of the treatment.

    Returns
    -------
    dict of str to ast.expr
        The arguments with the treatment.
    dict of str
        What the names in them stand for.
    """
    known: dict[str, str] = {}
    values: dict[str, Any] = {}
    for part, node in before.items():
        if part not in arguments:
            continue
        for place, (one, value) in enumerate(_parts(part, node, arguments[part])):
            used = set() if isinstance(one, ast.Name) else names_loaded(one)
            if used and not used & altered and is_data(value):
                name = NAME.format(f"{part}_{place}")
                known[dumped(one)], values[name] = name, value
    found = dict(written)
    for part in (*DATA, VALIDATION):
        if part in found and known:
            found[part] = _Named(known).visit(copy.deepcopy(found[part]))
    return found, values


def _parts(part: str, node: ast.expr, value: Any) -> list[tuple[ast.expr, Any]]:
    """Return expressions with their values: those of a pair of validation rows apart."""
    if part in DATA:
        return [(node, value)]
    pairs = part == VALIDATION and isinstance(node, ast.Tuple) and type(value) in {list, tuple}
    if not pairs or not isinstance(node, ast.Tuple) or len(node.elts) != len(value):
        return []
    return list(zip(node.elts, value, strict=True))


class _Named(ast.NodeTransformer):
    """Puts names in the place of expressions."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known

    def visit(self, node: ast.AST) -> Any:
        name = self.known.get(dumped(node)) if isinstance(node, ast.expr) else None
        if name is not None:
            return ast.copy_location(ast.Name(name, ast.Load()), node)
        return super().visit(node)
