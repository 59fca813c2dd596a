"""Edits of a call that touch the fewest tokens."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from nbdoctor.capture.cell import CannotEditError


def edited(
    source: str,
    callee: str,
    edit: Callable[[cst.Call], cst.BaseExpression],
    line: int | None,
    place: int | None = None,
) -> str:
    """`source` with its one call of `callee` edited.

    Parameters
    ----------
    source, callee : str
    edit : callable
    line, place : int, optional
        Its line, and which of the calls of that name on that line it is (`Call.place`).

    Raises
    ------
    CannotEditError
        No such call, or several that nothing tells apart.
    """
    try:
        module = cst.parse_module(source)
    except cst.ParserSyntaxError:
        message = "The cell is not valid Python, so it cannot be edited."
        raise CannotEditError(message) from None
    editor = EditCall(callee, edit, line, place)
    changed = MetadataWrapper(module).visit(editor)
    if editor.matches != 1:
        message = (
            f"The cell has {editor.matches} calls of `{callee}`"
            f"{f' on line {line}' if line else ''}; one is needed to edit it."
        )
        raise CannotEditError(message)
    return changed.code


class EditCall(cst.CSTTransformer):
    """Edits the calls of one name, on one line where that is given, and counts them."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(
        self,
        callee: str,
        edit: Callable[[cst.Call], cst.BaseExpression],
        line: int | None,
        place: int | None = None,
    ) -> None:
        super().__init__()
        self.callee, self.edit, self.line, self.place = callee, edit, line, place
        self.matches = 0
        self.places: dict[cst.Call, int] = {}

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802  (libcst's naming)
        """Number the calls on the way in, which is the order in which they are written."""
        last = _last_part(node)
        if last is None or last.value != self.callee:
            return
        if self.line in (None, self.get_metadata(PositionProvider, last).start.line):
            self.places[node] = len(self.places)

    def leave_Call(  # noqa: N802  (libcst's naming)
        self,
        original_node: cst.Call,
        updated_node: cst.Call,
    ) -> cst.BaseExpression:
        """Edit the call on the way out, so that calls inside it are done."""
        place = self.places.get(original_node)
        if place is None or self.place not in (None, place):
            return updated_node
        self.matches += 1
        return self.edit(updated_node)


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
