"""What is known of the user's variables without asking them.

A lazy connection, a proxy, a mock or a class with its own `__getattr__` may do anything when an
attribute is read, when it is compared or when its class is asked for by `isinstance`. So a variable
is read only where its type says, by itself, that it is data or a model; all others are strangers.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

DATA_LIBRARIES = frozenset(
    {"jax", "jaxlib", "keras", "numpy", "pandas", "polars", "scipy", "tensorflow", "torch"}
)
"""Reading shape, type and values of their classes has no effect."""

LANGUAGE = frozenset({"abc", "builtins", "collections", "typing"})
"""Where other bases of such classes are from."""

_OF_CLASSES: Mapping[str, Any] = vars(type)
"""What reads a class whatever its metaclass says."""

_SLOT = types.GetSetDescriptorType
"""What reads the attributes of an instance, where its class does not replace it."""

PLAIN = (bool, int, float, complex, str, bytes, type(None))


def bases(value: Any) -> tuple[type[Any], ...]:
    """The classes of `value`, its own first, as Python keeps them.

    Neither `__class__` of the value nor a metaclass has a say in it.
    """
    of: tuple[type[Any], ...] = _OF_CLASSES["__mro__"].__get__(type(value))
    return of


def kept_by(value: Any, name: str, default: Any = None) -> Any:
    """A plain value that an object keeps under a name, or its class for it.

    What would have to be computed (by a property, by `__getattr__`) counts as not there.
    """
    above = bases(value)
    of_class = [members[name] for one in above if name in (members := _members(one))]
    if of_class and hasattr(type(of_class[0]), "__set__"):
        return default
    found = own_attributes(value).get(name, of_class[0] if of_class else default)
    return found if is_plain(found) else default


def own_attributes(value: Any) -> Mapping[str, Any]:
    """What an object itself keeps, by name; nothing where its class replaces how that is read."""
    holder = next((one for one in map(_members, bases(value)) if "__dict__" in one), {})
    slot = holder.get("__dict__")
    found: Mapping[str, Any] = slot.__get__(value) if type(slot) is _SLOT else {}
    return found


def _members(kind: type[Any]) -> Mapping[str, Any]:
    members: Mapping[str, Any] = _OF_CLASSES["__dict__"].__get__(kind)
    return members


def is_plain(value: Any) -> bool:
    """Whether `value` is a number, a text or None, of exactly such a type."""
    return type(value) in PLAIN


def is_data(value: Any) -> bool:
    """Whether `value` is an array, a table, a tensor or a dataset of a library, and no model.

    The libraries themselves define its class and all that it inherits: a subclass of the user's
    may do as it likes.
    """
    own, *inherited = bases(value)
    return (
        is_defined_in(DATA_LIBRARIES, own)
        and all(is_defined_in(DATA_LIBRARIES | LANGUAGE, one) for one in inherited)
        and not is_model(value)
    )


def is_defined_in(libraries: frozenset[str], kind: type[Any]) -> bool:
    """Whether one of the libraries keeps this very class under the name that it bears."""
    module = _OF_CLASSES["__module__"].__get__(kind)
    if type(module) is not str or module.partition(".")[0] not in libraries:
        return False
    found: Any = sys.modules.get(module)
    for name in _OF_CLASSES["__qualname__"].__get__(kind).split("."):
        found = None if found is None else vars(found).get(name)
    return found is kind


def is_model(value: Any) -> bool:
    """Whether `value` is a model of Keras, where Keras is imported; the user's classes count."""
    keras = sys.modules.get("keras")
    model = None if keras is None else vars(keras).get("Model")
    return model is not None and any(one is model for one in bases(value))


def is_function(value: Any) -> bool:
    """Whether `value` is a function that is written in Python."""
    return type(value) is types.FunctionType


def is_class(value: Any) -> bool:
    """Whether `value` is a class."""
    return type in bases(value)


def module_of(value: Any) -> str:
    """The module that defines this function or class, "" for all else."""
    if is_function(value):
        return str(value.__module__)
    return str(_OF_CLASSES["__module__"].__get__(value)) if is_class(value) else ""


def models(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Variables that hold a model, with their names."""
    return ((name, value) for name, value in list(namespace.items()) if is_model(value))


def data(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Variables that hold data of a library, with their names."""
    return ((name, value) for name, value in list(namespace.items()) if is_data(value))
