"""Whether code of the user's takes part in what a model computes."""

from __future__ import annotations

import functools
import importlib.util
import sys
import sysconfig
import types
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.tensorflow_names import (
    DECORATORS,
    FUNCTION,
    NATIVE,
    ONLY_COMPUTE,
    WRAPPERS,
)

NOT_IN_A_STEP = frozenset(
    {
        "compile",
        "evaluate",
        "export",
        "fit",
        "load_weights",
        "predict",
        "predict_on_batch",
        "save",
        "save_weights",
        "summary",
        "test_on_batch",
        "train_on_batch",
    }
)
"""Methods that a training step does not call."""

LIBRARIES = ("keras", "tensorflow")
"""Packages whose code only computes, and keeps nothing in the user's Python."""

OURS = __name__.partition(".")[0]
"""Our own patches stand before what was there: that is what counts."""

HOLDERS = (
    *("absl", "google", "ml_dtypes", "numpy", "optree", "six", "typing_extensions"),
    "wrapt",
)
"""Packages whose objects, where they cannot be called, only hold what they were given. So do those
of Python's own library."""

OF_SOMEBODY_ELSE = frozenset({"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper"})
"""Layers of Keras whose computation is somebody else's."""

PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None), type(...)})

NATIVE_FUNCTIONS = frozenset(
    {
        types.BuiltinFunctionType,
        types.ClassMethodDescriptorType,
        types.MethodDescriptorType,
        types.WrapperDescriptorType,
    }
)

CONTAINERS = (list, tuple, set, frozenset)

GENERATED = "<string>"
"""Where the methods that named tuples and data classes are given say that they come from."""

FROZEN = "<frozen "
"""... and where those parts of Python's own library do that it is started with."""


def runs_user_code(*parts: Any) -> bool:
    """Whether anything that these objects hold was written by the user, or by another library.

    Such a part may keep state in Python, write files or print, so that it must run as often as
    without us. All that is not known to be Keras's own counts as the user's: an object of another
    class, a function from another file, a method that was replaced on an instance or on a class.

    Parameters
    ----------
    *parts
        Models, optimizers, schedules, losses. Nothing of them is called.
    """
    used = backend.current().loops.CALLED_IN_A_STEP if backend.is_supported() else ()
    if not all(map(_has_own_methods, used)):
        return True
    waiting, seen, classes = list(parts), dict[int, Any](), dict[type[Any], bool]()
    while waiting:
        part = waiting.pop()
        if type(part) in PLAIN or id(part) in seen:
            continue
        seen[id(part)] = part  # one that is gone would lend its id to another
        inside = _inside(part, classes)
        if inside is None:
            return True
        waiting.extend(inside)
    return False


def _inside(part: Any, classes: dict[type[Any], bool]) -> Iterable[Any] | None:
    """What `part` holds that may hold code; None where it is code of the user's itself."""
    kind = type(part)
    if issubclass(kind, type):
        return () if _is_known(part, classes) else None
    if kind in OPENED:
        return OPENED[kind](part)
    if not _is_known(kind, classes):
        return None
    if issubclass(kind, Mapping):
        return list(part.values())
    if issubclass(kind, CONTAINERS):
        return [*part, *getattr(part, "__dict__", {}).values()]
    return _inside_object(part, kind)


def _inside_object(part: Any, kind: type[Any]) -> Iterable[Any] | None:
    package, name = _package_of(kind), kind.__name__
    if package == "keras":
        return None if name in OF_SOMEBODY_ELSE else [*getattr(part, "__dict__", {}).values()]
    if package == "tensorflow":
        if name in WRAPPERS:
            return (part.__wrapped__,)
        if name == FUNCTION:
            return (part.python_function,)
    is_handed_on = package == OURS or issubclass(kind, weakref.ref)
    return () if is_handed_on or not callable(part) else None


def _inside_function(function: Any) -> Iterable[Any] | None:
    file = function.__code__.co_filename
    if file.startswith(_roots()["keras"]):
        cells, defaults = function.__closure__ or (), function.__defaults__ or ()
        return [*cells, *defaults, *(function.__kwdefaults__ or {}).values()]
    if file.startswith(_roots()[OURS]):
        return [function.__wrapped__] if hasattr(function, "__wrapped__") else ()
    root = _roots().get("tensorflow")
    beneath = getattr(function, "__wrapped__", None)
    if root is None or not file.startswith(root):
        return None
    if beneath is not None and file.startswith(DECORATORS, len(root)):
        return [beneath]
    return () if file.startswith(ONLY_COMPUTE, len(root)) else None


def _content(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # nothing was put into it yet
        return ()


OPENED: Mapping[type[Any], Callable[[Any], Iterable[Any] | None]] = {
    types.CellType: _content,
    types.FunctionType: _inside_function,
    types.MethodType: lambda method: (method.__self__, method.__func__),
    types.ModuleType: lambda _: (),
    functools.partial: lambda partial: (partial.func, partial.args, partial.keywords),
}
"""How to look into objects of Python's own kinds."""


def _is_known(kind: type[Any], classes: dict[type[Any], bool]) -> bool:
    """Whether a class, and all that it inherits from, is a library's and as that has made it."""
    if kind not in classes:
        classes[kind] = all(map(_is_unpatched, type.mro(kind)))
    return classes[kind]


def _is_unpatched(kind: type[Any]) -> bool:
    package = _package_of(kind)
    if package != "keras":  # objects of other classes only hold something
        return package in _packages()
    return _has_own_methods(kind)


def _has_own_methods(kind: type[Any]) -> bool:
    """Whether nobody has put a method of theirs into a class of a library."""
    called = (value for name, value in vars(kind).items() if name not in NOT_IN_A_STEP)
    return all(map(is_of_a_library, called))


def is_of_a_library(attribute: Any) -> bool:
    """Whether an attribute of a class, if it is a function, was written by a library."""
    kind = type(attribute)
    if kind in (staticmethod, classmethod, functools.partialmethod, functools.cached_property):
        return is_of_a_library(getattr(attribute, "__func__", None) or attribute.func)
    if kind is property:
        accessors = (attribute.fget, attribute.fset, attribute.fdel)
        return all(one is None or is_of_a_library(one) for one in accessors)
    if kind is types.FunctionType:
        file, name = attribute.__code__.co_filename, attribute.__name__
        generated = file == GENERATED and name.startswith("__")
        beneath = getattr(attribute, "__wrapped__", None)
        known = generated or file.startswith((*_roots().values(), FROZEN)) or _is_of_python(file)
        return known and (beneath is None or is_of_a_library(beneath))
    if kind.__name__ == FUNCTION and _package_of(kind) == "tensorflow":
        return is_of_a_library(attribute.python_function)
    if callable(attribute) and not issubclass(kind, type):
        return kind in NATIVE_FUNCTIONS or _package_of(kind) in LIBRARIES
    return _package_of(kind if not issubclass(kind, type) else attribute) in _packages()


def _package_of(kind: type[Any]) -> str:
    module: object = kind.__module__  # a class may say anything
    return module.partition(".")[0] if isinstance(module, str) else ""


@functools.cache
def _packages() -> frozenset[str]:
    """Packages whose classes are known."""
    return frozenset({*LIBRARIES, OURS, *HOLDERS, *NATIVE, *sys.stdlib_module_names})


@functools.cache
def _roots() -> Mapping[str, str]:
    """Where the files of these packages lie.

    A function's `__module__` may be copied from another, as `functools.wraps` does; the file that
    its code was compiled from may not.
    """
    specs = {name: importlib.util.find_spec(name) for name in (*LIBRARIES, OURS, *HOLDERS)}
    return {name: _root(spec) for name, spec in specs.items() if spec is not None}


def _root(spec: Any) -> str:
    """The folder of a package, or the file of a module."""
    folders = list(spec.submodule_search_locations or ())
    return f"{Path(folders[0])}/" if folders else str(spec.origin)


def _is_of_python(file: str) -> bool:
    """Whether a file is part of Python's own library, in whose folder others may be installed."""
    others = ("site-packages", "dist-packages")
    return file.startswith(f"{sysconfig.get_path('stdlib')}/") and not any(
        name in file for name in others
    )
