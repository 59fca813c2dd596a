"""Put a layer into the model that a cell builds, in the way the cell builds it."""

from __future__ import annotations

import ast
import re

from nbdoctor.cell.call import Call, CannotEditError, line_of_name, nodes_of_calls
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import names_read
from nbdoctor.cell.edits.inputs import as_array, input_line, rows_in_fit, with_layer_behind_input
from nbdoctor.cell.syntax import expression, last_name, unparsed

FIRST = ("Input", "InputLayer")
"""Layers that stay in front of the first one."""


def spelled(cell: Cell, kind: str) -> str:
    """A class of `keras.layers` as this cell writes them.

    Raises
    ------
    CannotEditError
        The cell does not show how it gets at Keras.
    """
    if re.search(rf"^[^\S\n]*from [\w.]+ import .*\b{kind}\b", cell.python, re.MULTILINE):
        return kind
    for call in cell.calls:
        module = call.callee.rpartition(".")[0]
        if module.endswith("layers"):
            return f"{module}.{kind}"
    if not cell.keras:
        message = f"This cell does not import Keras, so `{kind}` cannot be written in it."
        raise CannotEditError(message)
    return f"{cell.keras}.layers.{kind}"


def with_layer_first(cell: Cell, layer: str) -> Cell:
    """Put a layer in front of all others of a model, behind its `Input`.

    Parameters
    ----------
    cell : Cell
    layer : str
        Its source.

    Raises
    ------
    CannotEditError
        The cell does not build one sequential model in a list or by `add`, nor a functional one
        with one input.
    """
    models = cell.calls_of("Sequential")
    if not models and cell.calls_of("Input"):
        return with_layer_behind_input(cell, layer)
    if len(models) != 1:
        message = f"The cell builds {len(models)} sequential models; one is needed to edit it."
        raise CannotEditError(message)
    if models[0].arguments and models[0].arguments[0].text.startswith("["):
        return _with_first_item(cell, models[0], layer)
    added = [node for node in _calls(cell) if _is_add(node)]
    behind = [node for node in added if _name(_argument(node)) not in FIRST]
    if not behind or len({_owner(node) for node in added}) != 1:
        message = "The cell does not show the first layer of its model."
        raise CannotEditError(message)
    return _inserted_above(cell, behind[0], f"{_owner(behind[0])}.add({layer})")


def with_layer_before(cell: Cell, call: Call, layer: str) -> Cell:
    """Put a layer in front of the one that a call makes: in a list, by `add`, or in a chain.

    Raises
    ------
    CannotEditError
        The call stands in none of these places.
    """
    made = _made_by(cell, call)
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.List) and any(_same(one, made) for one in node.elts):
            return _inserted(cell, made, layer)
        if isinstance(node, ast.Call) and _is_add(node) and _same(_argument(node), made):
            return _inserted_above(cell, node, f"{_owner(node)}.add({layer})")
        if isinstance(node, ast.Call) and _same(node.func, made) and len(node.args) == 1:
            return _wrapped(cell, node.args[0], layer)
    message = f"The cell does not show what stands before line {call.line}."
    raise CannotEditError(message)


def without_layer(cell: Cell, call: Call) -> Cell:
    """Take the layer that a call makes out of a list, or out of the lines that `add` layers.

    Raises
    ------
    CannotEditError
        The call stands in neither of these places.
    """
    made = _made_by(cell, call)
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.List) and len(node.elts) > 1:
            if any(_same(one, made) for one in node.elts):
                return _parsed(_cut(cell, made))
        elif isinstance(node, ast.Call) and _is_add(node) and _same(_argument(node), made):
            return _parsed(_cut(cell, node))
    message = f"The cell does not show how line {call.line} comes into the model."
    raise CannotEditError(message)


def _parsed(cell: Cell) -> Cell:
    """The cell, where what is left of it is Python: a block may have become empty."""
    cell.must_be_read()
    return cell


def _made_by(cell: Cell, call: Call) -> ast.Call:
    made = [node for node in _calls(cell) if _name(node) == call.name]
    made = [node for node in made if line_of_name(node) == call.line]
    if len(made) != 1:
        message = f"Line {call.line} makes {len(made)} layers; one is needed to edit it."
        raise CannotEditError(message)
    return made[0]


def _cut(cell: Cell, node: ast.expr) -> Cell:
    """Without an item and its comma, or without a statement; a line that it leaves empty goes."""
    start = _offset(cell, node.lineno, node.col_offset)
    stop = _offset(cell, node.end_lineno or 0, node.end_col_offset or 0)
    before, after = cell.source[:start], cell.source[stop:]
    if re.match(r"\s*,", after):
        after = re.sub(r"^\s*,[^\S\n]*", "", after)
    elif not (isinstance(node, ast.Call) and _is_add(node)):
        before = re.sub(r",\s*$", "", before)
    if not before.rpartition("\n")[2].strip():
        bare = re.sub(r"^[^\S\n]*(?:#[^\n]*)?(?:\n|$)", "", after)
        if bare != after or not after:
            before, after = before[: before.rfind("\n") + 1], bare
    return Cell(before + after)


def _with_first_item(cell: Cell, model: Call, layer: str) -> Cell:
    """Before the first item that is no `Input`; into an empty list not at all."""
    for node in _calls(cell):
        if _name(node) == "Sequential" and line_of_name(node) == model.line and node.args:
            items = node.args[0]
            if isinstance(items, ast.List):
                behind = [one for one in items.elts if _name(one) not in FIRST]
                if behind:
                    return _inserted(cell, behind[0], layer)
    message = "The list of layers is empty, or holds nothing but an input."
    raise CannotEditError(message)


def _inserted(cell: Cell, node: ast.expr, item: str) -> Cell:
    """Write an item in front of another one, on a line of its own where that one has one."""
    at = _offset(cell, node.lineno, node.col_offset)
    line = cell.source.rpartition("\n")[0] if not cell.source[:at] else cell.source[:at]
    indent = line.rpartition("\n")[2]
    alone = not indent.strip()
    return Cell(f"{cell.source[:at]}{item},{chr(10) + indent if alone else ' '}{cell.source[at:]}")


def _inserted_above(cell: Cell, node: ast.expr, statement: str) -> Cell:
    """Write a statement on a line above the one that a node begins on."""
    lines = cell.source.split("\n")
    line = lines[node.lineno - 1]
    indent = line[: len(line) - len(line.lstrip())]
    if line[: node.col_offset].strip():
        message = f"Line {node.lineno} does more than one thing."
        raise CannotEditError(message)
    lines.insert(node.lineno - 1, f"{indent}{statement}")
    return Cell("\n".join(lines))


def _wrapped(cell: Cell, node: ast.expr, layer: str) -> Cell:
    """`head(h)` to `head(layer(h))`."""
    start = _offset(cell, node.lineno, node.col_offset)
    stop = _offset(cell, node.end_lineno or 0, node.end_col_offset or 0)
    text = cell.source
    return Cell(f"{text[:start]}{layer}({text[start:stop]}){text[stop:]}")


def _calls(cell: Cell) -> list[ast.Call]:
    cell.must_be_read()
    return nodes_of_calls(cell.tree)


def _offset(cell: Cell, line: int, column: int) -> int:
    """Place in the text of a place in the tree, whose columns count bytes."""
    lines = cell.source.split("\n")
    characters = len(lines[line - 1].encode()[:column].decode())
    return sum(len(one) + 1 for one in lines[: line - 1]) + characters


def _name(node: ast.expr | None) -> str:
    return last_name(node) if isinstance(node, ast.Call) else ""


def _is_add(node: ast.Call) -> bool:
    return _name(node) == "add" and len(node.args) == 1 and bool(_owner(node))


def _owner(node: ast.Call) -> str:
    func = node.func
    return unparsed(func.value) if isinstance(func, ast.Attribute) else ""


def _argument(node: ast.Call) -> ast.expr | None:
    return node.args[0] if node.args else None


def _same(one: ast.expr | None, other: ast.expr) -> bool:
    """Whether both are the same piece of text."""
    return one is not None and (
        (one.lineno, one.col_offset, one.end_lineno, one.end_col_offset)
        == (other.lineno, other.col_offset, other.end_lineno, other.end_col_offset)
    )


def with_normalisation(
    cell: Cell, name: str, *, is_table: bool = False, is_flat: bool = False
) -> Cell:
    """Let a `Normalization` layer in front learn mean and spread of each column of the rows.

    It learns them where the model is built, or before `fit` where the rows get their last value
    in between.

    Parameters
    ----------
    cell : Cell
    name : str
        The rows; "" for what is written in the call of `fit`.
    is_table : bool
        They are a frame, which has to be made an array: Keras learns from arrays only.
    is_flat : bool
        They are one number each: `fit` makes a column of them, and `adapt` does not.

    Raises
    ------
    CannotEditError
        The rows have no name, or no single line builds or trains the model.
    """
    if cell.calls_of("Normalization"):
        return cell
    models = cell.calls_of("Sequential")
    rows = name or rows_in_fit(cell)
    if not rows or len(models) > 1:
        message = "The rows to learn from have no name where the model is built."
        raise CannotEditError(message)
    anchor, line = ("Sequential", models[0].line) if models else ("Input", input_line(cell))
    learned = as_array(rows) if is_table else rows
    if is_flat:
        learned = f"{cell.numpy}.reshape({rows}, (-1, 1))" if cell.numpy else f"{rows}[:, None]"
    made, adapted = f"normalise = {spelled(cell, 'Normalization')}()", f"normalise.adapt({learned})"
    first = with_layer_first(cell, "normalise")
    if _is_made_after(cell, rows, line):
        return first.with_lines_before(anchor, made).with_lines_before("fit", adapted)
    return first.with_lines_before(anchor, f"{made}\n{adapted}")


def _is_made_after(cell: Cell, rows: str, line: int) -> bool:
    """Whether the cell gives a variable among the rows a value below a line."""
    names = names_read(expression(rows))
    stored = [
        node for node in ast.walk(cell.tree) if isinstance(node, ast.Name) and node.id in names
    ]
    return any(node.lineno > line for node in stored if isinstance(node.ctx, ast.Store))
