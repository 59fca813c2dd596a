"""The variables of the rows that `fit` gets, so that lines before it can change them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.data_flow import argument_of, fit_call
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.spelling import numpy_in

PAIR = 2


@dataclass(frozen=True, slots=True)
class RowsOfFit:
    """The user's variables.

    Attributes
    ----------
    x, y : str
        Of the training rows.
    judging_x, judging_y : str
        Of `validation_data`, "" without any.
    """

    x: str
    y: str
    judging_x: str = ""
    judging_y: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Variables of inputs, each once."""
        return tuple(dict.fromkeys(filter(None, (self.x, self.judging_x))))

    @property
    def targets(self) -> tuple[str, ...]:
        """Variables of targets, each once."""
        return tuple(dict.fromkeys(filter(None, (self.y, self.judging_y))))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Inputs and targets of training, and of `validation_data` where it is given."""
        both = ((self.x, self.y), (self.judging_x, self.judging_y))
        return tuple(dict.fromkeys(one for one in both if one[0]))


def rows_of_fit(cell: Cell, *, inputs: bool = True, targets: bool = True) -> RowsOfFit:
    """The variables of the rows that the `fit` of a cell gets.

    Parameters
    ----------
    cell : Cell
    inputs, targets : bool
        Whether these are needed; those that are not are "".

    Raises
    ------
    CannotEditError
        Some of them have no name of their own, or `fit` is called in a function or a loop, where
        lines before it may run many times.
    """
    cell.must_be_read()
    call = fit_call(cell.tree, None)
    given = argument_of(call, "validation_data", 7)
    judging = list(given.elts[:PAIR]) if isinstance(given, ast.Tuple) else []
    if argument_of(call, "y", 1) is None:
        message = "`fit` gets no inputs and targets, but a dataset of both."
        raise CannotEditError(message)
    found: list[str] = []
    for part in ([argument_of(call, name, at) for at, name in enumerate("xy")], judging):
        for node, needed in zip(part, (inputs, targets), strict=False):
            found.append(node.id if needed and isinstance(node, ast.Name) else "")
            if needed and not found[-1]:
                message = "The rows that `fit` gets have no names of their own."
                raise CannotEditError(message)
    if given is not None and len(judging) < PAIR:
        message = "The validation rows do not stand in the call as inputs and targets."
        raise CannotEditError(message)
    if not any(call is part for one in cell.tree.body for part in run_once(one)):
        message = (
            "`fit` is called in a function or a loop, where the rows may be changed many times."
        )
        raise CannotEditError(message)
    return RowsOfFit(*found)


def with_judging(
    cell: Cell, *, inputs: str = "{}", targets: str = "{}", from_dataset: bool = False
) -> Cell:
    """The cell with the validation rows changed before `fit` gets them.

    Parameters
    ----------
    cell : Cell
    inputs, targets : str
        What they are changed to, `{}` for themselves.
    from_dataset : bool
        They come from a dataset, which has a `map`.

    Raises
    ------
    CannotEditError
        They stand in the call in a form that cannot be changed.
    """
    cell.must_be_read()
    call = fit_call(cell.tree, None)
    given = argument_of(call, "validation_data", 7)
    if from_dataset and isinstance(given, ast.Name):
        both = f"({inputs.format('x')}, {targets.format('y')})"
        return cell.with_lines_before("fit", f"{given.id} = {given.id}.map(lambda x, y: {both})")
    if not isinstance(given, ast.Tuple) or len(given.elts) < PAIR:
        message = "The validation rows do not stand in the call as inputs and targets."
        raise CannotEditError(message)
    made = cell
    for at, change in ((1, targets), (0, inputs)):  # from right to left: places stay
        node = given.elts[at]
        if change == "{}":
            continue
        if isinstance(node, ast.Name):
            made = made.with_lines_before("fit", f"{node.id} = {change.format(node.id)}")
        elif isinstance(node, (ast.Subscript, ast.Attribute)):
            made = with_expression(made, node, change.format(cell.lines.text(node)))
        else:
            message = "The validation rows are made in the call."
            raise CannotEditError(message)
    return made


def run_once(statement: ast.stmt) -> Iterator[ast.AST]:
    """What a statement at the top runs once."""
    if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)):
        yield from ast.walk(statement)


def with_numpy(cell: Cell, text: str) -> str:
    """Lines with `np` by the cell's name for NumPy, imported before them where it has none."""
    name = numpy_in(cell.source)
    return text.replace("np.", f"{name}.") if name else f"import numpy as np\n\n{text}"


def with_rows_shuffled(cell: Cell) -> Cell | None:
    """Shuffle inputs and labels together before the only `fit`; None where they have no name."""
    calls = cell.calls_of("fit")
    given = [calls[0].argument(*place) for place in (("x", 0), ("y", 1))] if calls else []
    x, y = (given[0], given[1]) if len(calls) == 1 and all(given) else (None, None)
    if x is None or y is None or not (x.text.isidentifier() and y.text.isidentifier()):
        return None
    lines = (
        f"row_order = np.random.default_rng(0).permutation(len({x.text}))",
        f"{x.text} = np.asarray({x.text})[row_order]",
        f"{y.text} = np.asarray({y.text})[row_order]",
    )
    return cell.with_lines_before("fit", "\n".join(("import numpy as np", *lines)))
