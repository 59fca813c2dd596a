"""What was measured: numbers without judgement, one file per reading."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Any

from nbdoctor.readings.reading import Moment, Reading


@cache
def catalogue() -> tuple[Reading[..., Any], ...]:
    """Every reading, by its file and then as they stand in it."""
    return tuple(one for file in pkgutil.iter_modules(__path__) for one in _of(file.name))


def _of(file: str) -> Iterator[Reading[..., Any]]:
    module = importlib.import_module(f"{__name__}.{file}")
    for one in vars(module).values():
        if isinstance(one, Reading) and one.read.__module__ == module.__name__:
            yield one


@cache
def kinds() -> dict[str, type[Any]]:
    """The classes of all readings by their names, as reports name them."""
    return dict(sorted((one.kind.__name__, one.kind) for one in catalogue()))


@cache
def due(moment: Moment) -> tuple[Reading[..., Any], ...]:
    """The readings of a moment, each after those that it is taken from.

    Raises
    ------
    ValueError
        Some of them need each other.
    """
    waiting = [one for one in catalogue() if moment in one.when]
    ordered: list[Reading[..., Any]] = []
    while waiting:
        ready = [one for one in waiting if not any(_waits(one, other) for other in waiting)]
        if not ready:
            names = ", ".join(one.part for one in waiting)
            message = f"These readings are taken from each other: {names}."
            raise ValueError(message)
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return tuple(ordered)


def _waits(one: Reading[..., Any], other: Reading[..., Any]) -> bool:
    """Whether `one` is taken from what `other` gives; of its own kind it completes the first."""
    taken_from = any(kind is other.kind for kind, _ in one.needs)
    return taken_from and other is not one and not (one.kind is other.kind and other.completes)
