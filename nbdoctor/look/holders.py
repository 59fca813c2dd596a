"""Who holds a layer or a variable, by the names in the user's code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbdoctor.backend.keras_internals.structure import all_layers, weights

DEEPEST = 4
"""Objects within objects that are looked into."""

MOST_LOOKED_INTO = 2000
"""Objects that are looked into until the search ends."""


def name_of_part(part: Any, model: Any, namespace: Mapping[str, Any]) -> str:
    """The user's name for a layer: a variable, an attribute of the model, else the layer's own."""
    for name, value in namespace.items():
        if value is part and not name.startswith("_"):
            return name
    held: dict[str, Any] = vars(model)
    for name, value in held.items():
        if value is part and not name.startswith("_"):
            return str(name)
    return str(part.name)


def holder_of(
    variable: Any, models: Sequence[Any], namespace: Mapping[str, Any]
) -> tuple[str, str]:
    """Where a variable lies that is a weight of no model.

    Parameters
    ----------
    variable : Any
        Of the backend.
    models : sequence of keras.Model
    namespace : mapping of str
        The user's variables.

    Returns
    -------
    (str, str)
        The attribute or variable that leads to it, and that in words; "" where it is not found.
    """
    for model in models:
        for layer in all_layers(model):
            owner = name_of_part(layer, model, namespace)
            for name, found in _held(vars(layer)):
                if _is_or_holds(found, variable):
                    return name, f"the attribute `{name}` of `{owner}`"
    for name, value in list(namespace.items()):
        if not name.startswith("_") and _is_or_holds(value, variable):
            return name, f"the variable `{name}`"
    return "", ""


def _held(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What an object's own attributes lead to, each with the first attribute on the way."""
    for name, value in attributes.items():
        if name.startswith("_"):
            continue
        waiting, seen = [(value, 0)], {id(value)}
        while waiting and len(seen) < MOST_LOOKED_INTO:
            one, depth = waiting.pop()
            yield name, one
            for inner in _inside(one) if depth < DEEPEST else ():
                if id(inner) not in seen:
                    seen.add(id(inner))
                    waiting.append((inner, depth + 1))


def _inside(value: Any) -> list[Any]:
    """What a container or an object of a class of the user's holds; nothing of it is called."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset) or issubclass(kind, list):
        return list(list.__iter__(value) if issubclass(kind, list) else value)
    if issubclass(kind, dict):
        return list(dict.values(value))
    module: object = kind.__module__  # a class may say anything
    if str(module).partition(".")[0] in ("keras", "tensorflow", "numpy", "builtins"):
        return []
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return []
    return list(attributes.values()) if type(attributes) is dict else []


def _is_or_holds(value: Any, variable: Any) -> bool:
    import keras

    if value is variable:
        return True
    if isinstance(value, keras.Variable):
        return value.value is variable
    if isinstance(value, keras.layers.Layer):
        return any(one.value is variable for one in weights(value))
    return False
