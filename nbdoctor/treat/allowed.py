"""Which code of a cell may be run once more: what builds a model, and nothing that reaches out.

A call is allowed where what it calls is known to be harmless: Keras's parts, arithmetic, what the
cell itself defines of such. Files, networks, shells, saved models and training are not reachable
from there, so they cannot be run again by mistake.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from nbdoctor.treat.untried import refuse

BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "filter",
        "float",
        "frozenset",
        "hasattr",
        "int",
        "isinstance",
        "len",
        "list",
        "map",
        "max",
        "min",
        "object",
        "pow",
        "print",
        "property",
        "range",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "staticmethod",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "zip",
    ]
)
"""Prints are swallowed while a copy is built."""

LIBRARIES = (
    "keras",
    "tensorflow",
    "numpy",
    "math",
    "functools",
    "itertools",
    "operator",
    "random",
    "collections",
    "sklearn.preprocessing",
    "sklearn.impute",
)

CLOSED = (
    "keras.src.applications",
    "keras.src.callbacks",
    "keras.src.datasets",
    "keras.src.export",
    "keras.src.saving",
    "keras.src.trainers",
    "keras.src.utils",
    "numpy.lib",
    "tensorflow.python.data",
    "tensorflow.python.eager.profiler",
    "tensorflow.python.lib",
    "tensorflow.python.ops.gen_io_ops",
    "tensorflow.python.ops.io_ops",
    "tensorflow.python.ops.script_ops",
    "tensorflow.python.platform",
    "tensorflow.python.saved_model",
    "tensorflow.python.training",
)
"""Parts of them that read, write or fetch."""

OPEN = frozenset({"to_categorical", "normalize"})
"""Functions of the closed parts that only compute."""

WEIGHTS_FREE = "keras.src.applications"
"""Known architectures: fetched from the network, unless they are asked for without weights."""

SCALES = "preprocess_input"
"""How such an architecture scales its inputs: a part of the model where it is given a tensor, and
a change in place where it is given an array."""

FILES = frozenset(
    [
        "fromfile",
        "fromregex",
        "genfromtxt",
        "load",
        "loadtxt",
        "memmap",
        "save",
        "savetxt",
        "savez",
        "savez_compressed",
        "open_memmap",
        "DataSource",
    ]
)
"""NumPy's ways to files; they say that they are of the module `numpy` itself."""

REACHING_OUT = frozenset(
    [
        "clear_session",
        "dump",
        "dumps",
        "evaluate",
        "export",
        "fit",
        "fit_generator",
        "load_weights",
        "open",
        "predict",
        "predict_on_batch",
        "read",
        "read_text",
        "save",
        "save_weights",
        "system",
        "test_on_batch",
        "to_csv",
        "to_excel",
        "to_feather",
        "to_file",
        "to_hdf",
        "to_json",
        "to_parquet",
        "to_pickle",
        "to_sql",
        "tofile",
        "train_on_batch",
        "urlopen",
        "write",
        "write_text",
    ]
)
"""Methods that train, judge or leave the process, whatever they are called on."""


STAYING = frozenset({"to_categorical", "to_dense", "to_dict", "to_frame", "to_list", "to_numpy"})
"""Methods and functions whose names begin like those that write files."""

PLAIN = ("builtins", "collections", "keras", "numpy", "pandas", "scipy", "tensorflow")
"""Where values come from whose methods compute."""


def check(statements: Iterable[ast.AST], namespace: Mapping[str, Any]) -> None:
    """Refuse code that does more than build.

    Parameters
    ----------
    statements : iterable of ast.AST
        They are run in order; what they define may be called.
    namespace : mapping of str
        What other names stand for.

    Raises
    ------
    UntriedError
        A part of it is not known to be harmless.
    """
    code = list(statements)
    made = set().union(*(_made(node) for node in code)) if code else set()
    for node in code:
        called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
        for part in ast.walk(node):
            if isinstance(part, (ast.Import, ast.ImportFrom)):
                _check_import(part)
            elif isinstance(part, (ast.While, ast.Global, ast.Await, ast.AsyncFor, ast.Delete)):
                _refuse(part, "it is not known to end where it began")
            elif isinstance(part, ast.Call):
                _check_call(part, namespace, made)
        for name in _longest(node):
            if id(name) not in called:
                _check_reference(name, namespace, made)


def _longest(node: ast.AST) -> Iterator[ast.expr]:
    """Names with all their dots: `keras.layers.Dense` once, and not `keras.layers` as well."""
    inner = {id(part.value) for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    for part in ast.walk(node):
        if isinstance(part, (ast.Name, ast.Attribute)) and id(part) not in inner:
            yield part


def _check_import(node: ast.Import | ast.ImportFrom) -> None:
    names = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    )
    if not all(_within(name, LIBRARIES) for name in names):
        _refuse(node, "it imports what a model is not built from")


def _check_call(call: ast.Call, namespace: Mapping[str, Any], made: set[str]) -> None:
    func = call.func
    if isinstance(func, ast.Attribute) and _reaches_out(func.attr):
        _refuse(call, f"it calls `{func.attr}`")
    root, *path = _dotted(func)
    if not root or root in made or (root not in namespace and root in BUILTINS):
        return  # the result of a call that is checked itself, or of the cell's own code
    found, rest = _resolved(root, path, namespace)
    if rest:
        if not _is_plain(found):
            _refuse(call, f"`{ast.unparse(func)}` is not known to build only")
    elif not _is_open(found, call.keywords):
        _refuse(call, f"`{ast.unparse(func)}` is not known to build only")
    elif getattr(found, "__name__", "") == SCALES:
        _refuse_arrays(call, namespace)


def _refuse_arrays(call: ast.Call, namespace: Mapping[str, Any]) -> None:
    for value in [*call.args, *(word.value for word in call.keywords)]:
        if isinstance(namespace.get(_dotted(value)[0]), np.ndarray):
            _refuse(call, f"it may change `{ast.unparse(value)}` in place")


def _check_reference(name: ast.expr, namespace: Mapping[str, Any], made: set[str]) -> None:
    """What is not called here may be called elsewhere: by `map`, or under another name."""
    root, *path = _dotted(name)
    if not root or root in made or (root not in namespace and root in BUILTINS):
        return
    found, rest = _resolved(root, path, namespace)
    if isinstance(found, ModuleType):
        _refuse(name, f"it hands `{ast.unparse(name)}` on")
    is_code = inspect.isroutine(found) or isinstance(found, type)
    if not rest and is_code and not _is_open(found, ()):
        _refuse(name, f"`{ast.unparse(name)}` is not known to build only")


def _resolved(root: str, path: list[str], namespace: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """What the names stand for, as far as modules and classes tell, and the names behind that."""
    found = namespace[root] if root in namespace else getattr(builtins, root, None)
    for place, name in enumerate(path):
        if not isinstance(found, (ModuleType, type)):
            return found, path[place:]
        found = getattr(found, name, None)
    return found, []


def _is_plain(value: Any) -> bool:
    """Whether the methods of a value compute and do nothing else; `REACHING_OUT` is kept apart."""
    return value is None or _within(type(value).__module__, PLAIN)


def _is_open(found: Any, keywords: Sequence[ast.keyword]) -> bool:
    """Whether to call this does no more than build or compute."""
    if found is None or isinstance(found, ModuleType):
        return False
    owner = found if isinstance(found, type) or hasattr(found, "__code__") else None
    module = getattr(owner or found, "__module__", None) or getattr(type(found), "__module__", "")
    name = getattr(found, "__name__", "")
    if _is_builtin(found):
        return name in BUILTINS or (isinstance(found, type) and issubclass(found, BaseException))
    if not _within(module, LIBRARIES) or name in FILES:
        return not inspect.isroutine(found) and not isinstance(found, type) and _is_keras(found)
    if _within(module, (WEIGHTS_FREE,)) and name != SCALES:
        return any(word.arg == "weights" and _is_none(word.value) for word in keywords)
    return not _within(module, CLOSED) or name in {*OPEN, SCALES}


def _reaches_out(method: str) -> bool:
    return method in REACHING_OUT or (method.startswith("to_") and method not in STAYING)


def _is_keras(found: Any) -> bool:
    """A layer, an activation and the like, called as it is."""
    return any(_within(kind.__module__, ("keras",)) for kind in type(found).__mro__)


def _is_builtin(found: Any) -> bool:
    return getattr(found, "__module__", "") == "builtins" and found in vars(builtins).values()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _within(module: object, packages: Iterable[str]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def _dotted(node: ast.expr) -> list[str]:
    """The names of `keras.layers.Dense`; [""] where it begins with something else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *reversed(names)]


def _made(node: ast.AST) -> set[str]:
    """Everything that a piece of code gives a name to, parameters included."""
    return set(_names_made(node))


def _names_made(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, (ast.FunctionDef, ast.ClassDef)):
            yield part.name
        elif isinstance(part, ast.arg):
            yield part.arg


def _refuse(node: ast.AST, why: str) -> None:
    line = getattr(node, "lineno", 0)
    refuse(f"line {line} cannot be run again on a copy: {why}")
