"""Both texts of a cell up to its `fit`: with a treatment, and without."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.syntax import dumped, unparsed
from nbdoctor.trials.copying.fit_call import fit_of
from nbdoctor.trials.copying.plan import Request
from nbdoctor.trials.refusal import refuse

REGISTERS = "register_keras_serializable"


@dataclass(frozen=True)
class Texts:
    """Both texts up to the `fit`.

    Attributes
    ----------
    new, old : list of ast.stmt
        With the treatment, and without.
    fit : ast.Call
    model : str
    """

    new: list[ast.stmt]
    old: list[ast.stmt]
    fit: ast.Call
    model: str


def texts_of(request: Request) -> Texts:
    """Return the statements before the `fit`, with the treatment and without.

    Raises
    ------
    UntriedError
        The cell is no plain Python, or the `fit` does not stand at its top.
    """
    tree, before = _tree(request.cell), _tree(request.original)
    holder, fit = fit_of(tree, request.number)
    if not (isinstance(fit.func, ast.Attribute) and isinstance(fit.func.value, ast.Name)):
        refuse("the model is not in a variable when `fit` is called")
    return Texts(
        new=tree.body[: tree.body.index(holder)],
        old=before.body[: before.body.index(fit_of(before, request.number)[0])],
        fit=fit,
        model=fit.func.value.id,
    )


def _tree(cell: Cell) -> ast.Module:
    if not cell.is_read:
        refuse("the cell is not plain Python, or too long")
    tree = ast.parse(cell.python)  # one of its own: it is changed
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            _unregister(node)
    return tree


def _unregister(node: ast.ClassDef | ast.FunctionDef) -> None:
    """Take out that a class is registered with Keras, where a copy would take its place."""
    node.decorator_list = [one for one in node.decorator_list if REGISTERS not in unparsed(one)]


def kept_statements(statements: Sequence[ast.stmt], old: Sequence[ast.stmt]) -> dict[int, int]:
    """Return positions of statements that a treatment left, and where they stood."""
    texts: list[str | None] = [dumped(one) for one in old]
    kept = {}
    for index, statement in enumerate(statements):
        if (text := dumped(statement)) in texts:
            kept[index] = texts.index(text)
            texts[kept[index]] = None
    return kept
