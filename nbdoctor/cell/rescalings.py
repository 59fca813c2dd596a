"""Where the text of a cell makes numbers much smaller."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from nbdoctor.cell.syntax import unparsed

ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Div: operator.truediv,
    ast.Mult: operator.mul,
    ast.Pow: math.pow,
}

SHRINKS = 10.0
"""A factor below this is part of a formula, not a change of units."""


DEEPEST = 8
"""Operations inside of one another in what is read as one number: a factor has one or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescaling:
    """One division by a number on the way to `fit`.

    Attributes
    ----------
    text : str
        The expression as written ("x / 255").
    line : int
    factor : float
        By which it makes numbers smaller (255.0).
    """

    text: str
    line: int
    factor: float


def rescalings(tree: ast.Module, reached: Collection[str]) -> tuple[Rescaling, ...]:
    """Divisions by numbers, in what the names `reached` are made from.

    Parameters
    ----------
    tree : ast.Module
    reached : collection of str
        Names from which the data of `fit` is computed; a function among them counts whole.
    """
    found: dict[int, Rescaling] = {}
    wanted = frozenset(reached)
    for node in ast.walk(tree):
        if _makes(node) & wanted:
            found |= {id(part): made for part, made in _divisions(node)}
    return tuple(sorted(found.values(), key=lambda one: one.line))


def _makes(node: ast.AST) -> set[str]:
    match node:
        case ast.Assign(targets=targets):
            return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        case ast.AugAssign(target=ast.Name(id=name)) | ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name))):
            return {name}
        case ast.FunctionDef(name=name):
            return {name}
    return set()


def _divisions(node: ast.AST) -> Iterator[tuple[ast.AST, Rescaling]]:
    for part in ast.walk(node):
        factor = _factor(part)
        if factor is not None and factor >= SHRINKS:
            text = unparsed(part.value) if isinstance(part, ast.keyword) else unparsed(part)
            line = getattr(part, "lineno", 0)
            yield part, Rescaling(text=text, line=line, factor=factor)


def _factor(node: ast.AST) -> float | None:
    """By which `node` makes what it is given smaller; None where it does no such thing."""
    match node:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _number(right) if _number(left) is None else None
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            one, other = _number(left), _number(right)
            both = (one is None) == (other is None)
            return None if both else _inverse(one if other is None else other)
        case ast.AugAssign(op=ast.Div(), value=value):
            return _number(value)
        case ast.AugAssign(op=ast.Mult(), value=value) | ast.keyword(arg="rescale", value=value):
            return _inverse(_number(value))
    return None


def _number(node: ast.expr, levels: int = DEEPEST) -> float | None:
    """The value of a short expression of numbers alone: 255, 1 / 255, 2**8."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.BinOp(left=left, op=made_by, right=right):
            if levels == 0:
                return None
            one, other = _number(left, levels - 1), _number(right, levels - 1)
            apply = ARITHMETIC.get(type(made_by))
            if one is None or other is None or apply is None:
                return None
            try:
                return apply(one, other)
            except (ArithmeticError, ValueError):
                return None
    return None


def _inverse(value: float | None) -> float | None:
    return 1 / value if value and math.isfinite(value) and value > 0 else None
