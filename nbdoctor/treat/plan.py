"""Which statements of a cell make its model, so that they alone are run again."""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.names import is_code_of_a_cell, names_loaded, names_stored
from nbdoctor.treat.allowed import check
from nbdoctor.treat.slicing import Slicer, is_data
from nbdoctor.treat.untried import refuse


@dataclass(frozen=True)
class Plan:
    """What is run to make a copy of the model and its data.

    Attributes
    ----------
    statements : tuple of ast.stmt
        In the order of the cell.
    on_rows : frozenset of int
        Positions of those that work on the rows of the data: they see the captured rows only.
    model : str
        The name of the model.
    fit : ast.Call
        How it is trained.
    copied : frozenset of str
        Names of Keras's objects that another cell made.
    restored : mapping of str
        What the data was before a line that the treatment left out.
    """

    statements: tuple[ast.stmt, ...]
    on_rows: frozenset[int]
    model: str
    fit: ast.Call
    copied: frozenset[str] = field(default_factory=frozenset)
    restored: Mapping[str, Any] = field(default_factory=dict)


def plan_of(
    cell: Cell,
    original: Cell,
    namespace: Mapping[str, Any],
    number: int,
    earlier: Mapping[int, Mapping[str, Any]],
) -> Plan:
    """What makes the model that a cell trains.

    Parameters
    ----------
    cell : Cell
        With a treatment, or without.
    original : Cell
        Without: what differs from it is run, too.
    namespace : mapping of str
        The variables when training was about to begin.
    number : int
        Which `fit` of the cell, from 0.
    earlier : mapping of int to mapping of str
        What the data was before lines of the original that change it.

    Raises
    ------
    UntriedError
        It cannot be told, or not be run again without side effects.
    """
    tree, before = _tree(cell), _tree(original)
    holder, fit = _fit_of(tree, number)
    statements = tree.body[: tree.body.index(holder)]
    old = before.body[: before.body.index(_fit_of(before, number)[0])]
    kept_from = _kept(statements, old)
    changed = set(range(len(statements))) - kept_from.keys()
    gone = sorted(set(range(len(old))) - set(kept_from.values()))
    restored = _restored([old[at] for at in gone], [statements[at] for at in changed], fit, earlier)
    behind = [at for at, place in kept_from.items() if gone and place > gone[0]]
    changed |= _made_from(set(restored), statements, behind)
    if not (isinstance(fit.func, ast.Attribute) and isinstance(fit.func.value, ast.Name)):
        refuse("the model that `fit` trains has no name of its own")
    model = fit.func.value.id
    slicer = Slicer(statements, namespace, changed)
    kept = slicer.needed_for({model, *_unknown(fit, namespace)})
    chosen = [statements[index] for index in sorted(kept | changed)]
    foreign = _foreign(chosen, namespace)
    run = (*foreign, *chosen)
    check(run, namespace)
    rows = {
        position
        for position, statement in enumerate(run)
        if _adapts(statement)
        or (statement in chosen and statements.index(statement) in changed - kept)
    }
    made = set().union(*(names_stored(one) for one in run)) if run else set()
    used = set().union(*(names_loaded(one) for one in run), {model}) if run else {model}
    outside = frozenset(n for n in used - made if n in namespace and not is_data(namespace[n]))
    return Plan(
        statements=run,
        on_rows=frozenset(rows),
        model=model,
        fit=fit,
        copied=outside,
        restored=restored,
    )


def _tree(cell: Cell) -> ast.Module:
    try:
        return ast.parse(cell.python)
    except SyntaxError:
        refuse("the cell is not plain Python")


def _fit_of(tree: ast.Module, number: int) -> tuple[ast.stmt, ast.Call]:
    """The statement that trains, at the top of the cell."""
    fits = sorted(_fits(tree), key=lambda call: (call.lineno, call.col_offset))
    if number >= len(fits):
        refuse("the cell does not show the `fit` that trains")
    fit = fits[number]
    holder = next(one for one in tree.body if any(part is fit for part in ast.walk(one)))
    if not isinstance(holder, (ast.Assign, ast.AnnAssign, ast.Expr)):
        refuse("the model is trained inside of a function, a loop or a block")
    return holder, fit


def fit_number(cell: Cell, line: int | None) -> int:
    """Which `fit` of the cell stands on a line, from 0; without one, the first that gets labels."""
    try:
        fits = sorted(
            _fits(ast.parse(cell.python)), key=lambda call: (call.lineno, call.col_offset)
        )
    except SyntaxError:
        return 0
    here = [n for n, one in enumerate(fits) if one.lineno <= (line or 0) <= (one.end_lineno or 0)]
    several = [n for n, one in enumerate(fits) if len(one.args) + len(one.keywords) > 1]
    return next(iter((*here, *several)), 0)


def _fits(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr == "fit":
            yield node


def _kept(statements: Sequence[ast.stmt], old: Sequence[ast.stmt]) -> dict[int, int]:
    """Positions of the statements that a treatment left as they are, and where they stood."""
    texts: list[str | None] = [ast.dump(one) for one in old]
    kept = {}
    for index, statement in enumerate(statements):
        if (text := ast.dump(statement)) in texts:
            kept[index] = texts.index(text)
            texts[kept[index]] = None
    return kept


def _restored(
    gone: Sequence[ast.stmt],
    changed: Sequence[ast.stmt],
    fit: ast.Call,
    earlier: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """What the data was before the first statement taken out or altered that has worked on it.

    Raises
    ------
    UntriedError
        It is not known, and it is needed.
    """
    data = set().union(*(names_loaded(one) for one in _data_arguments(fit)))
    remade = set().union(*(names_stored(one) for one in changed))
    restored: dict[str, Any] = {}
    for statement in reversed(gone):
        if statement.lineno in earlier:
            restored |= earlier[statement.lineno]
            continue
        works_on = names_stored(statement) & names_loaded(statement)
        if works_on & data - remade:
            refuse(f"what the data was before line {statement.lineno} is not known")
        if works_on & set().union(*(names_loaded(one) for one in changed)):
            refuse(f"line {statement.lineno} has already changed the data it works on")
    return restored


def _made_from(names: set[str], statements: Sequence[ast.stmt], behind: Sequence[int]) -> set[int]:
    """Positions of the statements behind those taken out that go on from these names."""
    made, found = set(names), set()
    for index in sorted(behind):
        if names_loaded(statements[index]) & made:
            found.add(index)
            made |= names_stored(statements[index])
    return found


def _unknown(fit: ast.Call, namespace: Mapping[str, Any]) -> set[str]:
    """Names of the data that the cell had not made when it stopped."""
    used = set().union(*(names_loaded(one) for one in _data_arguments(fit)), set())
    return {name for name in used if name not in namespace and not hasattr(builtins, name)}


def _data_arguments(fit: ast.Call) -> list[ast.expr]:
    """Inputs and labels as they are written."""
    named = [word.value for word in fit.keywords if word.arg in {"x", "y", "sample_weight"}]
    return [*fit.args[:2], *named]


def _foreign(chosen: Sequence[ast.stmt], namespace: Mapping[str, Any]) -> tuple[ast.stmt, ...]:
    """Functions and classes of other cells that the statements use, with what these use."""
    found: dict[str, ast.stmt] = {}
    made = set().union(*(names_stored(one) for one in chosen)) if chosen else set()
    waiting = [name for one in chosen for name in names_loaded(one)]
    while waiting:
        name = waiting.pop()
        value = namespace.get(name)
        if name in made or name in found or not is_code_of_a_cell(value):
            continue
        found[name] = _source_of(name, value)
        waiting += names_loaded(found[name])
    return tuple(reversed(list(found.values())))


def _source_of(name: str, value: Any) -> ast.stmt:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]
    except (OSError, TypeError, SyntaxError):
        refuse(f"the text of `{name}`, which another cell defines, is not known")


def _adapts(statement: ast.stmt) -> bool:
    calls = (part.func for part in ast.walk(statement) if isinstance(part, ast.Call))
    return any(isinstance(func, ast.Attribute) and func.attr == "adapt" for func in calls)
