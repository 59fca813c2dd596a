"""Private names of Keras, and what is lost where a version of Keras does not have one."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from nbdoctor.errors.exceptions import is_of_a_library

_missing: dict[str, PrivateName] = {}
"""Names that were looked for in this process, and not found."""


@dataclass(frozen=True, slots=True)
class PrivateName:
    """A name that Keras does not promise to keep.

    Attributes
    ----------
    owner : str
        What has it: a class ("keras.Model"), or a module ("keras.src.backend.common.global_state").
    name : str
    lost : str
        What nbdoctor cannot tell without it ("whether the model has a loss").
    """

    owner: str
    name: str
    lost: str

    def __str__(self) -> str:
        """As it is written in code: "keras.Model._compile_loss"."""
        return f"{self.owner}.{self.name}"


class MissingNameError(RuntimeError):
    """A private name that this version of Keras lacks; the message says what is lost."""


def missing_internals() -> tuple[PrivateName, ...]:
    """Private names that nbdoctor has looked for in this process, and that this Keras lacks."""
    return tuple(_missing.values())


def note_missing(name: PrivateName) -> None:
    """Remember that this Keras lacks a name, where what it tells stays unknown."""
    _missing.setdefault(str(name), name)


def missing(name: PrivateName) -> MissingNameError:
    """The error for a name without which something would be read wrongly; it is remembered."""
    note_missing(name)
    return MissingNameError(
        f"Keras {version()} has no `{name}`, so nbdoctor cannot tell {name.lost}"
    )


def remark() -> str:
    """What readers of a report have to know of this Keras, "" where it lacks nothing."""
    lost = dict.fromkeys(name.lost for name in _missing.values())
    if not lost:
        return ""
    return f"With this version of Keras ({version()}) nbdoctor cannot tell {'; '.join(lost)}."


def version() -> str:
    """The version of Keras that is loaded ("3.15.1")."""
    import keras

    return str(keras.__version__)


def attribute(thing: Any, name: PrivateName) -> Any:
    """An attribute of an object of Keras, as Python finds it.

    Raises
    ------
    MissingNameError
    """
    try:
        return getattr(thing, name.name)
    except AttributeError as error:
        raise missing(name) from error


def declared(thing: Any, name: str, default: Any = None) -> Any:
    """A public attribute of a layer, a loss or the like.

    `default` where a class of the user's would have to compute it, by a property or a method: what
    that does would be done once more.
    """
    for kind in type.mro(type(thing)):
        members = vars(kind)
        own = not is_of_a_library(kind)
        if own and not members.keys().isdisjoint({"__getattribute__", "__getattr__"}):
            return default
        if name in members:
            if own and hasattr(type(members[name]), "__get__"):
                return default
            break
    return getattr(thing, name, default)


def entry(thing: Any, name: PrivateName) -> Any:
    """An attribute that an object itself holds: a property of the user's class is not asked.

    Raises
    ------
    MissingNameError
    """
    try:
        return vars(thing)[name.name]
    except KeyError as error:
        raise missing(name) from error


def member(name: PrivateName) -> Any:
    """A class or function of a module inside of Keras.

    Raises
    ------
    MissingNameError
        The module or the name in it is gone.
    """
    try:
        return getattr(importlib.import_module(name.owner), name.name)
    except (ImportError, AttributeError) as error:
        raise missing(name) from error
