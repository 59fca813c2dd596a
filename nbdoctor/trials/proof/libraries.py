"""Which modules and files belong to libraries, and not to the user."""

from __future__ import annotations

import inspect
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from nbdoctor.trials.proof.listed import OTHERS

_LIBRARIES = ("keras", "tensorflow", "numpy", "pandas", "scipy", "sklearn", "math", *OTHERS)

ROOTS = frozenset(
    {"builtins", "collections", "functools", "itertools", "keras", "math", "numpy", "operator"}
    | {"pandas", "sklearn", "tensorflow"}
)

_STANDARD = f"{Path(inspect.__file__).parent}/"
"""Python's own library."""

_WITH_CODE = ("keras", "tensorflow", "numpy", "pandas", "scipy", "sklearn", "optree", "wrapt")


def is_library_module(value: Any) -> bool:
    """Whether a module is one whose names can be looked up without running code of the user's."""
    if not issubclass(type(value), ModuleType):  # `isinstance` asks a stranger for its class
        return False
    if type(value).__module__.startswith("tensorflow."):  # `tf.keras` is loaded when it is used
        return True
    return str(vars(value).get("__name__", "")).startswith(_LIBRARIES)


def is_library_file(path: str) -> bool:
    """Whether a file belongs to a library, and is no file or cell of the user's."""
    return _is_within(path, loaded())


@cache
def _is_within(path: str, loaded: tuple[bool, ...]) -> bool:
    return path.startswith(_folders(loaded))


def loaded() -> tuple[bool, ...]:
    """Return which libraries are loaded: with each, more is known."""
    return tuple(name in sys.modules for name in _LIBRARIES)


@cache
def _folders(_now: tuple[bool, ...]) -> tuple[str, ...]:
    files = [getattr(sys.modules.get(name), "__file__", None) for name in _WITH_CODE]
    folders = [Path(file).parent for file in files if file is not None]
    standard = [one for one in Path(_STANDARD).iterdir() if one.name != "site-packages"]
    own = [*folders, Path(__file__).parents[2]]
    return ("<__array_function__", *(f"{one}/" for one in own), *map(str, standard))
