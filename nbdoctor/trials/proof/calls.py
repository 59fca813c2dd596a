"""Read calls: what is called has to be known, and so has what it is given."""

from __future__ import annotations

import ast
from typing import Any

from nbdoctor.trials.proof import known, listed, values
from nbdoctor.trials.proof.definitions import DefinitionReading
from nbdoctor.trials.proof.names import dotted
from nbdoctor.trials.proof.nodes import is_kept, is_none, is_true
from nbdoctor.trials.proof.reading import OUTSIDE
from nbdoctor.trials.proof.scopes import Arguments, Code, Hold, Scope
from nbdoctor.trials.proof.sources import is_user_code
from nbdoctor.trials.refusal import UnprovedError


class CallReading(DefinitionReading):
    """Reads calls of names, of attributes and of what other calls return."""

    def _call(self, node: ast.Call, scope: Scope) -> Hold | Code:
        arguments = Arguments(
            tuple(self.value(one, scope) for one in node.args),
            {word.arg: self.value(word.value, scope) for word in node.keywords},
            any(isinstance(one, ast.Starred) for one in node.args),
        )
        func = node.func
        root, path = dotted(func)
        if root is not None and scope.find(root) is None and scope.owner(root) is None:
            found, rest = self._resolved(root, path)
            if not rest:
                return self._call_found(node, found, arguments)
        if isinstance(func, ast.Name):
            return self._call_name(node, scope, arguments)
        if isinstance(func, ast.Attribute):
            return self._call_method(node, func, scope)
        if isinstance(func, (ast.Call, ast.Subscript)) and self.value(func, scope) is Hold.OWN:
            return Hold.OWN  # `Dense(3)(x)`, `model.layers[0](x)`
        return self._refuse_call(node)

    def _call_name(self, node: ast.Call, scope: Scope, arguments: Arguments) -> Hold | Code:
        """Call something by a name that this code has given a value."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        found = scope.find(name)
        if isinstance(found, Code):
            return self._call_code(found, node, arguments)
        if found is Hold.OWN:
            return Hold.OWN
        if found is Hold.MADE:
            self._refuse_call(node)
        return Hold.FOUND  # handed in: every function that this code can get at is read itself

    def _call_found(self, node: ast.Call, found: Any, arguments: Arguments) -> Hold | Code:
        if known.is_scaling(found):
            given = (*arguments.places, *arguments.named.values())
            if any(one is not Hold.OWN for one in given):
                text = ast.unparse(node.args[0]) if node.args else "its argument"
                self.refuse(node, f"may change `{text}` in place")
            return Hold.OWN
        if known.is_application(found):
            if not any(word.arg == "weights" and is_none(word.value) for word in node.keywords):
                self._refuse_call(node)
            return Hold.OWN
        if known.computes(found):
            return self._result(node, found)
        if is_user_code(found):
            self.live(found, node)
            return Hold.OWN if isinstance(found, type) else Hold.FOUND
        if not self.is_live and values.is_of_keras(found):
            return Hold.OWN
        return self._refuse_call(node)

    def _result(self, node: ast.Call, found: Any) -> Hold:
        """Return whose the result is of a function that is known to compute."""
        name = getattr(found, "__name__", "")
        if known.may_write(found):
            self._check_places(node, found)
        if name in listed.SEEDED:
            self._check_seed(node)
        if known.reads_vocabularies(found):
            self._check_vocabulary(node)
        if found is type and len(node.args) != 1:
            self._refuse_call(node)
        if found is super:
            return Hold.OWN
        if known.gives_part(found) or (found is sum and len(node.args) + len(node.keywords) > 1):
            return Hold.FOUND
        module = getattr(found, "__module__", "") or ""
        if module == "builtins":
            if name in {"max", "min", "filter", "map", "type", "object"}:
                return Hold.FOUND
            plain = {"abs", "bool", "float", "int", "len", "pow", "range", "round", "str"}
            return Hold.OWN if name in plain else Hold.MADE
        if module.startswith(("keras", "tensorflow")):
            return Hold.OWN
        return Hold.MADE

    def _check_vocabulary(self, node: ast.Call) -> None:
        """Refuse a layer that is given the name of a file, which it reads."""
        given = [word.value for word in node.keywords if word.arg in {"vocabulary", None}]
        for one in (*node.args[3:], *given):
            found = self.namespace.get(one.id) if isinstance(one, ast.Name) else None
            if not isinstance(one, ast.List) and not is_none(one) and type(found) is not list:
                self._refuse_call(node)

    def _check_seed(self, node: ast.Call) -> None:
        """Refuse draws from the generator that all share: it would be moved on."""
        given = {word.arg: word.value for word in node.keywords}
        seed, order = given.get("random_state"), given.get("shuffle")
        found = self.namespace.get(seed.id) if isinstance(seed, ast.Name) else None
        found = seed.value if isinstance(seed, ast.Constant) else found
        in_order = isinstance(order, ast.Constant) and order.value is False
        if type(found) is not int and not in_order:
            name = ast.unparse(node.func)
            self.refuse(node, f"draws with `{name}`, which has no `random_state` to draw the same")

    def _check_places(self, node: ast.Call, found: Any) -> None:
        """Refuse a function of NumPy that is told where to write."""
        if any(isinstance(one, ast.Starred) for one in node.args):
            self.refuse(node, f"gives `{ast.unparse(node.func)}` an unknown number of arguments")
        for word in node.keywords:
            copies = word.arg == "copy" and not is_true(word.value)
            if word.arg is None or word.arg in listed.WRITING or copies:
                self.refuse(node, f"may let `{ast.unparse(node.func)}` write into an array")
        if known.writes(found, len(node.args)):
            self.refuse(node, f"may let `{ast.unparse(node.func)}` write into an array")

    def _call_method(self, node: ast.Call, func: ast.Attribute, scope: Scope) -> Hold | Code:
        name, on = func.attr, func.value
        if isinstance(on, ast.Call) and isinstance(on.func, ast.Name) and on.func.id == "super":
            self.value(on, scope)
            if name in listed.SUPER_METHODS or self._is_own_method(name, scope):
                return Hold.FOUND
            self._refuse_call(node)
        owner = scope.owner(on.id) if isinstance(on, ast.Name) else None
        if owner is not None and (name in owner.methods or name in owner.attributes):
            return Hold.FOUND if owner.attributes.get(name) is not Hold.OWN else Hold.OWN
        held = Hold.OWN if owner is not None else self._called_on(node, on, scope)
        if name in listed.PURE_METHODS or name in listed.VIEW_METHODS:
            self._check_method(node, name)
            if name in listed.SEEDED:
                self._check_seed(node)
            return Hold.MADE if name in listed.PURE_METHODS else Hold.FOUND
        return self._call_changing(node, func, held)

    def _called_on(self, node: ast.Call, on: ast.expr, scope: Scope) -> Hold:
        try:
            return self._base(on, scope)
        except UnprovedError:
            if dotted(on)[0] is not None:  # the whole call tells more than the name before it
                self._refuse_call(node)
            raise

    def _call_changing(self, node: ast.Call, func: ast.Attribute, held: Hold) -> Hold:
        """Call a method that may change what it is called on."""
        if func.attr in listed.KERAS_METHODS and held is Hold.OWN:
            return Hold.OWN
        if func.attr in listed.CHANGING_METHODS or func.attr in listed.DRAWING_METHODS:
            if held is Hold.FOUND:
                self.refuse(node, f"calls `{ast.unparse(func)}`, {OUTSIDE}")
            if func.attr in listed.DRAWING_METHODS:
                self._check_method(node, func.attr)
            if func.attr == "fit":
                return self._fitted(node, held)
            return Hold.FOUND
        own = any(func.attr in one.methods for one in self.classes.values())
        if held is Hold.OWN and own and not known.is_method_of_keras(func.attr):
            return Hold.FOUND
        return self._refuse_call(node)

    def _fitted(self, node: ast.Call, held: Hold) -> Hold:
        """Return whose a scaler is that was fitted; a model is not trained on the way."""
        if held is not Hold.MADE:
            self._refuse_call(node)
        return held

    def _is_own_method(self, name: str, scope: Scope) -> bool:
        inner: Scope | None = scope
        while inner is not None:
            if inner.own is not None:
                return name in inner.own.methods
            inner = inner.outer
        return False

    def _check_method(self, node: ast.Call, name: str) -> None:
        """Refuse a method that is told to write into something."""
        for word in node.keywords:
            if word.arg is None or (word.arg in listed.IN_PLACE and not is_kept(word)):
                self.refuse(node, f"may let `{ast.unparse(node.func)}` write into an array")
        most = listed.MOST_PLACES.get(name, len(node.args))
        if len(node.args) > most or (
            name in listed.MOST_PLACES and any(isinstance(one, ast.Starred) for one in node.args)
        ):
            self.refuse(node, f"may let `{ast.unparse(node.func)}` write into an array")
