"""What the cell says, read from its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.behind import calls_behind
from nbdoctor.cell.call import Call, line_of_name, nodes_written
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.chains import Chain, chain_of, chains
from nbdoctor.cell.data_flow import (
    argument_of,
    fit_call,
    flow_of,
    followed,
    names_listed,
    names_made,
    names_read,
    reached_by,
    used_elsewhere,
)
from nbdoctor.cell.loops import FoldLoop, fold_loop, never_ends
from nbdoctor.cell.namespace import is_data, models
from nbdoctor.cell.rescalings import Rescaling, rescalings
from nbdoctor.cell.syntax import unparsed
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import NotTakenError, does_not_apply, not_measured
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class DataVariable:
    """A variable that this cell assigns and that holds data."""

    name: str
    line: int
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The cell's text, parsed; nothing of it is run.

    Attributes
    ----------
    calls : tuple of Call
        Every call in the cell, in order, with its arguments as text and its line.
    defines : tuple of DataVariable
        Array-like variables that the cell itself assigns.
    reaches_fit : tuple of str
        Names from which the arguments of `fit` are computed, followed through assignments and
        through functions that the cell defines.
    used_elsewhere : tuple of str
        Names that other calls of the cell use (`predict`, `evaluate`, a plot, ...).
    fit_data : str
        The text of the data argument of `fit` ("data_generator(32)"), "" when unknown.
    yield_line : int or None
        Line of the `yield` in the function that feeds `fit`.
    model_name : str
        The user's name for the model ("model"), "" when unknown.
    x_name, y_name : str
        The user's names for the data given to `fit`, "" when they are not plain names.
    rescales : tuple of Rescaling
        Divisions by numbers on the way to the inputs of `fit`.
    endless : bool
        The generator that feeds `fit` is written so that it never ends.
    folds : FoldLoop or None
        A loop over folds in which `fit` goes on with one model.
    makes_model : bool
        The cell itself makes the model that is trained.
    goes_on : bool
        An earlier `fit` of the cell has trained it.
    targets : tuple of str
        The names in the list that `fit` is given as targets, in its order; () for all else.
    training_chain, validation_chain : tuple of Operation
        How the datasets given to `fit` were made, as far as this cell does it.
    fit_line : int or None
        Of the `fit` that is examined.
    behind : tuple of int or None
        Places in `calls` of those that make the model and the arguments of `fit`; None where the
        text does not tell, as of a model that is handed to a function.
    """

    calls: tuple[Call, ...] = ()
    defines: tuple[DataVariable, ...] = ()
    reaches_fit: tuple[str, ...] = ()
    used_elsewhere: tuple[str, ...] = ()
    fit_data: str = ""
    yield_line: int | None = None
    model_name: str = ""
    x_name: str = ""
    y_name: str = ""
    rescales: tuple[Rescaling, ...] = ()
    endless: bool = False
    folds: FoldLoop | None = None
    makes_model: bool = False
    goes_on: bool = False
    targets: tuple[str, ...] = ()
    training_chain: Chain = ()
    validation_chain: Chain = ()
    fit_line: int | None = None
    behind: tuple[int, ...] | None = None

    @property
    def calls_behind(self) -> tuple[Call, ...]:
        """The calls that are about this training; all of them where the text does not tell."""
        if self.behind is None:
            return self.calls
        return tuple(self.calls[place] for place in self.behind)


def read_source(
    cell: Cell,
    namespace: Mapping[str, Any],
    fit_line: int | None = None,
) -> Source:
    """Read the cell's text; nothing of it is run.

    Parameters
    ----------
    cell : Cell
    namespace : mapping of str
        The user's variables, to know which of them hold data.
    fit_line : int, optional
        Line of the `fit` that is examined; the first one of the cell otherwise.
    """
    tree = cell.tree
    flow, known = flow_of(tree), chains(tree)
    fit = fit_call(tree, fit_line)
    reached = reached_by(fit, flow) if fit is not None else set()
    x, judging = argument_of(fit, "x", 0), argument_of(fit, "validation_data", 7)
    inputs = followed(names_read(x), flow)
    model = _text(fit.func.value) if fit and isinstance(fit.func, ast.Attribute) else ""
    return Source(
        calls=cell.calls,
        defines=tuple(_data_variables(tree, namespace)),
        reaches_fit=tuple(sorted(reached)),
        used_elsewhere=tuple(sorted(used_elsewhere(tree, fit))),
        fit_data=_text(x),
        yield_line=_yield_line(tree, fit, reached),
        model_name=model,
        x_name=_name(x),
        y_name=_name(argument_of(fit, "y", 1)),
        rescales=rescalings(tree, inputs),
        endless=never_ends(tree, inputs),
        folds=fold_loop(tree, fit),
        makes_model=model in flow,
        targets=names_listed(tree, argument_of(fit, "y", 1)),
        training_chain=chain_of(x, known) if x is not None else (),
        validation_chain=chain_of(judging, known) if judging is not None else (),
        fit_line=line_of_name(fit) if fit is not None else None,
        behind=_places(tree, calls_behind(tree, fit, model)),
    )


def _places(tree: ast.Module, behind: list[ast.Call] | None) -> tuple[int, ...] | None:
    """Where these calls stand among all calls of the cell."""
    if behind is None:
        return None
    wanted = set(map(id, behind))
    return tuple(place for place, node in enumerate(nodes_written(tree)) if id(node) in wanted)


@reading(
    "the cell",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN,
    missing=does_not_apply("there is no cell to read"),
)
def source_of_cell(cell: Cell, namespace: Namespace, call: FitCall) -> Source | None:
    """What the text of the cell says of this training."""
    if cell.unread:
        raise NotTakenError(not_measured("the text of the cell was not read"))
    if not cell.source:
        return None
    return replace(read_source(cell, namespace, call.line), goes_on=call.goes_on)


@reading("the cell", when=Moment.LOOP_SEEN)
def model_of_loop(source: Source, namespace: Namespace, call: FitCall) -> Source | None:
    """The model by the user's variable: a loop does not call it by a method of its own."""
    names = [name for name, value in namespace.items() if value is call.model]
    names += [
        f"{name}.{attribute}"
        for name, whole in models(namespace)
        for attribute, value in vars(whole).items()
        if value is call.model and not attribute.startswith("_")
    ]
    return replace(source, model_name=names[0], fit_line=None, behind=None) if names else None


@reading("the cell", when=Moment.CELL_STOPPED)
def source_of_stopped_cell(cell: Cell) -> Source:
    """What its text says; its variables may be half made."""
    return read_source(cell, {})


def _text(node: ast.expr | None) -> str:
    return unparsed(node) if node is not None else ""


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _data_variables(tree: ast.Module, namespace: Mapping[str, Any]) -> Iterator[DataVariable]:
    seen: set[str] = set()
    for statement in tree.body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            continue
        for name in sorted(names_made(statement) - seen):
            value = namespace.get(name)
            shape = getattr(value, "shape", None) if is_data(value) else None
            if _is_shape(shape):
                seen.add(name)
                yield DataVariable(
                    name=name,
                    line=statement.lineno,
                    shape=tuple(int(size) for size in shape),
                    dtype=str(getattr(value, "dtype", "")),
                )


def _is_shape(shape: object) -> TypeGuard[tuple[int, ...]]:
    """Whether `shape` is that of an array: symbolic tensors have unknown sizes."""
    if not isinstance(shape, tuple) or not shape:
        return False
    return all(isinstance(size, int) for size in shape)


def _yield_line(tree: ast.Module, fit: ast.AST | None, reached: set[str]) -> int | None:
    if fit is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in reached:
            for part in ast.walk(node):
                if isinstance(part, ast.Yield):
                    return part.lineno
    return None
