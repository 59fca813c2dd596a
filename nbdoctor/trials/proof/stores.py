"""Read what gives a name a value, or changes a part of something."""

from __future__ import annotations

import ast

from nbdoctor.trials.proof import listed
from nbdoctor.trials.proof.found import FoundReading
from nbdoctor.trials.proof.reading import OUTSIDE, UNKNOWN
from nbdoctor.trials.proof.scopes import Code, Hold, Scope, least


class StoreReading(FoundReading):
    """Reads stores into names, attributes and entries."""

    def _store(self, target: ast.expr, value: ast.expr, held: Hold | Code, scope: Scope) -> None:
        """Give a name a value, or change a part of something."""
        if isinstance(target, ast.Name):
            if scope.owner(target.id) is not None:
                self.refuse(target, f"gives `{target.id}` another value, {UNKNOWN}")
            scope.names[target.id] = held
        elif isinstance(target, ast.Starred):
            self._store(target.value, value, Hold.MADE, scope)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            alike = len(parts) == len(target.elts)
            for place, part in enumerate(target.elts):
                each = self.value(parts[place], scope) if alike else self._held_by(value, scope)
                self._store(part, parts[place] if alike else value, each, scope)
        elif isinstance(target, ast.Attribute):
            self._store_attribute(target, held, scope)
        elif isinstance(target, ast.Subscript):
            self.value(target.slice, scope)
            if self._base(target.value, scope) < Hold.MADE:
                self.refuse(target, f"writes into `{ast.unparse(target.value)}`, {OUTSIDE}")
        else:
            self.refuse(target, f"assigns to `{ast.unparse(target)}`, {UNKNOWN}")

    def _store_attribute(self, target: ast.Attribute, held: Hold | Code, scope: Scope) -> None:
        if target.attr.startswith("__"):
            self.refuse(target, f"sets `{ast.unparse(target)}`, {UNKNOWN}")
        owner = scope.owner(target.value.id) if isinstance(target.value, ast.Name) else None
        if owner is not None:
            before = owner.attributes.get(target.attr, Hold.OWN)
            now = Hold.FOUND if isinstance(held, Code) else held
            owner.attributes[target.attr] = min(before, now)
        elif self._base(target.value, scope) is not Hold.OWN:
            self.refuse(target, f"sets `{ast.unparse(target)}`, {OUTSIDE}")
        elif least([held]) is Hold.FOUND and target.attr not in listed.SETTINGS:
            self.refuse(target, f"stores something in `{ast.unparse(target)}`, {UNKNOWN}")

    def _may_be_found(self, name: str, node: ast.AST, scope: Scope) -> None:
        """Read what a name may stand for that is perhaps given no value here."""
        if scope.find(name) is None and name in self.namespace:
            self._found(ast.copy_location(ast.Name(id=name), node), self.namespace[name])

    def _base(self, node: ast.expr, scope: Scope) -> Hold:
        """Return whose the thing is that is about to be changed."""
        if isinstance(node, ast.Name) and scope.owner(node.id) is not None:
            return Hold.OWN
        held = self.value(node, scope)
        return Hold.FOUND if isinstance(held, Code) else held

    def _held_by(self, node: ast.expr, scope: Scope) -> Hold:
        """Return whose the entries of something are that is gone through."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            known_here = scope.find(node.func.id) is None and node.func.id not in self.namespace
            if known_here and node.func.id == "range":
                return Hold.OWN
            if known_here and node.func.id in {"enumerate", "list", "reversed", "zip"}:
                return least([self._held_by(one, scope) for one in node.args])
        if isinstance(node, (ast.List, ast.Tuple)):
            held = [self.value(one, scope) for one in node.elts]
            return least([Hold.FOUND if isinstance(one, Code) else one for one in held])
        return Hold.OWN if self.value(node, scope) is Hold.OWN else Hold.FOUND
