"""Edit a function that a cell defines: what it returns, the order of its parameters."""

from __future__ import annotations

import ast

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.syntax import unparsed


def with_returned(cell: Cell, name: str, text: str) -> Cell:
    """Let a function return `text`, in which `{value}` stands for what it returns now.

    Raises
    ------
    CannotEditError
        The cell defines no such function, or several, or it returns in several places.
    """
    returns = [one for one in ast.walk(_function(cell, name)) if isinstance(one, ast.Return)]
    if len(returns) != 1 or returns[0].value is None:
        message = f"`{name}` does not return a value in one place."
        raise CannotEditError(message)
    value = returns[0].value
    return with_expression(cell, value, text.format(value=unparsed(value)))


def with_first_parameters_swapped(cell: Cell, name: str) -> Cell:
    """Let a function take its first two parameters in the other order.

    Raises
    ------
    CannotEditError
        The cell defines no such function, or several, or its parameters have types or defaults.
    """
    arguments = _function(cell, name).args
    free = len(arguments.args) - len(arguments.defaults)
    if free < 2 or any(one.annotation for one in arguments.args[:2]):  # noqa: PLR2004
        message = f"The parameters of `{name}` cannot be exchanged as they are written."
        raise CannotEditError(message)
    first, second = arguments.args[:2]
    treated = with_expression(cell, _as_name(second), first.arg)
    return with_expression(treated, _as_name(first), second.arg)


def _as_name(argument: ast.arg) -> ast.Name:
    """The place of a parameter as that of an expression."""
    return ast.copy_location(ast.Name(id=argument.arg), argument)


def _function(cell: Cell, name: str) -> ast.FunctionDef:
    found = [
        one for one in ast.walk(cell.tree) if isinstance(one, ast.FunctionDef) and one.name == name
    ]
    if len(found) != 1:
        message = f"The cell defines `{name}` {len(found)} times; once is needed to edit it."
        raise CannotEditError(message)
    return found[0]
