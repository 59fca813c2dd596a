"""Methods of the user's own classes that look like those that Keras calls, and are none."""

from __future__ import annotations

import ast
import difflib
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbdoctor.backend.keras_internals.compiled import arguments_of_compile
from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.strangers import kind_of
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.namespace import is_function
from nbdoctor.errors.guard import attempt
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

WORDS = {
    **dict.fromkeys(("start", "starts", "started", "starting", "begins", "beginning"), "begin"),
    **dict.fromkeys(("finish", "finished", "ends", "ended", "stop", "done"), "end"),
    **dict.fromkeys(("training", "trained", "fit"), "train"),
    **dict.fromkeys(("testing", "evaluate", "evaluation"), "test"),
    **dict.fromkeys(("prediction", "predicting"), "predict"),
    "epochs": "epoch",
    "batches": "batch",
    "steps": "step",
    "states": "state",
}
"""Words that people write where Keras writes another one."""

ALIKE = 0.9
"""Similarity from which on two names differ by a slip: one letter in ten, or two changed places."""

SHORTEST = 7
"""Shorter names are alike by chance."""

FLAGS = frozenset(
    {"is_training", "is_train", "train", "istraining", "training_mode", "in_training"}
)
"""Arguments of a `call` that people write where Keras passes `training`."""

LIBRARIES = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncalled:
    """A method that nothing calls.

    Attributes
    ----------
    owner : str
        Class of the user's.
    base : str
        Class of Keras that it is derived from.
    name : str
    meant : str
        The method of Keras with a similar name.
    line : int or None
        Of the cell.
    """

    owner: str
    base: str
    name: str
    meant: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsetFlag:
    """An argument of a `call` that nobody passes: Keras passes `training`."""

    owner: str
    name: str
    default: bool
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the classes of the objects that take part in this training leave uncalled.

    Attributes
    ----------
    classes : int
        Classes of the user's that were read.
    uncalled : tuple of Uncalled
    flags : tuple of UnsetFlag
    """

    classes: int
    uncalled: tuple[Uncalled, ...] = ()
    flags: tuple[UnsetFlag, ...] = ()


@reading(
    "the user's own classes",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN,
    missing=does_not_apply("no class of the user's takes part"),
)
def overrides_of_call(call: FitCall, cell: Cell, namespace: Namespace) -> Overrides | None:
    """Read the classes of the model, its parts, the callbacks and the data; nothing is called."""
    parts = list(_parts(call))
    kinds = {kind: None for part in parts for kind in _own_classes(part)}
    if not kinds:
        return None
    return read_overrides(list(kinds), cell.tree, namespace)


def read_overrides(
    kinds: Collection[type[Any]], tree: ast.Module, namespace: Mapping[str, Any]
) -> Overrides:
    """The same of classes, with the text of the cell and the user's variables."""
    lines = _lines(tree)
    used = _names_used(kinds, tree, namespace)
    keywords = _keywords(kinds, tree)
    return Overrides(
        classes=len(kinds),
        uncalled=tuple(one for kind in kinds for one in _uncalled(kind, used, lines)),
        flags=tuple(one for kind in kinds for one in _unset_flags(kind, keywords, lines)),
    )


def _parts(call: FitCall) -> Iterator[Any]:
    """The objects whose methods Keras calls in this training."""
    model, arguments = call.model, call.arguments
    yield from all_layers(model)
    yield from arguments.get("callbacks") or []
    yield arguments.get("x")
    yield arguments.get("validation_data")
    compiled = attempt(arguments_of_compile, model) or {}
    yield vars(model).get("optimizer")
    for name in ("loss", "metrics", "weighted_metrics"):
        value = compiled.get(name)
        yield from value if isinstance(value, (list, tuple)) else [value]


def _own_classes(part: Any) -> Iterator[type[Any]]:
    """Classes of the user's above an object, where Keras's are above them, too."""
    above = type.mro(kind_of(part))
    if any(_is_of_keras(kind) for kind in above):
        yield from (kind for kind in above if _is_own(kind))


def _is_of_keras(kind: type[Any]) -> bool:
    return str(kind.__module__).partition(".")[0] == "keras"


def _is_own(kind: type[Any]) -> bool:
    functions = [value for value in vars(kind).values() if type(value) is types.FunctionType]
    return bool(functions) and all(
        LIBRARIES.isdisjoint(Path(one.__code__.co_filename).parts)
        and not one.__code__.co_filename.startswith("<frozen")
        for one in functions
    )


def _functions(kind: type[Any]) -> dict[str, Any]:
    return {name: value for name, value in vars(kind).items() if type(value) is types.FunctionType}


def _uncalled(
    kind: type[Any], used: Collection[str], lines: Mapping[tuple[str, str], int]
) -> Iterator[Uncalled]:
    libraries = [one for one in kind.__mro__ if _is_of_keras(one)]
    hooks = {
        name
        for one in libraries
        for name, value in vars(one).items()
        if type(value) is types.FunctionType and not name.startswith("_")
    }
    for name in _functions(kind):
        if name.startswith("_") or name in used or any(hasattr(one, name) for one in libraries):
            continue
        meant = meant_by(name, hooks)
        if meant and meant not in used:
            yield Uncalled(
                owner=kind.__name__,
                base=libraries[0].__name__ if libraries else "",
                name=name,
                meant=meant,
                line=lines.get((kind.__name__, name)),
            )


def meant_by(name: str, hooks: Iterable[str]) -> str:
    """The method of Keras that a name was probably meant for, "" where none is similar.

    Examples
    --------
    >>> meant_by("on_epoch_start", {"on_epoch_begin", "on_epoch_end"})
    'on_epoch_begin'
    """
    known = sorted(hooks)
    words = _words(name)
    for hook in known:
        if words == _words(hook):
            return hook
    if len(name) < SHORTEST:
        return ""
    return next(iter(difflib.get_close_matches(name, known, 1, ALIKE)), "")


def _words(name: str) -> list[str]:
    return sorted(WORDS.get(word, word) for word in name.lower().split("_") if word)


def _unset_flags(
    kind: type[Any], keywords: Collection[str], lines: Mapping[tuple[str, str], int]
) -> Iterator[UnsetFlag]:
    """Arguments of `call` for the mode that Keras does not know."""
    call = _functions(kind).get("call")
    if call is None:
        return
    code = call.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    first = code.co_argcount - len(call.__defaults__ or ())
    defaults = dict(zip(names[first : code.co_argcount], call.__defaults__ or (), strict=True))
    defaults |= call.__kwdefaults__ or {}
    if "training" in names:
        return
    for name, default in defaults.items():
        if name in FLAGS and isinstance(default, bool) and name not in keywords:
            yield UnsetFlag(
                owner=kind.__name__,
                name=name,
                default=default,
                line=lines.get((kind.__name__, "call")),
            )


def _lines(tree: ast.Module) -> dict[tuple[str, str], int]:
    """Line of each method that the cell defines, by its class."""
    return {
        (node.name, part.name): part.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.FunctionDef)
    }


def _names_used(
    kinds: Iterable[type[Any]], tree: ast.Module, namespace: Mapping[str, Any]
) -> set[str]:
    """Names of attributes that the user's code reads: a method of such a name may be called."""
    written = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    functions = [one for kind in kinds for one in _functions(kind).values()]
    functions += [one for one in namespace.values() if is_function(one)]
    return written.union(*(_names_in(one.__code__) for one in functions))


def _names_in(code: types.CodeType) -> set[str]:
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*map(_names_in, inner))


def _keywords(kinds: Iterable[type[Any]], tree: ast.Module) -> set[str]:
    """Names by which arguments are passed in the cell, or in the methods of these classes."""
    written = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    consts = [
        value
        for kind in kinds
        for one in _functions(kind).values()
        for value in one.__code__.co_consts
        if isinstance(value, tuple)
    ]
    return written | {name for value in consts for name in value if isinstance(name, str)}
