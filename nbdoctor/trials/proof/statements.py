"""Read statements, and what comes of their branches."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any

from nbdoctor.trials.proof.expressions import ExpressionReading
from nbdoctor.trials.proof.libraries import is_library_module
from nbdoctor.trials.proof.names import imported
from nbdoctor.trials.proof.nodes import kind_of, stored
from nbdoctor.trials.proof.reading import OUTSIDE, UNKNOWN
from nbdoctor.trials.proof.scopes import Code, Hold, Scope, either


class Reader(ExpressionReading):
    """Reads whole cells, functions and classes."""

    def statement(self, node: ast.AST, scope: Scope) -> None:
        """Read one statement, and note what it gives names to."""
        read = self._statements().get(type(node))
        if read is None:
            self.refuse(node, f"contains a `{kind_of(node)}` statement, {UNKNOWN}")
        read(node, scope)

    def _statements(self) -> dict[type, Callable[[Any, Scope], None]]:
        return {
            ast.Expr: lambda node, scope: self._of(node.value, scope),
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.If: self._if,
            ast.For: self._for,
            ast.With: self._with,
            ast.Try: self._try,
            ast.FunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Return: self._return,
            ast.Import: self._import,
            ast.ImportFrom: self._import,
            ast.Assert: self._assert,
            ast.Raise: self._raise,
            ast.Pass: lambda _node, _scope: None,
            ast.Break: lambda _node, _scope: None,
            ast.Continue: lambda _node, _scope: None,
        }

    def _of(self, node: ast.expr, scope: Scope) -> None:
        self.value(node, scope)

    def _assert(self, node: ast.Assert, scope: Scope) -> None:
        self._parts_of(node, scope)

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        held = self.value(node.value, scope)
        for target in node.targets:
            self._store(target, node.value, held, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        self.value(node.annotation, scope)
        if node.value is not None:
            self._store(node.target, node.value, self.value(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        self.value(node.value, scope)
        target = node.target
        if isinstance(target, ast.Name):
            if self._name(target, scope) is Hold.FOUND:
                self.refuse(node, f"changes `{target.id}`, {OUTSIDE}")
            scope.names[target.id] = self._name(target, scope)
        else:
            self._store(target, node.value, Hold.MADE, scope)

    def _if(self, node: ast.If, scope: Scope) -> None:
        self.value(node.test, scope)
        self._branches([node.body, node.orelse], scope)

    def _branches(self, bodies: Sequence[Sequence[ast.stmt]], scope: Scope) -> None:
        """Read branches of which one runs; a name is what it is after the worst of them."""
        before, after = dict(scope.names), []
        for body in bodies:
            scope.names = dict(before)
            self._all(body, scope)
            after.append(scope.names)
        merged: dict[str, Hold | Code] = {}
        for name in set().union(*after):
            held = [names.get(name, before.get(name)) for names in after]
            if None in held:
                self._may_be_found(name, bodies[0][0], scope)
            merged[name] = either(held)
        scope.names = merged

    def _for(self, node: ast.For, scope: Scope) -> None:
        self.value(node.iter, scope)
        for name in stored(node.target):
            self._may_be_found(name, node, scope)
        before: dict[str, Hold | Code] | None = None
        while before != scope.names:  # the beginning of the body meets what its end has made
            before = dict(scope.names)
            self._store(node.target, node.iter, self._held_by(node.iter, scope), scope)
            self._branches([node.body, []], scope)
        self._all(node.orelse, scope)

    def _with(self, node: ast.With, scope: Scope) -> None:
        for item in node.items:
            held = self.value(item.context_expr, scope)
            if held is not Hold.OWN or not isinstance(item.context_expr, ast.Call):
                self.refuse(node, f"uses `with {ast.unparse(item.context_expr)}`, {UNKNOWN}")
            if item.optional_vars is not None:
                self._store(item.optional_vars, item.context_expr, held, scope)
        self._all(node.body, scope)

    def _try(self, node: ast.Try, scope: Scope) -> None:
        bodies = [[*node.body, *node.orelse]]
        for handler in node.handlers:
            if handler.type is not None:
                self.value(handler.type, scope)
            if handler.name:
                scope.names[handler.name] = Hold.FOUND
            bodies.append(handler.body)
        self._branches([*bodies, []], scope)
        self._all(node.finalbody, scope)

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        for part in (node.exc, node.cause):
            if part is not None:
                self.value(part, scope)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        """Read an import: of what is loaded it runs nothing."""
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or "."]
        else:
            modules = [alias.name for alias in node.names]
        if not all(is_library_module(sys.modules.get(name)) for name in modules):
            self.refuse(node, "imports a module that nbdoctor does not know")
        for alias in node.names:
            if alias.name == "*":
                self.refuse(node, "imports `*`, and nbdoctor can't tell what that is")
        for name, value in imported(node).items():
            if scope.find(name) is not None or self.namespace.get(name, value) is not value:
                self.refuse(node, f"imports `{name}`, a name that stood for something else before")
            self.namespace = {**self.namespace, name: value}
