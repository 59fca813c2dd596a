"""Edit which metrics a cell asks Keras to report."""

from __future__ import annotations

import ast

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.edits.objective import compile_call
from nbdoctor.cell.syntax import expression

METRICS_POSITION = 3


def with_metric(cell: Cell, names: set[str], wanted: str) -> Cell:
    """Report another metric in place of those called `names`.

    Parameters
    ----------
    cell : Cell
    names : set of str
        As strings name them ("accuracy") or as their classes are called ("Accuracy").
    wanted : str
        The new metric as source; a string takes the quotes of the list.

    Raises
    ------
    CannotEditError
        The metrics are not a list written in `compile`.
    """
    call = compile_call(cell)
    given = call.argument("metrics", METRICS_POSITION)
    text = given.text if given is not None else ""
    items = [ast.get_source_segment(text, item) or "" for item in _listed(text)]
    if "'" in text and '"' not in text:
        wanted = wanted.replace('"', "'")
    treated = list(dict.fromkeys(wanted if _name_of(item) in names else item for item in items))
    if treated == items:
        return cell
    written = f"[{', '.join(treated)}]"
    return cell.with_argument("compile", "metrics", written, position=METRICS_POSITION, at=call)


def _listed(text: str) -> list[ast.expr]:
    parsed = expression(text)
    if not isinstance(parsed, ast.List):
        message = "The metrics are not a list that is written in `compile`."
        raise CannotEditError(message)
    return parsed.elts


def _name_of(item: str) -> str:
    """The text of a string, the class of an object: "Accuracy" of `keras.metrics.Accuracy()`."""
    match expression(item):
        case ast.Constant(value=str(name)):
            return name
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
