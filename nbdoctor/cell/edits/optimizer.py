"""Edit the learning rate of a cell, wherever it is given."""

from __future__ import annotations

import ast

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.expression import with_expression
from nbdoctor.cell.syntax import unparsed

USUAL_RATES = {"SGD": "0.01", "Adagrad": "0.01", "Adadelta": "1.0"}
"""Keras's default rates, and those of the papers where Keras 3 has a thousandth of them."""

USUAL_RATE = "0.001"
"""That of all other optimizers."""


def usual_rate(optimizer: str) -> str:
    """A rate of the usual order for an optimizer, as people write it."""
    return USUAL_RATES.get(optimizer, USUAL_RATE)


def rate_text(rate: float) -> str:
    """Source of a rate: three digits, and a point, as Keras takes no whole number for a rate."""
    return repr(float(f"{rate:.3g}"))


def with_rate(cell: Cell, optimizer: str, rate: str) -> Cell:
    """Give the optimizer another learning rate.

    Parameters
    ----------
    cell : Cell
    optimizer : str
        Its class ("SGD").
    rate : str
        Source of the new rate.

    Raises
    ------
    CannotEditError
        The cell does not say in one place what the rate is.
    """
    assigned = _assignments(cell)
    if len(assigned) == 1:
        return with_expression(cell, assigned[0], rate)
    if len(cell.calls_of(optimizer)) == 1:
        return cell.with_argument(optimizer, "learning_rate", rate, position=0)
    if len(cell.calls_of("compile")) == 1 and cell.keras and not cell.calls_of(optimizer):
        made = f"{cell.keras}.optimizers.{optimizer}(learning_rate={rate})"
        return cell.with_argument("compile", "optimizer", made, position=0)
    message = f"The cell does not say in one place how `{optimizer}` is made."
    raise CannotEditError(message)


def _assignments(cell: Cell) -> list[ast.expr]:
    """What is assigned to the rate of an optimizer that exists already."""
    return [
        node.value
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Assign)
        and any(
            isinstance(target, ast.Attribute)
            and target.attr in {"learning_rate", "lr"}
            and unparsed(target.value).endswith("optimizer")
            for target in node.targets
        )
    ]
