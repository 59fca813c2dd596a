"""Edits of a call that touch the fewest tokens."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable

import libcst as cst

from nbdoctor.cell.call import CannotEditError, line_of_name, nodes_of_calls
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.syntax import DEEPEST_WRITTEN, is_deeper, is_larger, last_name

MOST_EDITED = 5_000
"""Nodes of a call that is edited: LibCST reads as many in about a fifth of a second."""


def edited(
    cell: Cell,
    callee: str,
    edit: Callable[[cst.Call], cst.BaseExpression],
    line: int | None,
    place: int | None = None,
) -> str:
    """The Python of a cell with its one call of `callee` edited.

    That call alone is read by LibCST, whatever else the cell holds.

    Parameters
    ----------
    cell : Cell
    callee : str
    edit : callable
    line, place : int, optional
        Its line, and which of the calls of that name on that line it is (`Call.place`).

    Raises
    ------
    CannotEditError
        No such call, or several that nothing tells apart, or one that is nested too deeply.
    """
    cell.must_be_read()
    found = [node for node in nodes_of_calls(cell.tree) if last_name(node) == callee]
    found = [node for node in found if line in (None, line_of_name(node))]
    chosen = found if place is None else found[place : place + 1]
    if len(chosen) != 1:
        message = (
            f"The cell has {len(chosen)} calls of `{callee}`"
            f"{f' on line {line}' if line else ''}; one is needed to edit it."
        )
        raise CannotEditError(message)
    new = edit(_read(chosen[0], cell))
    return cell.lines.with_text(chosen[0], cst.Module([]).code_for_node(new))


def _read(node: ast.Call, cell: Cell) -> cst.Call:
    """The call as LibCST sees it."""
    if is_deeper(node, DEEPEST_WRITTEN) or is_larger(node, MOST_EDITED):
        message = f"The call of `{last_name(node)}` is too long or nested too deeply to be edited."
        raise CannotEditError(message)
    call: cst.BaseExpression | None = None
    with contextlib.suppress(cst.ParserSyntaxError):  # before Python 3.12 in an f-string
        # In brackets a chain may take several lines.
        call = cst.parse_expression(f"({cell.lines.text(node)})")
    if not isinstance(call, cst.Call):
        message = f"The call of `{last_name(node)}` stands in a text, where it is not edited."
        raise CannotEditError(message)
    return call.with_changes(lpar=[], rpar=[])


def with_argument(call: cst.Call, name: str, value: str, position: int | None) -> cst.Call:
    """`call` with an argument set; `Cell.with_argument` tells how."""
    new = cst.parse_expression(value)
    arguments = list(call.args)
    for index, argument in enumerate(arguments):
        if argument.keyword is not None and argument.keyword.value == name:
            arguments[index] = argument.with_changes(value=new)
            return call.with_changes(args=arguments)
    positional = [i for i, a in enumerate(arguments) if a.keyword is None and not a.star]
    if position is not None and position < len(positional):
        index = positional[position]
        arguments[index] = arguments[index].with_changes(value=new)
        return call.with_changes(args=arguments)
    added = cst.Arg(
        keyword=cst.Name(name),
        value=new,
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    if arguments and isinstance(arguments[-1].comma, cst.MaybeSentinel):
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        arguments[-1] = arguments[-1].with_changes(comma=comma)
    return call.with_changes(args=[*arguments, added])


def without_argument(call: cst.Call, name: str) -> cst.Call:
    """`call` with an argument taken out; `Cell.without_argument` tells how."""
    arguments = list(call.args)
    places = [i for i, one in enumerate(arguments) if one.keyword and one.keyword.value == name]
    if not places:
        message = f"The call is not given `{name}` by its name."
        raise CannotEditError(message)
    gone = arguments.pop(places[0])
    if arguments and places[0] == len(arguments):  # how the list of arguments ended, it ends now
        arguments[-1] = arguments[-1].with_changes(
            comma=gone.comma, whitespace_after_arg=gone.whitespace_after_arg
        )
    return call.with_changes(args=arguments)


def with_callee(call: cst.Call, replacement: str) -> cst.Call:
    """`call` with the last name of what is called replaced."""
    if isinstance(call.func, cst.Attribute):
        return call.with_changes(func=call.func.with_changes(attr=cst.Name(replacement)))
    return call.with_changes(func=cst.Name(replacement))


def owner_of(call: cst.Call) -> cst.BaseExpression:
    """What the method is called on; `Cell.without_method` tells more."""
    if not isinstance(call.func, cst.Attribute):
        message = "The call is that of a function, which stands for its result."
        raise CannotEditError(message)
    return call.func.value


def with_first_item(call: cst.Call, item: str, after: tuple[str, ...]) -> cst.Call:
    """`call` with an item put into its list; `Cell.with_first_item` tells how."""
    items = call.args[0].value if call.args else None
    if not isinstance(items, cst.List):
        message = "The first argument of the call is not a list written in place."
        raise CannotEditError(message)
    elements = list(items.elements)
    index = 0
    while index < len(elements) and _last_name(elements[index].value) in after:
        index += 1
    new = cst.Element(cst.parse_expression(item), comma=_separator(items))
    if index == len(elements):
        last = elements[-1].comma if elements else cst.MaybeSentinel.DEFAULT
        elements = [*elements[:-1], *(e.with_changes(comma=new.comma) for e in elements[-1:])]
        new = new.with_changes(comma=last)
    elements.insert(index, new)
    listed = items.with_changes(elements=elements)
    return call.with_changes(args=[call.args[0].with_changes(value=listed), *call.args[1:]])


def _separator(items: cst.List) -> cst.Comma:
    """A comma and the line break that the list opens with, without its comment."""
    opening = items.lbracket.whitespace_after
    if not isinstance(opening, cst.ParenthesizedWhitespace):
        return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    bare = opening.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
    return cst.Comma(whitespace_after=opening.with_changes(first_line=bare, empty_lines=[]))


def _last_name(node: cst.BaseExpression) -> str:
    last = _last_part(node) if isinstance(node, cst.Call) else None
    return last.value if last is not None else ""


def _last_part(call: cst.Call) -> cst.Name | None:
    """The last name of what is called."""
    last = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return last if isinstance(last, cst.Name) else None
