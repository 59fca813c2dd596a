"""Where a cell makes classes of predictions: by the largest column, or by a threshold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nbdoctor.cell.data_flow import argument_of, names_made
from nbdoctor.cell.syntax import dotted, unparsed

NAMES = re.compile(
    r"pred|class|label|y_|digit|answer|result|species|sentiment|guess", re.IGNORECASE
)
"""Names of results that are classes, one for each row."""

JUDGING = re.compile(r"accuracy|confusion|report|f1|precision|recall|kappa|equal", re.IGNORECASE)
"""Functions that compare classes."""

HALF = 0.5
ALL = "all"
FIRST_AXIS = frozenset({"tensorflow"})
LAST_AXIS = frozenset({"keras.backend"})

Axis = int | Literal["all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One place where predictions become classes.

    Attributes
    ----------
    by : str
        "argmax" or "threshold".
    line : int
    text : str
        As written.
    first, last : int
        Lines of the call of `predict` that the predictions come from.
    axis : int or "all"
        That the largest is taken over.
    names_classes : bool
        What becomes of it says that it is one class for each row.
    """

    by: Literal["argmax", "threshold"]
    line: int
    text: str
    first: int
    last: int
    axis: Axis = -1
    names_classes: bool = False


def decided(tree: ast.Module, namespace: Mapping[str, Any]) -> Iterator[Decided]:
    """Every such place of a cell, as far as the text tells what is decided.

    Parameters
    ----------
    tree : ast.Module
    namespace : mapping of str
        The user's variables: which library a name stands for.
    """
    made = _predictions(tree)
    for statement in ast.walk(tree):
        if not isinstance(statement, (ast.Assign, ast.Expr, ast.Return, ast.AugAssign)):
            continue
        for node in ast.walk(statement):
            if not isinstance(node, ast.expr):
                continue
            subject, by, axis = _subject(node, namespace)
            source = subject if subject is None else _source(subject, made)
            if source is None or by is None:
                continue
            yield Decided(
                by=by,
                line=node.lineno,
                text=unparsed(node),
                first=source.lineno,
                last=source.end_lineno or source.lineno,
                axis=axis,
                names_classes=_names_classes(statement, node),
            )


def _predictions(tree: ast.Module) -> dict[str, ast.Call]:
    """Names that get the result of `predict`, and nothing else."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr)):
            for name in names_made(node):
                found.setdefault(name, []).append(node)
        elif isinstance(node, (ast.For, ast.comprehension)):
            for name in names_made(node.target):
                found.setdefault(name, []).append(node)
    once = {name: nodes[0] for name, nodes in found.items() if len(nodes) == 1}
    return {
        name: node.value
        for name, node in once.items()
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and _is_predict(node.value)
        and isinstance(node.value, ast.Call)
    }


def _is_predict(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "predict"
    )


def _source(node: ast.expr, made: Mapping[str, ast.Call]) -> ast.Call | None:
    if isinstance(node, ast.Name):
        return made.get(node.id)
    return node if isinstance(node, ast.Call) and _is_predict(node) else None


Subject = tuple[ast.expr | None, Literal["argmax", "threshold"] | None, Axis]
NOTHING: Subject = (None, None, -1)


def _subject(node: ast.AST, namespace: Mapping[str, Any]) -> Subject:
    """What is decided, how, and over which axis."""
    if isinstance(node, ast.Compare):
        return _compared(node)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return NOTHING
    name, library = node.func.attr, _library(node.func.value, namespace)
    subject = argument_of(node, "a", 0) if library else node.func.value
    if name in {"round", "rint", "around"}:  # to places, it is made to be read
        places = argument_of(node, "decimals", 1 if library else 0)
        return (subject, "threshold", -1) if places is None else NOTHING
    if name != "argmax":
        return NOTHING
    return _over(subject, argument_of(node, "axis", 1 if library else 0), library)


def _compared(node: ast.Compare) -> Subject:
    half = len(node.ops) == 1 and _number(node.comparators[0]) == HALF
    if half and isinstance(node.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE)):
        return node.left, "threshold", -1
    return NOTHING


def _over(subject: ast.expr | None, given: ast.expr | None, library: str) -> Subject:
    """The largest over an axis that is given, or that the library takes without one."""
    if given is None:
        axis: Axis = 0 if library in FIRST_AXIS else -1 if library in LAST_AXIS else "all"
        return subject, "argmax", axis
    if isinstance(given, ast.Constant) and given.value is None:
        return subject, "argmax", "all"
    number = _number(given)
    return NOTHING if number is None else (subject, "argmax", int(number))


def _library(node: ast.expr, namespace: Mapping[str, Any]) -> str:
    """The library that a name stands for, "" for a value."""
    text = dotted(node)
    root, _, rest = text.partition(".")
    module = namespace.get(root)
    if module is None or not hasattr(module, "__spec__"):
        return ""
    name = str(module.__name__)
    return "keras.backend" if "backend" in (rest or name) else name.partition(".")[0]


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            number = _number(inner)
            return None if number is None else -number
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case _:
            return None


def _names_classes(statement: ast.stmt, node: ast.AST) -> bool:
    """Whether the statement says that there is one class for each row."""
    if isinstance(statement, ast.Assign) and any(map(NAMES.search, names_made(statement))):
        return True
    for one in ast.walk(statement):
        inside = one is not node and any(part is node for part in ast.walk(one))
        if not inside:
            continue
        if isinstance(one, ast.Compare):
            return True
        if isinstance(one, ast.Call) and JUDGING.search(dotted(one.func)):
            return True
    return False
