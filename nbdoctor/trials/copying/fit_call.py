"""The call of `fit` as it is written: which one it is, and what it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.refusal import refuse

ARGUMENTS = ("x", "y", "batch_size", "epochs")
"""Names of the first arguments of `fit`, where they are given without."""

READ = frozenset(
    [
        "x",
        "y",
        "sample_weight",
        "class_weight",
        "batch_size",
        "epochs",
        "validation_data",
        "validation_split",
        "shuffle",
        "steps_per_epoch",
    ]
)
"""Arguments of `fit` that a copy is trained with."""

DATA = ("x", "y", "sample_weight")

VALIDATION = "validation_data"
"""Rows that `fit` judges by."""


def fit_number(cell: Cell, line: int | None) -> int:
    """Return which `fit` stands on a line, from 0; without one, the first that gets labels."""
    fits = sorted(_fits(cell.tree), key=lambda call: (call.lineno, call.col_offset))
    here = [n for n, one in enumerate(fits) if one.lineno <= (line or 0) <= (one.end_lineno or 0)]
    several = [n for n, one in enumerate(fits) if len(one.args) + len(one.keywords) > 1]
    return next(iter((*here, *several)), 0)


def fit_of(tree: ast.Module, number: int) -> tuple[ast.stmt, ast.Call]:
    """Return the statement that trains, at the top of the cell."""
    fits = sorted(_fits(tree), key=lambda call: (call.lineno, call.col_offset))
    if number >= len(fits):
        refuse("the cell does not contain the call of `fit`")
    fit = fits[number]
    holder = next(one for one in tree.body if any(part is fit for part in ast.walk(one)))
    if not isinstance(holder, (ast.Assign, ast.AnnAssign, ast.Expr)):
        refuse("`fit` is called inside a function, a loop or a block")
    return holder, fit


def data_arguments(fit: ast.Call) -> list[ast.expr]:
    """Return inputs and labels as they are written."""
    named = [word.value for word in fit.keywords if word.arg in {"x", "y", "sample_weight"}]
    return [*fit.args[:2], *named]


def written_arguments(fit: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments of `fit` as they are written, by name."""
    named = {word.arg: word.value for word in fit.keywords if word.arg}
    return {**dict(zip(ARGUMENTS, fit.args, strict=False)), **named}


def _fits(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "fit":
            yield node
