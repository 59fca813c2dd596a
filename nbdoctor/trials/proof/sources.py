"""The text of functions and classes that the user has defined."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from nbdoctor.cell.namespace import is_class, is_function
from nbdoctor.trials.proof.libraries import is_library_file
from nbdoctor.trials.refusal import refuse

Definition = ast.FunctionDef | ast.ClassDef | ast.Lambda


def is_user_code(value: Any) -> bool:
    """Whether a value is a function or class, and none of a library's."""
    if is_function(value):
        return not is_library_file(value.__code__.co_filename)
    if not is_class(value):
        return False
    return any(map(is_user_code, _functions(value))) or value.__module__ == "__main__"


def names_of(value: Any) -> Mapping[str, Any]:
    """Return what the names in a function or class stand for."""
    if type(value) is FunctionType:
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=False)
        closed = {name: _held(cell) for name, cell in cells}
        return {**value.__globals__, **closed}
    return next((dict(one.__globals__) for one in _functions(value)), {})


def sources_of(value: Any) -> list[Definition]:
    """Return the text of a function, or of a class and the user's classes beneath it.

    Raises
    ------
    UntriedError
        It is not known, or the class was changed since.
    """
    if type(value) is FunctionType:
        return [_of_function(value)]
    kinds = [kind for kind in reversed(value.__mro__) if is_user_code(kind)]
    return [_of_class(kind) for kind in kinds]


def _of_function(function: FunctionType) -> Definition:
    code = function.__code__
    found = [
        one
        for one in _definitions(code)
        if not isinstance(one, ast.ClassDef) and _begins(one) == code.co_firstlineno
    ]
    named = [one for one in found if getattr(one, "name", "<lambda>") == code.co_name]
    if len(named) != 1:
        refuse(f"the source of `{code.co_name}`, which another cell defines, is not known")
    return named[0]


def _of_class(kind: type[Any]) -> ast.ClassDef:
    functions = list(_functions(kind))
    texts = {one.__code__.co_filename: one.__code__ for one in functions}
    for code in texts.values() if len(texts) == 1 else ():
        for one in _definitions(code):
            if isinstance(one, ast.ClassDef) and one.name == kind.__name__:
                lines = {_begins(part) for part in one.body if isinstance(part, ast.FunctionDef)}
                if all(other.__code__.co_firstlineno in lines for other in functions):
                    return one
    return refuse(f"the source of `{kind.__name__}`, which another cell defines, is not known")


def _definitions(code: CodeType) -> Iterator[Definition]:
    text = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            yield node


def _begins(node: ast.AST) -> int:
    """Return the first line as Python counts it: decorators belong to a definition."""
    lines = [one.lineno for one in getattr(node, "decorator_list", [])]
    return int(min([*lines, getattr(node, "lineno", 0)]))


def _functions(kind: type[Any]) -> Iterator[FunctionType]:
    """Return the functions that stand in a class itself."""
    for value in vars(kind).values():
        yield from _functions_in(value)


def _functions_in(value: Any) -> Iterator[FunctionType]:
    """Return the functions of an entry of a class: a method, or those of a property."""
    if isinstance(value, property):
        parts: list[Any] = [value.fget, value.fset]
    elif isinstance(value, (staticmethod, classmethod)):
        parts = [value.__func__]
    else:
        parts = [value]
    yield from (one for one in parts if isinstance(one, FunctionType))


def _held(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
