"""A version of Keras that keeps something under another name, as far as nbdoctor can see.

The name stays what it was for Keras itself, which goes on working: only code of nbdoctor no longer
finds it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nbdoctor
from nbdoctor.backend.keras_internals import (
    compiled,
    data,
    graph,
    names,
    optimizer,
    state,
    structure,
)
from nbdoctor.backend.keras_internals.names import PrivateName
from nbdoctor.capture import user_code

HERE = str(Path(nbdoctor.__file__).parent)

MODULES = (compiled, data, graph, optimizer, state, structure)

_NOWHERE = object()


def private_names() -> dict[str, PrivateName]:
    """All names that the package reads, by how they are written."""
    found = (value for module in MODULES for value in vars(module).values())
    return {str(one): one for one in found if isinstance(one, PrivateName)}


def owner_of(name: PrivateName) -> Any:
    """The module or class that has it."""
    parts = name.owner.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise AssertionError(name.owner)


def _asked_by_us() -> bool:
    return sys._getframe(2).f_code.co_filename.startswith(HERE)


class Renamed:
    """Stands in a class for an attribute of it, or of its instances."""

    def __init__(self, name: str, before: Any) -> None:
        self.name, self.before = name, before
        self.elsewhere = f"{name}__elsewhere"

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        if _asked_by_us():
            raise AttributeError(self.name)
        if instance is not None and self.elsewhere in vars(instance):
            return vars(instance)[self.elsewhere]
        if self.before is _NOWHERE:
            raise AttributeError(self.name)
        return self.before.__get__(instance, owner) if callable(self.before) else self.before

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self.elsewhere] = value

    def __delete__(self, instance: Any) -> None:
        del vars(instance)[self.elsewhere]


Renamed.__module__ = "keras.src.renamed"  # it stands for a change of Keras, not of the user


def _without(names: frozenset[str]) -> type[ModuleType]:
    class Module(ModuleType):
        """A module that does not show some of its names to nbdoctor."""

        hidden = names

        def __getattribute__(self, asked: str) -> Any:
            if asked in names and _asked_by_us():
                raise AttributeError(asked)
            return super().__getattribute__(asked)

    return Module


def rename(monkeypatch: pytest.MonkeyPatch, name: PrivateName) -> str:
    """Let nbdoctor find the name no longer, until the test ends; what it now looks for."""
    owner = owner_of(name)
    monkeypatch.setattr(names, "_missing", {})
    if name is graph.LOGITS:  # an attribute that a function leaves at its result
        other = PrivateName(name.owner, "_other_name", name.lost)
        monkeypatch.setattr(graph, "LOGITS", other)
        monkeypatch.setattr(graph, "_leaves_logits", graph._leaves_logits.__wrapped__)
        return str(other)
    if isinstance(owner, ModuleType):
        hidden = getattr(type(owner), "hidden", frozenset()) | {name.name}
        module = _without(hidden)
        monkeypatch.setattr(owner, "__class__", module)
        monkeypatch.setitem(user_code.OPENED, module, user_code.OPENED[ModuleType])  # type: ignore[arg-type]
        return str(name)
    before = vars(owner).get(name.name, _NOWHERE)
    monkeypatch.setattr(owner, name.name, Renamed(name.name, before), raising=False)
    return str(name)


def asked_for(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """A set that fills with the names that nbdoctor reads from now on, until the test ends."""
    of_owner, of_name = PrivateName.owner, PrivateName.name
    found: set[str] = set()

    def read(name: PrivateName) -> str:
        text: str = of_name.__get__(name)  # type: ignore[attr-defined]
        found.add(f"{of_owner.__get__(name)}.{text}")  # type: ignore[attr-defined]
        return text

    monkeypatch.setattr(PrivateName, "name", property(read))
    return found


def everywhere() -> Iterator[Any]:
    yield from (pytest.param(name, id=text) for text, name in sorted(private_names().items()))
