"""Evaluate expressions of a cell that are proved to only compute."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from nbdoctor.trials.proof.check import check
from nbdoctor.trials.refusal import UnprovedError


def evaluated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return the value of an expression; it has to be proved before."""
    code = compile(ast.Expression(body=node), "<copy>", "eval")
    return eval(code, {**names})  # noqa: S307  (checked: it computes, and does nothing else)


def is_proved(node: ast.expr, namespace: Mapping[str, Any]) -> bool:
    """Whether an expression is proved to only compute."""
    try:
        check([node], namespace)
    except UnprovedError:
        return False
    return True
