"""Read functions and classes: where they are defined, and each time they are called."""

from __future__ import annotations

import ast
import contextlib

from nbdoctor.trials.proof import known
from nbdoctor.trials.proof.names import dotted
from nbdoctor.trials.proof.nodes import parameters, yields
from nbdoctor.trials.proof.reading import UNKNOWN
from nbdoctor.trials.proof.scopes import Arguments, ClassFacts, Code, Hold, Scope, least
from nbdoctor.trials.proof.stores import StoreReading
from nbdoctor.trials.refusal import UnprovedError

DEEPEST = 40
"""Calls inside of calls."""


class DefinitionReading(StoreReading):
    """Reads definitions, and the bodies of what is called."""

    def read_again(self) -> None:
        """Read what is called later with the names that stand at the end."""
        for code in list(self.handed.values()):
            if isinstance(code.node, ast.ClassDef):
                self._read_class(code.node, code.scope)
            else:
                self._call_code(code, code.node, with_anything=True)

    def _function(self, node: ast.FunctionDef, scope: Scope) -> None:
        code = Code(node, scope)
        for decorator in node.decorator_list:
            self.value(decorator, scope)
        self._signature(node, scope)
        if yields(node):
            self.refuse(node, f"defines the generator `{node.name}`, {UNKNOWN}")
        scope.names[node.name] = code

    def _signature(self, node: ast.FunctionDef, scope: Scope) -> None:
        """Read what runs where a function is defined."""
        self._defaults(node.args, scope)
        if node.returns is not None:
            self.value(node.returns, scope)

    def _defaults(self, arguments: ast.arguments, scope: Scope) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self.value(default, scope)
        for one in parameters(arguments):
            if one.annotation is not None:
                self.value(one.annotation, scope)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        scope.names[node.name] = self.handed[id(node)] = Code(node, scope)
        self._read_class(node, scope)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        held: Hold | Code = Hold.OWN if node.value is None else self.value(node.value, scope)
        scope.given.append(Hold.FOUND if isinstance(held, Code) else held)

    def _call_code(
        self,
        code: Code,
        node: ast.AST,
        arguments: Arguments | None = None,
        *,
        with_anything: bool = False,
    ) -> Hold:
        """Read the body of a function for one call; or a class, of which an object is made."""
        if isinstance(code.node, ast.ClassDef):
            return Hold.OWN
        if id(code.node) in self.reading:  # it calls itself
            return Hold.FOUND
        if len(self.reading) > DEEPEST:
            self.refuse(node, "makes more calls than nbdoctor follows")
        scope = Scope(outer=code.scope)
        scope.names = dict.fromkeys((p.arg for p in parameters(code.node.args)), Hold.FOUND)
        if arguments is not None and not with_anything:
            scope.names |= arguments.of(code.node.args)
        self.reading.append(id(code.node))
        try:
            if isinstance(code.node, ast.Lambda):
                return least([self.value(code.node.body, scope)])
            self._all(code.node.body, scope)
        finally:
            self.reading.pop()
        return least(scope.given)

    def _read_class(self, node: ast.ClassDef, scope: Scope) -> None:
        if node.keywords:
            self.refuse(node, f"defines `{node.name}` with `{node.keywords[0].arg}`, {UNKNOWN}")
        facts = self.classes[id(node)] = ClassFacts()
        for base in node.bases:
            self._go_on_from(base, facts, scope)
        for decorator in node.decorator_list:
            self.value(decorator, scope)
        inner = Scope(outer=scope)
        own = [one for one in node.body if isinstance(one, ast.FunctionDef)]
        facts.functions += own
        facts.methods |= {one.name for one in own}
        for one in node.body:
            if not isinstance(one, ast.FunctionDef):
                self.statement(one, inner)
        kept = Hold.FOUND if self.is_live else Hold.MADE
        for name, held in inner.names.items():
            level = least([held])
            facts.attributes[name] = level if level is Hold.OWN else min(level, kept)
        for strict in (False, True):
            before: dict[str, Hold] | None = None
            while before != facts.attributes:  # a method may use what a later one stores
                before = dict(facts.attributes)
                for one in facts.functions:
                    self._read_method(one, facts, scope, strict=strict)

    def _go_on_from(self, base: ast.expr, facts: ClassFacts, scope: Scope) -> None:
        """Take over what is known of a class that another one goes on from."""
        held = self.value(base, scope)
        if isinstance(held, Code):
            inherited = self.classes.get(id(held.node), ClassFacts())
            facts.functions += inherited.functions
            facts.methods |= inherited.methods
            facts.attributes |= inherited.attributes
            return
        root, path = dotted(base)
        if root is None or not known.computes(self._resolved(root, path)[0]):
            self.refuse(base, f"inherits from `{ast.unparse(base)}`, {UNKNOWN}")

    def _read_method(
        self, node: ast.FunctionDef, facts: ClassFacts, scope: Scope, *, strict: bool
    ) -> None:
        if yields(node):
            self.refuse(node, f"defines the generator `{node.name}`, {UNKNOWN}")
        if strict:
            for decorator in node.decorator_list:
                if not _is_of_property(decorator, facts):
                    self.value(decorator, scope)
            self._signature(node, scope)
        kinds = {ast.unparse(one) for one in node.decorator_list}
        names = [one.arg for one in parameters(node.args)]
        inner = Scope(dict.fromkeys(names, Hold.FOUND), outer=scope, own=facts)
        if names and not kinds & {"staticmethod", "classmethod"}:
            inner.self_name = node.args.args[0].arg if node.args.args else ""
            inner.names.pop(inner.self_name, None)
        self.reading.append(id(node))
        try:
            if strict:
                self._all(node.body, inner)
            else:
                self._note_stores(node, inner)
        finally:
            self.reading.pop()

    def _note_stores(self, node: ast.FunctionDef, scope: Scope) -> None:
        """Note what a method keeps in `self`, before anything is refused."""
        for statement in node.body:
            with contextlib.suppress(UnprovedError):
                self.statement(statement, scope)


def _is_of_property(node: ast.expr, facts: ClassFacts) -> bool:
    """Whether this is `@width.setter`, where `width` is a property of the same class."""
    if not isinstance(node, ast.Attribute) or node.attr not in {"setter", "getter", "deleter"}:
        return False
    return isinstance(node.value, ast.Name) and node.value.id in facts.methods
