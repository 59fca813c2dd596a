"""What `fit` was given, without the objects that only their own code can tell about.

An array-like class, or a subclass of NumPy's arrays, may count, draw or read a disk whenever it is
asked for its shape, converted or indexed. Keras asks; nobody asks a second time.
"""

from __future__ import annotations

import collections
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from nbdoctor.cell.namespace import bases, is_data, is_model, is_plain, own_attributes

DATA = frozenset({"x", "y", "sample_weight", "validation_data", "inputs", "labels"})
"""Arguments that hold rows, or yield them."""

CALLBACKS = "callbacks"

MAPPINGS: Mapping[type[Any], type[Any]] = {
    dict: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.defaultdict: dict,
    collections.Counter: dict,
}
"""Kinds of mappings, and what they are copied as; a copy makes up nothing for a missing key."""

MOST_PARTS = 32
"""A longer list is rows, not inputs of a model."""


class Stranger:
    """Stands for an object that cannot be asked.

    Attributes
    ----------
    kind : type
        Its class.
    arrays : dict of str to array
        Arrays of NumPy that it keeps, by the names of its attributes.
    """

    __slots__ = ("arrays", "kind")

    def __init__(self, value: object) -> None:
        self.kind = type(value)
        kept = own_attributes(value)
        self.arrays = {name: one for name, one in list(kept.items()) if type(one) is np.ndarray}


def kind_of(value: Any) -> type[Any]:
    """The class of an argument, known or not."""
    return value.kind if type(value) is Stranger else type(value)


def known(value: Any) -> Any:
    """`value`, with every object that cannot be asked exchanged for a `Stranger`."""
    kind = type(value)
    if kind in (list, tuple):
        return value if len(value) > MOST_PARTS else kind(map(known, value))
    if kind in MAPPINGS and all(map(_can_be_asked, value)):
        return MAPPINGS[kind]((key, known(one)) for key, one in value.items())
    return value if kind is types.GeneratorType or _can_be_asked(value) else Stranger(value)


def answers_for_itself(model: object) -> bool:
    """Whether the class of a model runs code of its own for whatever attribute is read.

    Each look at such a model would run that code again.
    """
    import keras

    plain = type.__getattribute__(keras.Model, "__getattribute__")
    return type.__getattribute__(type(model), "__getattribute__") is not plain


def _can_be_asked(value: Any) -> bool:
    return is_plain(value) or is_data(value) or is_model(value)


def is_known(value: Any) -> bool:
    """Whether there is no object in `value` that cannot be asked."""
    if type(value) in MAPPINGS:
        return all(map(is_known, value.values()))
    if type(value) in (list, tuple):
        return all(map(is_known, value))
    return type(value) is not Stranger


def known_or_none(value: Any) -> Any:
    """`value`, None where an object in it cannot be asked."""
    found = known(value)
    return found if is_known(found) else None


def known_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of `fit` that can be read; a setting that cannot counts as not given."""
    found = {name: known(value) for name, value in arguments.items() if name != CALLBACKS}
    found = {name: value for name, value in found.items() if name in DATA or is_known(value)}
    return {**found, CALLBACKS: callbacks_of(arguments.get(CALLBACKS))}


def callbacks_of(given: Any) -> list[Any]:
    """The callbacks that `fit` was given; none of what can be gone through but once."""
    import keras

    if given is None:
        return []
    if keras.callbacks.CallbackList in bases(given):
        given = vars(given).get(CALLBACKS)
    for kind in (list, tuple):
        if kind in bases(given):
            return list(kind.__iter__(given))
    return [given] if keras.callbacks.Callback in bases(given) else []
