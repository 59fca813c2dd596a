"""What is known to only compute: parts of libraries, by what they are.

Everything that is not listed is closed. A part is known by what it is and not by how the cell calls
it: a name that stands for something else is not on the list, however it is spelled.
"""

from __future__ import annotations

import inspect
import numbers
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from nbdoctor.backend.keras_internals.state import scoped_objects
from nbdoctor.backend.keras_internals.structure import APPLICATIONS
from nbdoctor.errors.guard import Guard
from nbdoctor.trials.proof.libraries import ROOTS, is_library_file, loaded
from nbdoctor.trials.proof.listed import (
    BUILTINS,
    DECORATORS,
    EXCEPTIONS,
    KERAS_CLOSED,
    KERAS_NAMES,
    KERAS_PARTS,
    NUMPY_GENERATORS,
    NUMPY_LINALG,
    NUMPY_NEW,
    NUMPY_VIEWS,
    NUMPY_WINDOWS,
    OTHERS,
    PANDAS_NEW,
    PANDAS_VIEWS,
    SCALES,
    TENSORFLOW,
    TENSORFLOW_PARTS,
)
from nbdoctor.trials.proof.values import keras_classes


def computes(found: Any) -> bool:
    """Whether to call this does no more than build or compute, whatever plain values it is given.

    Parameters
    ----------
    found : Any
        What a name stands for.
    """
    with Guard():  # an object of the user's may answer with anything
        return id(found) in _listed() and _is_unpatched(found)
    return False


def gives_part(found: Any) -> bool:
    """Whether the result of such a call may share memory with an argument."""
    return id(found) in _views()


def may_write(found: Any) -> bool:
    """Whether this is a function of a library that can be told to write into what it is given."""
    module = str(getattr(found, "__module__", ""))
    return isinstance(found, np.ufunc) or module.startswith(("numpy", "pandas", "sklearn"))


def reads_vocabularies(found: Any) -> bool:
    """Whether this makes a layer that reads a file, if it is given the name of one."""
    name = getattr(found, "__name__", "")
    return name in {"StringLookup", "IntegerLookup", "TextVectorization"}


def is_method_of_keras(name: str) -> bool:
    """Whether objects of Keras, or containers, have a method of this name themselves."""
    kinds = (*keras_classes(), list, dict, set, str, np.ndarray)
    return any(hasattr(kind, name) for kind in kinds)


def writes(found: Any, positional: int) -> bool:
    """Whether a function of NumPy is given so many arguments that one says where to write."""
    if isinstance(found, np.ufunc):
        return positional > found.nin
    try:
        names = list(inspect.signature(found).parameters)
    except (TypeError, ValueError):
        return positional > 2  # noqa: PLR2004  (before it: what is computed, and with what)
    return any(name in names[:positional] for name in ("out", "overwrite_input", "copy"))


def is_application(found: Any) -> bool:
    """Whether this makes an architecture of `keras.applications`."""
    return _is_of_applications(found) and found.__name__[:1].isupper()


def is_scaling(found: Any) -> bool:
    """Whether this is `preprocess_input` of such an architecture."""
    return _is_of_applications(found) and found.__name__ == SCALES


def _is_of_applications(found: Any) -> bool:
    if type(found) is not FunctionType or not _is_unpatched(found):
        return False
    return str(found.__module__).startswith(APPLICATIONS)


def _listed() -> Mapping[int, Any]:
    """Return all that is known to only compute, of the modules loaded now, by identity."""
    return _listed_of(loaded())


@cache
def _listed_of(_loaded: tuple[bool, ...]) -> Mapping[int, Any]:
    return {id(one): one for one in _everything()}


def _views() -> Mapping[int, Any]:
    return _views_of(loaded())


@cache
def _views_of(_loaded: tuple[bool, ...]) -> Mapping[int, Any]:
    found = [*_of(np, NUMPY_VIEWS), *_of_module("pandas", PANDAS_VIEWS)]
    found += _of(np.lib.stride_tricks, NUMPY_WINDOWS)
    found += _of_module("functools", frozenset({"reduce"}))
    keras = sys.modules.get("keras")
    if keras is not None:
        found += _of(keras.ops, frozenset({"convert_to_numpy"}))
    return {id(one): one for one in found}


def _everything() -> Iterator[Any]:
    yield from _of_module("builtins", BUILTINS | DECORATORS | EXCEPTIONS)
    yield from _of(np, NUMPY_NEW | NUMPY_VIEWS)
    yield from (one for one in vars(np).values() if _is_number_kind(one))
    yield from _of(np.linalg, NUMPY_LINALG)
    yield from _of(np.lib.stride_tricks, NUMPY_WINDOWS)
    yield from _of(np.random, NUMPY_GENERATORS)
    yield from _of_module("pandas", PANDAS_NEW | PANDAS_VIEWS)
    yield from (one for one in vars(sys.modules["math"]).values() if callable(one))
    for module, names in OTHERS.items():
        yield from _of_module(module, names)
    yield from _of_keras()
    yield from _of_module("tensorflow", TENSORFLOW)
    for part, names in TENSORFLOW_PARTS.items():
        yield from _of(getattr(sys.modules.get("tensorflow"), part, None), names)
    yield from _of(_inside("tensorflow", "dtypes"), frozenset({"cast"}))


def _of_keras() -> Iterator[Any]:
    import keras

    for part in KERAS_PARTS:
        for name, value in vars(_inside("keras", part) or ModuleType("")).items():
            if name not in KERAS_CLOSED and not name.startswith("_") and callable(value):
                yield value
    for part, names in KERAS_NAMES.items():
        yield from _of(_inside("keras", part) if part else keras, names)


def _inside(root: str, path: str) -> Any:
    found: Any = sys.modules.get(root)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _of_module(module: str, names: frozenset[str]) -> Iterator[Any]:
    yield from _of(sys.modules.get(module), names)


def _of(module: Any, names: frozenset[str]) -> Iterator[Any]:
    if module is not None:
        yield from (getattr(module, name) for name in names if hasattr(module, name))


def _is_number_kind(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, (np.generic, numbers.Number))


def _is_unpatched(found: Any) -> bool:
    """Whether a listed name still stands for what its library wrote, not for a replacement."""
    if isinstance(found, (BuiltinFunctionType, np.ufunc)):
        return True
    if isinstance(found, type):
        root = found.__module__.split(".")[0]
        return root in {"builtins", "numpy"} or root in ROOTS
    if type(found) is FunctionType:
        return is_library_file(found.__code__.co_filename)
    if type(found).__name__ == "cython_function_or_method":
        return str(found.__module__).split(".")[0] in ROOTS
    return type(found).__module__.split(".")[0] in ROOTS


def registered(name: str) -> Callable[..., Any] | None:
    """Return what is registered with Keras under a name: a word may stand for code."""
    keras = sys.modules.get("keras")
    if keras is None:
        return None
    known = {**keras.utils.get_custom_objects(), **scoped_objects()}
    return next(
        (value for key, value in known.items() if name in {key, key.rpartition(">")[2]}), None
    )
