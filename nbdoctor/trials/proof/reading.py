"""What every part of the reader needs: its state, and how it refuses."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from nbdoctor.trials.proof.scopes import ClassFacts, Code, Hold, Scope
from nbdoctor.trials.refusal import UnprovedError

UNKNOWN = "and nbdoctor can't tell what that does"
OUTSIDE = "which exists already and would be changed again"


class Reading(ABC):
    """Reads code, and refuses what is not proved.

    Each file beside this one adds the reading of one part of the language to the class of the file
    before it, in the order values found, stores, definitions, calls, expressions, statements.

    Parameters
    ----------
    namespace : mapping of str
        What names stand for that the code does not give a value.
    is_live : bool
        Whether the code is that of a function or class that is there already.
    """

    def __init__(self, namespace: Mapping[str, Any], *, is_live: bool = False) -> None:
        self.namespace, self.is_live = namespace, is_live
        self.read = 0
        self.classes: dict[int, ClassFacts] = {}
        self.handed: dict[int, Code] = {}
        self.proved: set[int] = set()
        self.reading: list[int] = []

    @abstractmethod
    def statement(self, node: ast.AST, scope: Scope) -> None:
        """Read one statement, and note what it gives names to."""

    @abstractmethod
    def value(self, node: ast.expr, scope: Scope) -> Hold | Code:
        """Read an expression: whose its value is, or the code that it stands for."""

    @abstractmethod
    def read_again(self) -> None:
        """Read what is called later with the names that stand at the end."""

    def _all(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self.statement(node, scope)

    def _refuse_call(self, node: ast.Call) -> NoReturn:
        self.refuse(node, f"calls `{ast.unparse(node.func)}`, {UNKNOWN}")

    def refuse(self, node: ast.AST, does: str) -> NoReturn:
        """Give up, naming the line and what stands there."""
        raise UnprovedError(getattr(node, "lineno", 0), does, getattr(node, "of", ""))
