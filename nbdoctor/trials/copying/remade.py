"""Run lines that make data once more, on all rows: within bounds, and only if they make the same.

What is made anew has to be what the cell would make. So the lines are run without the treatment
first: if the result is not what `fit` was given, bit for bit, they draw at random, or something
that was not seen has changed their data, and the treatment is not tried.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nbdoctor.cell.names import names_loaded
from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.copying.data_lines import is_data
from nbdoctor.trials.refusal import refuse

MOST_BYTES = 100_000_000
"""Of the data that the lines go on from. Each of them makes a copy or two of it, in some tenths of
a second for so much, and what they make is kept until all trials are over."""

MOST_SECONDS = 2.0
"""For the lines in one go: a fifth of the default `--budget`, of which they take two shares."""

OTHERWISE = (
    "the lines that prepare the data do not make again what `fit` was given: they draw at random, "
    "or other code has changed their data"
)


class RemadeData:
    """What statements have made on all rows, kept for the copies that follow.

    Parameters
    ----------
    statements : sequence of ast.stmt
        Proved to only compute.
    """

    def __init__(self, statements: Sequence[ast.stmt]) -> None:
        self.statements = statements
        self.seconds = 0.0
        self.is_kept = all(isinstance(one, KEPT) and _gives_names(one) for one in statements)
        self.made: dict[int, dict[str, Any]] = {}

    def run(self, statement: ast.stmt, code: Any, names: dict[str, Any]) -> None:
        """Run one of the statements, or take what it made before.

        Raises
        ------
        UntriedError
            They take too long.
        """
        found = self.made.get(id(statement))
        if found is not None:
            names.update(found)
            return
        began = time.perf_counter()
        exec(code, names)  # noqa: S102  (checked: it computes, and does nothing else)
        self.seconds += time.perf_counter() - began
        if self.seconds > MOST_SECONDS:
            refuse(f"the lines that prepare the data take longer than {MOST_SECONDS:g} s")
        given = {name: names[name] for name in _given_by(statement)}
        if self.is_kept and given and all(map(is_data, given.values())):
            self.made[id(statement)] = given


KEPT = (ast.Assign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
"""Statements that change nothing in place, where they give names only."""


def _gives_names(statement: ast.stmt) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    parts = [one for target in targets for one in _parts(target)]
    return all(isinstance(one, ast.Name) for one in parts)


def _given_by(statement: ast.stmt) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    parts = [one for target in targets for one in _parts(target)]
    return {one.id for one in parts if isinstance(one, ast.Name)}


def _parts(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]


def require_little(statements: Iterable[ast.stmt], names: Mapping[str, Any]) -> None:
    """Refuse lines that go on from more data than is made twice.

    Raises
    ------
    UntriedError
        It is more than `MOST_BYTES`.
    """
    used = set().union(*(names_loaded(one) for one in statements), set())
    held = {id(names[name]): names[name] for name in used if name in names}
    size = sum(_bytes(value) for value in held.values())
    if size > MOST_BYTES:
        refuse(
            f"the lines that prepare the data would have to go through {size / 1e6:,.0f} MB again"
        )


def _bytes(value: Any) -> int:
    """Return the size of an array or a table; 0 for all else, which is not asked."""
    if type(value) is np.ndarray:
        return int(value.nbytes)
    kind = type(value)
    if kind.__module__.split(".")[0] == "pandas" and kind.__name__ in {"DataFrame", "Series"}:
        return int(np.sum(value.memory_usage(deep=False)))
    return 0


def require_same(
    statements: Sequence[ast.stmt],
    names: dict[str, Any],
    given: Mapping[str, Any],
    evaluate: Callable[[str, Mapping[str, Any]], Any],
) -> None:
    """Run lines as they are in the cell, and refuse them where they make something else now.

    Parameters
    ----------
    statements : sequence of ast.stmt
        Without the treatment, proved to only compute.
    names : dict of str
        The user's variables; it is changed, its values are not.
    given : mapping of str
        What `fit` was given, by argument.
    evaluate : callable
        Takes such an argument and names, and returns what is written there.

    Raises
    ------
    UntriedError
        It is not the same, or takes too long.
    """
    made = RemadeData(statements)
    for one in statements:
        code = compile(ast.Module(body=[one], type_ignores=[]), "<copy>", "exec")
        made.run(one, code, names)
    for argument, value in given.items():
        if not is_same(evaluate(argument, names), value):
            refuse(OTHERWISE)


def is_same(one: Any, other: Any) -> bool:
    """Whether two structures of arrays are equal, bit for bit."""
    if type(one) in {list, tuple}:
        same = type(other) in {list, tuple} and len(one) == len(other)
        return same and all(map(is_same, one, other))
    if type(one) is dict:
        same = type(other) is dict and one.keys() == other.keys()
        return same and all(is_same(one[key], other[key]) for key in one)
    if one is other or not (is_data(one) and is_data(other)):
        return one is other
    ours, theirs = np.asarray(one), np.asarray(other)
    return (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype) and _are_equal(ours, theirs)


def _are_equal(ours: Any, theirs: Any) -> bool:
    """Compare arrays of one shape and type; of objects, what is not equal to itself is missing."""
    if ours.dtype != object:
        return bool(ours.tobytes() == theirs.tobytes())
    missing = (ours != ours) & (theirs != theirs)  # noqa: PLR0124
    return bool(np.all((ours == theirs) | missing))


def text_of(statements: Iterable[ast.stmt]) -> str:
    """Return what statements say: the same for lines that were compared before."""
    return " ".join(map(dumped, statements))
