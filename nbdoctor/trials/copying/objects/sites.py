"""Find the calls of a cell that make a part of its model, or change it."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nbdoctor.cell.syntax import dumped
from nbdoctor.trials.proof.names import dotted, imported, looked_up

Kind = Literal["layer", "optimizer", "compile", "adapt", "trainable"]

SITE = "_site_"


@dataclass(frozen=True)
class Site:
    """A call that makes a part of the model, or that changes it.

    Attributes
    ----------
    kind : str
    node : ast.Call or ast.Assign
    makes : type or None
        The class of what is made.
    repeats : bool
        It stands in a loop.
    """

    kind: Kind
    node: ast.expr
    makes: type[Any] | None = None
    repeats: bool = False
    of: str = ""

    @property
    def key(self) -> str:
        """The same for sites that read alike."""
        return f"{self.kind} {self.of} {dumped(self.node)}"

    @property
    def callee(self) -> str:
        """What is called, as it is written."""
        return ast.unparse(self.node.func) if isinstance(self.node, ast.Call) else ""


@dataclass(frozen=True)
class Reduced:
    """The statements of a cell without what makes its model.

    Attributes
    ----------
    sites : tuple of Site
        In the order in which they run.
    rest : tuple of (int, str)
        What is left of each statement, and its position; those of which nothing is left are out.
    """

    sites: tuple[Site, ...]
    rest: tuple[tuple[int, str], ...]


def reduced(statements: Sequence[ast.stmt], names: Mapping[str, Any]) -> Reduced:
    """Split statements into the calls that make the model and all the rest."""
    finder = _Finder(statements, names)
    sites: list[Site] = []
    rest: list[tuple[int, str]] = []
    for place, statement in enumerate(statements):
        sites += finder.sites(statement, repeats=False)
        left = _Mask(finder).visit(copy.deepcopy(statement))
        if left is not None:
            rest.append((place, dumped(left)))
    return Reduced(tuple(sites), tuple(rest))


class _Finder:
    """Finds the calls that make parts of a model."""

    def __init__(self, statements: Sequence[ast.stmt], names: Mapping[str, Any]) -> None:
        self.names = {**names, **_imports(statements)}
        self.named: dict[str, tuple[ast.Call, type[Any]]] = {}
        for statement in statements:
            if (made := self.assigned(statement)) is not None:
                self.named[made[0]] = made[1:]

    def assigned(self, node: ast.AST) -> tuple[str, ast.Call, type[Any]] | None:
        """Return the parts of `normalise = Normalization()`: something used by its name."""
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            return None
        target, value = node.targets[0], node.value
        if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
            return None
        kind = self.made(value)
        return None if kind is None else (target.id, value, kind)

    def made(self, node: ast.AST) -> type[Any] | None:
        """Return the class of the layer or optimizer that a call makes."""
        import keras

        if not isinstance(node, ast.Call):
            return None
        root, path = dotted(node.func)
        found = looked_up(self.names, root, path)[0] if root is not None else None
        if found is None or not issubclass(type(found), type):
            return None
        kind: type[Any] = found
        parts = (keras.layers.Layer, keras.optimizers.Optimizer)
        return kind if issubclass(kind, parts) and not issubclass(kind, keras.Model) else None

    def kind(self, node: ast.AST) -> tuple[Kind, type[Any] | None] | None:
        """Return what a node is a site of."""
        import keras

        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "compile":
                return "compile", None
            if node.func.attr == "adapt":
                return "adapt", None
        made = self.made(node)
        if made is None:
            return None
        return ("layer" if issubclass(made, keras.layers.Layer) else "optimizer"), made

    def sites(self, node: ast.AST, *, repeats: bool) -> Iterator[Site]:
        """Return the sites of a node, in the order in which they run."""
        if self.assigned(node) is not None:
            return  # it counts where it is used
        found = self.kind(node)
        if found is not None and isinstance(node, ast.Call):
            kind, makes = found
            of = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            of = of if kind in {"compile", "adapt"} else ""
            yield Site(kind, _Inlined(self.named).visit(copy.deepcopy(node)), makes, repeats, of)
            return
        if isinstance(node, ast.Assign) and _is_trainable(node):
            yield Site("trainable", node.value, of=ast.unparse(node.targets[0]))
            return
        if isinstance(node, ast.Name) and node.id in self.named:
            call, makes = self.named[node.id]
            if (found := self.kind(call)) is not None:
                yield Site(found[0], call, makes, repeats)
            return
        loops = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp)
        inside = repeats or isinstance(node, loops)
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
            children = [*node.args, *(word.value for word in node.keywords), node.func]
        for child in children:
            yield from self.sites(child, repeats=inside)


class _Inlined(ast.NodeTransformer):
    """Puts the calls that have made parts in the place of their names."""

    def __init__(self, named: Mapping[str, tuple[ast.Call, type[Any]]]) -> None:
        self.named = named

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name that stands for a part."""
        return self.named[node.id][0] if node.id in self.named else node


class _Mask(ast.NodeTransformer):
    """Takes the sites out of a statement; None where nothing is left."""

    def __init__(self, finder: _Finder) -> None:
        self.finder = finder

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, (ast.Import, ast.ImportFrom)) or self.finder.assigned(node) is not None:
            return None
        if isinstance(node, ast.Assign) and _is_trainable(node):
            return None
        if isinstance(node, ast.Name) and node.id in self.finder.named:
            return ast.Name(id=SITE, ctx=ast.Load())
        if self.finder.kind(node) is not None:
            return ast.Name(id=SITE, ctx=ast.Load())
        self.generic_visit(node)
        return self._left(node)

    def _left(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.Call) and _is_site(node.func) and len(node.args) == 1:
            return node.args[0]  # a layer is applied
        if isinstance(node, (ast.List, ast.Tuple)):
            node.elts = [one for one in node.elts if not _is_site(one)]
        if isinstance(node, ast.Expr) and (_is_site(node.value) or _adds_site(node.value)):
            return None
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(node.value):
            return None
        return node


def _is_site(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == SITE


def _adds_site(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    return node.func.attr == "add" and len(node.args) == 1 and _is_site(node.args[0])


def _is_trainable(node: ast.Assign) -> bool:
    target = node.targets[0]
    return isinstance(target, ast.Attribute) and target.attr == "trainable"


def _imports(statements: Sequence[ast.stmt]) -> dict[str, Any]:
    """Return what imports give names to, of modules that are loaded."""
    found: dict[str, Any] = {}
    for one in statements:
        if isinstance(one, (ast.Import, ast.ImportFrom)):
            found |= imported(one)
    return found
