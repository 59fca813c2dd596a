"""The operations on a dataset in the order in which a cell writes them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from nbdoctor.cell.call import line_of_name
from nbdoctor.cell.syntax import unparsed

OPERATIONS = frozenset(
    {"batch", "cache", "concatenate", "filter", "interleave", "map", "padded_batch", "prefetch"}
    | {"repeat", "shard", "shuffle", "skip", "take", "unbatch", "window", "zip"},
)
"""Methods of `tf.data.Dataset` that return another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One step of a chain.

    Attributes
    ----------
    name : str
        "shuffle".
    line : int
    text : str
        Its arguments as written.
    stays : bool
        A shuffle that deals once and for all (`reshuffle_each_iteration=False`).
    """

    name: str
    line: int
    text: str = ""
    stays: bool = False


Chain = tuple[Operation, ...]


def chains(tree: ast.Module) -> dict[str, Chain]:
    """For each variable of the cell that holds a dataset, how it was made.

    Statements are followed from top to bottom; what is made inside of functions, loops or
    branches is not followed.
    """
    known: dict[str, Chain] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=False))
            made = [(to, chain_of(what, known)) for to, what in pairs]
            for to, chain in made:
                if isinstance(to, ast.Name):
                    known[to.id] = chain
    return {name: chain for name, chain in known.items() if chain}


def chain_of(value: ast.expr, known: Mapping[str, Chain]) -> Chain:
    """The operations that lead to this expression."""
    operations: list[Operation] = []
    while True:
        match value:
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in OPERATIONS:
                operations.append(_operation(name, value))
                value = inner
            case ast.Name(id=name):
                return (*known.get(name, ()), *reversed(operations))
            case _:
                return tuple(reversed(operations))


def _operation(name: str, call: ast.Call) -> Operation:
    kept = any(
        word.arg == "reshuffle_each_iteration"
        and isinstance(word.value, ast.Constant)
        and not word.value.value
        for word in call.keywords
    )
    text = ", ".join([*map(unparsed, call.args), *(unparsed(word) for word in call.keywords)])
    return Operation(name=name, line=line_of_name(call), text=text, stays=kept)
