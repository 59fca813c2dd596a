"""Which calls of a cell are about the model that one `fit` trains, where the cell has several."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from nbdoctor.cell.data_flow import names_made, names_read

MOST_FOLLOWED, MOST_STATEMENTS = 100, 1000
"""Names that are followed, and statements of a cell that they are followed through: some 0.3 s at
most. In longer cells the text does not tell."""

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
Placed = ast.stmt | ast.NamedExpr

DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BINDS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.With)


def calls_behind(tree: ast.Module, fit: ast.Call | None, model: str) -> list[ast.Call] | None:
    """The calls that make the model of a `fit`, compile it, and give `fit` its arguments.

    Assignments are followed backwards from the `fit`, through functions and classes that the cell
    defines. Of several assignments the last one before is meant, and those after it in a branch or
    a loop that the `fit` is not in. So it is with `compile`.

    Parameters
    ----------
    tree : ast.Module
    fit : ast.Call or None
    model : str
        What `fit` is called on ("model", "trainer.net").

    Returns
    -------
    list of ast.Call or None
        In the order of the text; None where the text does not tell.
    """
    if fit is None or not model.isidentifier():
        return None
    if sum(isinstance(one, ast.stmt) for one in ast.walk(tree)) > MOST_STATEMENTS:
        return None
    trace = _Trace(tree)
    trace.calls |= {id(one): one for one in ast.walk(fit) if isinstance(one, ast.Call)}
    trace.follow([(name, fit) for name in sorted(names_read(fit))])
    if trace.is_unsure:
        return None
    return sorted(trace.calls.values(), key=lambda call: (call.lineno, call.col_offset))


class _Trace:
    """Follows names backwards through a cell.

    Parameters
    ----------
    tree : ast.Module
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.parents = {
            id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }
        self.blocks = {
            id(one): (id(holder), part)
            for holder in ast.walk(tree)
            for part in ("body", "orelse", "finalbody")
            if isinstance(block := getattr(holder, part, None), list)
            for one in block
        }
        self.bindings: dict[int, dict[str, list[Placed]]] = {}
        self.definitions: dict[str, list[ast.AST]] = {}
        for node in ast.walk(tree):
            if isinstance(node, DEFINES):
                self.definitions.setdefault(node.name, []).append(node)
        self.calls: dict[int, ast.Call] = {}
        self.seen: set[tuple[str, int]] = set()
        self.waiting: list[tuple[str, ast.AST]] = []
        self.is_unsure = False

    def follow(self, used: list[tuple[str, ast.AST]]) -> None:
        """Note all that makes the values which names have where they are used."""
        self.waiting = used
        while self.waiting and not self.is_unsure:
            name, use = self.waiting.pop()
            if (name, id(use)) not in self.seen:
                self.seen.add((name, id(use)))
                self._follow(name, use)
            self.is_unsure |= len(self.seen) > MOST_FOLLOWED

    def _follow(self, name: str, use: ast.AST) -> None:
        scope = self._scope(use)
        bindings = self._bindings(name, scope)
        if not bindings and isinstance(scope, FUNCTIONS):
            if name in {one.arg for one in ast.walk(scope.args) if isinstance(one, ast.arg)}:
                self.is_unsure = True  # whoever calls the function knows
                return
            scope = self.tree
            bindings = self._bindings(name, scope)
        reaching = self._last(bindings, use)
        first = min((one.lineno for one in reaching), default=0)
        for one in [*reaching, *self._method_calls(name, scope, first, use)]:
            self._note(one)
        for definition in self.definitions.get(name, ()):
            self._note(definition)

    def _note(self, node: ast.AST) -> None:
        """Note the calls of a statement or a definition, and follow the names that it reads."""
        if ("", id(node)) in self.seen:
            return
        self.seen.add(("", id(node)))
        parts = _giving(node)
        inner = [one for part in parts for one in ast.walk(part)]
        self.calls |= {id(one): one for one in inner if isinstance(one, ast.Call)}
        inside = set[str]()
        if isinstance(node, DEFINES):  # what it makes itself is in it
            inside = {one.arg for one in inner if isinstance(one, ast.arg)} | names_made(node)
        read = sorted(set[str]().union(*map(names_read, parts)) - inside)
        self.waiting += [(name, node) for name in read]

    def _scope(self, node: ast.AST) -> Scope:
        """The innermost function around a node, else the module."""
        around = self.parents.get(id(node))
        while around is not None and not isinstance(around, FUNCTIONS):
            around = self.parents.get(id(around))
        return self.tree if around is None else around

    def _bindings(self, name: str, scope: Scope) -> list[Placed]:
        if id(scope) not in self.bindings:
            known: dict[str, list[Placed]] = {}
            for one in _own(scope):
                if isinstance(one, BINDS):
                    for made in _made(one):
                        known.setdefault(made, []).append(one)
            self.bindings[id(scope)] = known
        return self.bindings[id(scope)].get(name, [])

    def _last(self, bindings: Sequence[Placed], use: ast.AST) -> list[Placed]:
        """Those that may hold where it is used: the last that is run in any case, and later ones.

        Where all are later in the text (in a loop, or before a function is called) any may hold.
        """
        before = [one for one in bindings if one.lineno <= _line(use) and one is not use]
        if not before:
            return list(bindings)
        blocks = self._blocks_around(use)
        sure = [place for place, one in enumerate(before) if self._block_of(one) in blocks]
        return before[sure[-1] :] if sure else before

    def _blocks_around(self, node: ast.AST) -> set[tuple[int, str]]:
        """The blocks of statements that a node stands in."""
        found: set[tuple[int, str]] = set()
        inner: ast.AST | None = node
        while inner is not None:
            found.add(self._block_of(inner))
            inner = self.parents.get(id(inner))
        return found

    def _block_of(self, node: ast.AST) -> tuple[int, str]:
        """The block that the statement of a node stands in: what holds it, and which part of it."""
        while not isinstance(node, ast.stmt) and id(node) in self.parents:
            node = self.parents[id(node)]
        return self.blocks.get(id(node), (id(self.parents.get(id(node))), ""))

    def _method_calls(self, name: str, scope: Scope, first: int, use: ast.AST) -> Iterator[Placed]:
        """`model.add(...)` and the last `model.compile(...)`, since it was made."""
        compiled: list[ast.stmt] = []
        for node in _own(scope):
            if not isinstance(node, ast.Expr) or not first <= node.lineno <= _line(use):
                continue
            match node.value:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=on), attr=method)) if on == name:
                    if method == "compile":
                        compiled.append(node)
                    elif not any(part is use for part in ast.walk(node)):
                        yield node
        yield from self._last(compiled, use)


def _own(scope: Scope) -> Iterator[ast.AST]:
    """What stands in a scope from top to bottom, but for the bodies of what it defines."""
    waiting: list[ast.AST] = list(reversed(scope.body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, DEFINES):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _giving(node: ast.AST) -> list[ast.AST]:
    """What of a statement gives a name its value: of a loop or a block what it runs over."""
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, ast.With):
        return [one.context_expr for one in node.items]
    return [node]


def _made(node: ast.AST) -> set[str]:
    """Names that a statement gives a value, those in its body left out."""
    if isinstance(node, ast.For):
        return names_made(node.target)
    if isinstance(node, ast.With):
        return {name for one in node.items for name in _stored(one.optional_vars)}
    return names_made(node)


def _stored(node: ast.expr | None) -> set[str]:
    return set() if node is None else names_made(node)


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)
