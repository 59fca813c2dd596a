"""Changes of a model that a patch of its text comes to."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SetArguments:
    """Make a layer with other arguments; None takes one away."""

    layer: int
    values: Mapping[str, ast.expr | None]


@dataclass(frozen=True)
class ReplaceLayer:
    """Put another layer in the place of one."""

    layer: int
    made: ast.expr


@dataclass(frozen=True)
class RemoveLayer:
    """Take a layer out."""

    layer: int


@dataclass(frozen=True)
class AddLayer:
    """Put a layer in front of another, or behind the last one."""

    made: ast.expr
    before: int | None
    adapted_to: ast.expr | None = None


@dataclass(frozen=True)
class AdaptLayer:
    """Have a layer take the spread of rows."""

    layer: int
    rows: ast.expr


@dataclass(frozen=True)
class SetTrainable:
    """Freeze or thaw a layer."""

    layer: int
    value: ast.expr


@dataclass(frozen=True)
class Compile:
    """Compile with other arguments; None takes one away."""

    values: Mapping[str, ast.expr | None]


Edit = SetArguments | ReplaceLayer | RemoveLayer | AddLayer | AdaptLayer | SetTrainable | Compile


def values_of(edit: Edit) -> list[ast.expr]:
    """Return the expressions that an edit evaluates."""
    found = [vars(edit).get(name) for name in ("made", "adapted_to", "rows", "value")]
    found += list(vars(edit).get("values", {}).values())
    return [one for one in found if isinstance(one, ast.expr)]


@dataclass(frozen=True)
class Change:
    """What a patch does.

    Attributes
    ----------
    edits : tuple of Edit
    added, gone : tuple of int
        Positions of statements that work on data: new or altered ones in the patched cell, and
        those of the original that it leaves out or alters.
    """

    edits: tuple[Edit, ...] = ()
    added: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
