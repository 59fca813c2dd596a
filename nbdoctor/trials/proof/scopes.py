"""Names of code that is being read: what they stand for, and whose the values are."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class Hold(IntEnum):
    """Whose a value is."""

    FOUND = 0
    """It may be, or hold, what was there before: it is only read."""
    MADE = 1
    """A container or an array that this code has made: it may be changed, what it holds may not."""
    OWN = 2
    """It cannot be changed, or it is a copy's own object of Keras with all that belongs to it."""


@dataclass(frozen=True)
class Code:
    """A function or class whose text is known.

    Attributes
    ----------
    node : ast.FunctionDef, ast.ClassDef or ast.Lambda
    scope : Scope
        Where it is defined.
    """

    node: ast.FunctionDef | ast.ClassDef | ast.Lambda
    scope: Scope


@dataclass(eq=False)
class Scope:
    """Names of a function, of a class or of the cell, and what they stand for.

    Attributes
    ----------
    names : dict of str to Hold or Code
    outer : Scope or None
        Where it is defined.
    own : ClassFacts or None
        The class whose method this is.
    self_name : str
        The first parameter of such a method.
    given : list of Hold
        What a function returns.
    is_comprehension : bool
        It has its own names for what it goes through; `:=` gives names to the scope around it.
    """

    names: dict[str, Hold | Code] = field(default_factory=dict)
    outer: Scope | None = None
    own: ClassFacts | None = None
    self_name: str = ""
    given: list[Hold] = field(default_factory=list)
    is_comprehension: bool = False

    def find(self, name: str) -> Hold | Code | None:
        """Return what a name stands for, None where this code gives it no value."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def around(self) -> Scope:
        """Return the scope that `:=` gives names to: comprehensions have none of their own."""
        scope = self
        while scope.is_comprehension and scope.outer is not None:
            scope = scope.outer
        return scope

    def owner(self, name: str) -> ClassFacts | None:
        """Return the class whose object `name` is: the first parameter of the method around."""
        scope: Scope | None = self
        while scope is not None:
            if scope.own is not None and scope.self_name == name:
                return scope.own
            if name in scope.names:
                return None
            scope = scope.outer
        return None


@dataclass(eq=False)
class ClassFacts:
    """What is known of a user's class.

    Attributes
    ----------
    methods : set of str
        Its own and those of the user's classes that it goes on from.
    attributes : dict of str to Hold
        What its methods store in `self`, the least that any of them does.
    functions : list of ast.FunctionDef
        The methods themselves.
    """

    methods: set[str] = field(default_factory=set)
    attributes: dict[str, Hold] = field(default_factory=dict)
    functions: list[ast.FunctionDef] = field(default_factory=list)


@dataclass(frozen=True)
class Arguments:
    """What a call is given.

    Attributes
    ----------
    places : tuple of Hold or Code
    named : mapping of str to Hold or Code
    are_starred : bool
        Whether it is not known how many there are.
    """

    places: tuple[Hold | Code, ...]
    named: Mapping[str | None, Hold | Code]
    are_starred: bool

    def of(self, parameters: ast.arguments) -> dict[str, Hold | Code]:
        """Return them by the names of parameters, as far as that is known."""
        names = [one.arg for one in (*parameters.posonlyargs, *parameters.args)]
        placed = {} if self.are_starred else dict(zip(names, self.places, strict=False))
        ours = {*names, *(one.arg for one in parameters.kwonlyargs)}
        return placed | {n: held for n, held in self.named.items() if n is not None and n in ours}


def least(held: Iterable[Hold | Code | None]) -> Hold:
    """Return the least of several holds: code counts as found."""
    levels = [one if isinstance(one, Hold) else Hold.FOUND for one in held]
    return min(levels, default=Hold.OWN)


def either(held: Sequence[Hold | Code | None]) -> Hold | Code:
    """Return what is sure of a name that stands for one of these: code only where all are it."""
    first = held[0]
    if isinstance(first, Code) and all(one is first for one in held):
        return first
    return least(held)
