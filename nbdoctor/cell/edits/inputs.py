"""Put a layer behind the input of a functional model, and find the rows that it learns from."""

from __future__ import annotations

import ast

from nbdoctor.cell.call import CannotEditError, nodes_of_calls
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import argument_of, fit_call
from nbdoctor.cell.edits.rows import run_once
from nbdoctor.cell.syntax import last_name, unparsed

SELECTS = frozenset({"array", "asarray", "astype", "drop", "filter", "reshape", "to_numpy"})
"""Calls that give the rows in another form, so that they can be written a second time."""

ARRAYS = ("to_numpy", "values")


def with_layer_behind_input(cell: Cell, layer: str) -> Cell:
    """Put a layer between the only input of a functional model and all that reads it.

    Parameters
    ----------
    cell : Cell
    layer : str
        Its source.

    Raises
    ------
    CannotEditError
        The cell does not make one input under a name of its own, or nothing reads it.
    """
    made = _input_of(cell)
    name = unparsed(made.targets[0])
    uses = [
        node
        for statement in ast.walk(cell.tree)
        if isinstance(statement, ast.stmt)
        for node in _read_by(statement, name)
    ]
    if not uses:
        message = f"Line {made.lineno} makes an input that no layer of this cell is called on."
        raise CannotEditError(message)
    if len(uses) == 1:
        return _replaced(cell, uses, f"{layer}({name})")
    new = f"normalised_{name}"
    behind = _replaced(cell, uses, new).source.split("\n")
    last = made.end_lineno or made.lineno
    indent = behind[made.lineno - 1][: made.col_offset]
    return Cell("\n".join([*behind[:last], f"{indent}{new} = {layer}({name})", *behind[last:]]))


def input_line(cell: Cell) -> int:
    """The line of the only input of a functional model.

    Raises
    ------
    CannotEditError
        There is none, or there are several.
    """
    return _input_of(cell).lineno


def rows_in_fit(cell: Cell) -> str:
    """The rows given to `fit`, where what is written there only selects them; "" otherwise.

    `train[columns]` can be written a second time, `next(batches)` cannot.
    """
    rows = argument_of(fit_call(cell.tree, None), "x", 0)
    return unparsed(rows) if rows is not None and _selects(rows) else ""


def with_rows_scaled(cell: Cell, name: str, divisor: int | None) -> Cell:
    """Scale the rows before `fit`, where no layer can be added: the model is made elsewhere.

    Parameters
    ----------
    cell : Cell
    name : str
        The training rows.
    divisor : int or None
        What they are divided by; None for mean and spread of each column.

    Raises
    ------
    CannotEditError
        They are no variable of the user's, or validation rows are given that are none.
    """
    call = fit_call(cell.tree, None)
    given = argument_of(call, "validation_data", 7)
    judging = given.elts[0] if isinstance(given, ast.Tuple) and given.elts else None
    rows = argument_of(call, "x", 0)
    if not isinstance(rows, ast.Name) or rows.id != name:
        message = "The rows that `fit` gets have no name of their own."
        raise CannotEditError(message)
    if given is not None and not isinstance(judging, ast.Name):
        message = "The validation rows have no name of their own."
        raise CannotEditError(message)
    if not any(call is part for one in cell.tree.body for part in run_once(one)):
        message = (
            "`fit` is called in a function or a loop, where the rows may be scaled many times."
        )
        raise CannotEditError(message)
    names = dict.fromkeys([name, *([judging.id] if isinstance(judging, ast.Name) else [])])
    if divisor is not None:
        return cell.with_lines_before("fit", "\n".join(f"{n} = {n} / {divisor}" for n in names))
    mean, spread = f"{name}_mean", f"{name}_std"
    learned = f"{mean}, {spread} = {name}.mean(axis=0), {name}.std(axis=0) + 1e-7"
    scaled = [f"{one} = ({one} - {mean}) / {spread}" for one in names]
    return cell.with_lines_before("fit", "\n".join([learned, *scaled]))


def as_array(rows: str) -> str:
    """Write a frame of pandas as an array; what is one already stays."""
    return rows if rows.rstrip("()").endswith(ARRAYS) else f"{rows}.to_numpy()"


def _selects(node: ast.expr) -> bool:
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
    kinds = (ast.Lambda, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Starred)
    return all(last_name(one) in SELECTS for one in calls) and not any(
        isinstance(one, kinds) for one in ast.walk(node)
    )


def _input_of(cell: Cell) -> ast.Assign:
    cell.must_be_read()
    found = [
        one
        for one in ast.walk(cell.tree)
        if isinstance(one, ast.Assign)
        and isinstance(one.value, ast.Call)
        and last_name(one.value) == "Input"
    ]
    inputs = [one for one in nodes_of_calls(cell.tree) if last_name(one) == "Input"]
    if len(found) != 1 or len(inputs) != 1 or not isinstance(found[0].targets[0], ast.Name):
        message = f"The cell makes {len(inputs)} inputs; one with a name is needed to edit it."
        raise CannotEditError(message)
    stores = [
        one
        for one in ast.walk(cell.tree)
        if isinstance(one, ast.Name)
        and isinstance(one.ctx, ast.Store)
        and one.id == found[0].targets[0].id
    ]
    if len(stores) != 1:
        message = f"`{stores[0].id}` gets several values in this cell."
        raise CannotEditError(message)
    return found[0]


def _read_by(statement: ast.stmt, name: str) -> list[ast.Name]:
    """Where a statement hands the input to a layer, or gives it another name."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr)):
        return []
    if isinstance(statement.value, ast.Name):
        return [statement.value] if statement.value.id == name else []
    found = []
    for call in nodes_of_calls(statement):
        if last_name(call).endswith("Model"):
            continue
        for argument in call.args:
            items = argument.elts if isinstance(argument, (ast.List, ast.Tuple)) else [argument]
            found += [one for one in items if isinstance(one, ast.Name) and one.id == name]
    return found


def _replaced(cell: Cell, nodes: list[ast.Name], text: str) -> Cell:
    """Write `text` in place of each of these names."""
    lines = cell.source.split("\n")
    for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        line = lines[node.lineno - 1].encode()
        start, stop = node.col_offset, node.end_col_offset or node.col_offset
        lines[node.lineno - 1] = (line[:start] + text.encode() + line[stop:]).decode()
    return Cell("\n".join(lines))
