"""Read expressions: whose their values are."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from nbdoctor.trials.proof import listed
from nbdoctor.trials.proof.calls import CallReading
from nbdoctor.trials.proof.names import dotted
from nbdoctor.trials.proof.nodes import kind_of, stored, values_in
from nbdoctor.trials.proof.reading import UNKNOWN
from nbdoctor.trials.proof.scopes import Code, Hold, Scope, either, least

MOST_READ = 100_000
"""Expressions that are read for one cell, those of a function as often as it is called: some tenths
of a second."""


class ExpressionReading(CallReading):
    """Reads expressions of every kind that is known."""

    def value(self, node: ast.expr, scope: Scope) -> Hold | Code:
        """Read an expression: whose its value is, or the code that it stands for."""
        read = self._expressions().get(type(node))
        if read is None:
            self.refuse(node, f"contains a `{kind_of(node)}` expression, {UNKNOWN}")
        self.read += 1
        if self.read > MOST_READ:
            self.refuse(node, "runs more code than nbdoctor follows")
        found: Hold | Code = read(node, scope)
        return found

    def _expressions(self) -> dict[type, Callable[[Any, Scope], Hold | Code]]:
        return {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Slice: self._parts_of,
            ast.List: self._display,
            ast.Tuple: self._display,
            ast.Set: self._display,
            ast.Dict: self._display,
            ast.ListComp: self._comprehension,
            ast.SetComp: self._comprehension,
            ast.DictComp: self._comprehension,
            ast.GeneratorExp: self._comprehension,
            ast.BinOp: self._parts_of,
            ast.UnaryOp: self._parts_of,
            ast.Compare: self._parts_of,
            ast.JoinedStr: self._parts_of,
            ast.FormattedValue: self._parts_of,
            ast.BoolOp: self._either,
            ast.IfExp: self._either,
            ast.Starred: self._display,
            ast.NamedExpr: self._walrus,
            ast.Lambda: self._lambda,
            ast.Call: self._call,
        }

    def _constant(self, node: ast.Constant, _scope: Scope) -> Hold:
        if isinstance(node.value, str):
            self._require_pure_word(node.value, node)
        return Hold.OWN

    def _parts_of(self, node: ast.AST, scope: Scope) -> Hold:
        """Read arithmetic and the like: something new."""
        for part in values_in(node):
            self.value(part, scope)
        return Hold.MADE

    def _display(self, node: ast.AST, scope: Scope) -> Hold:
        held = [self.value(one, scope) for one in values_in(node)]
        frozen = isinstance(node, ast.Tuple) and all(one is Hold.OWN for one in held)
        return Hold.OWN if frozen else Hold.MADE

    def _either(self, node: ast.BoolOp | ast.IfExp, scope: Scope) -> Hold:
        held = [self.value(one, scope) for one in values_in(node)]
        chosen = held[1:] if isinstance(node, ast.IfExp) else held
        return least([Hold.FOUND if isinstance(one, Code) else one for one in chosen])

    def _comprehension(self, node: Any, scope: Scope) -> Hold:
        inner = Scope(outer=scope, is_comprehension=True)
        around = inner.around()
        before: dict[str, Hold | Code] | None = None
        while before != around.names:  # its next round meets what `:=` has stored in the last
            before = dict(around.names)
            self._round(node, inner)
        return Hold.MADE

    def _round(self, node: Any, inner: Scope) -> None:
        """Read a comprehension once."""
        for part in node.generators:
            if part.is_async:
                self.refuse(node, "awaits something, so other code may run meanwhile")
            self.value(part.iter, inner)
            self._store(part.target, part.iter, self._held_by(part.iter, inner), inner)
            for test in part.ifs:
                self.value(test, inner)
        for name in ("elt", "key", "value"):
            if (part := getattr(node, name, None)) is not None:
                self.value(part, inner)

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> Hold | Code:
        held, name = self.value(node.value, scope), node.target.id
        self._may_be_found(name, node, scope)
        around = scope.around()
        # It may not run, behind `and` or in a comprehension: then the name stays what it was.
        kept = either([around.names[name], held]) if name in around.names else held
        self._store(node.target, node.value, kept, around)
        return held

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Code:
        self._defaults(node.args, scope)
        code = self.handed[id(node)] = Code(node, scope)
        self._call_code(code, node, with_anything=True)
        return code

    def _name(self, node: ast.Name, scope: Scope) -> Hold | Code:
        if scope.owner(node.id) is not None:
            return Hold.OWN
        if (found := scope.find(node.id)) is not None:
            if isinstance(found, Code) and id(found.node) not in self.handed:
                self.handed[id(found.node)] = found  # it may be called with anything
                self._call_code(found, node, with_anything=True)
            return found
        if node.id.startswith("__") and node.id != "__name__":
            self.refuse(node, f"uses `{node.id}`, {UNKNOWN}")
        return self._found(node, self._resolved(node.id, [])[0])

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Hold | Code:
        root, path = dotted(node)
        if root is not None and scope.find(root) is None and scope.owner(root) is None:
            found, rest = self._resolved(root, path)
            if not rest:
                return self._found(node, found)
        held = self.value(node.value, scope)
        if isinstance(node.value, ast.Name):
            owner = scope.owner(node.value.id)
            if owner is not None and (node.attr in owner.attributes or node.attr in owner.methods):
                return owner.attributes.get(node.attr, Hold.FOUND)
        if isinstance(held, Code) and isinstance(held.node, ast.ClassDef):
            return self._of_class(node, held.node)
        if node.attr not in listed.ATTRIBUTES:
            self.refuse(node, f"reads `{ast.unparse(node)}`, {UNKNOWN}")
        whole = held is Hold.OWN and node.attr in listed.PARTS_OF_KERAS_OBJECTS
        return Hold.OWN if whole else Hold.FOUND

    def _of_class(self, node: ast.Attribute, owner: ast.ClassDef) -> Hold:
        """Read a value kept in a class: `Config.units`."""
        kept = {name for one in owner.body for name in stored(one)}
        if node.attr not in kept:
            self.refuse(node, f"reads `{ast.unparse(node)}`, {UNKNOWN}")
        return Hold.FOUND

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Hold:
        held = self.value(node.value, scope)
        self.value(node.slice, scope)
        return Hold.OWN if held is Hold.OWN else Hold.FOUND
