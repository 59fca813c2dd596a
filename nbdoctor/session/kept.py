"""What is kept of a training until its cell has ended, for what is tried on copies."""

from __future__ import annotations

import gc
import math
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.cell.namespace import bases, is_data, is_model, is_plain
from nbdoctor.experiment.program import Loop
from nbdoctor.trials.copying.objects.fitted import AsFitted

DEEPEST = 3
MOST_PARTS = 1000
"""Containers in each other, and parts of one, that are gone through: longer ones are rows."""

NOT_HELD = (type, types.ModuleType, types.FunctionType)
"""What reaches everything, and holds none of it."""

MOST_KEPT = 16_000_000
"""Values of batches that are kept until the cell has ended, to try treatments on them."""


@dataclass(kw_only=True)
class Kept:
    """What stands for the user's objects once the cell has ended.

    Attributes
    ----------
    names : mapping of str
        The user's variables when training began; see `kept_weakly`.
    batches : list
        That have passed, of data that is not in memory.
    fitted : AsFitted or None
        The parts of the model as training found them.
    trained_before : bool
        An optimizer had stepped before.
    loop : Loop or None
        What a loop of the user's own has trained the model on.
    optimizer, optimizer_config : callable, mapping of str
        That of the loop, None where it is gone; its config as the first step found it.
    steps : int
        That the loop has made.
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    batches: list[Any] = field(default_factory=list)
    fitted: AsFitted | None = None
    trained_before: bool = False
    loop: Loop | None = None
    optimizer: Callable[[], Any] = lambda: None
    optimizer_config: Mapping[str, Any] = field(default_factory=dict)
    steps: int = 0

    def namespace(self) -> dict[str, Any]:
        """The variables that are still there."""
        found = {
            name: value() if isinstance(value, _Weak) else value
            for name, value in self.names.items()
        }
        return {name: value for name, value in found.items() if value is not _GONE}

    def forget(self) -> None:
        """Nothing will be tried any more."""
        self.names, self.batches, self.fitted, self.loop = {}, [], None, None


def affordable(batches: Sequence[Any]) -> list[Any]:
    """The batches, for as long as the cell runs, where they take little memory."""
    import keras

    leaves = [leaf for batch in batches for leaf in keras.tree.flatten(batch) if leaf is not None]
    values = sum(math.prod(size or 1 for size in leaf.shape) for leaf in leaves)
    return list(batches) if values < MOST_KEPT else []


def kept_weakly(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The user's variables as they are now; objects that may hold a model are not kept alive."""
    return {name: _kept(value) for name, value in namespace.items()}


def _kept(value: Any, depth: int = DEEPEST) -> Any:
    """Data as it is, containers of data, too; what may hold a model weakly."""
    if is_plain(value) or _is_array(value):
        return value
    kind = type(value)
    if depth and kind in (list, tuple) and len(value) <= MOST_PARTS:
        inside = [_kept(one, depth - 1) for one in value]
        return _together(value, inside, kind)
    if depth and kind is dict and len(value) <= MOST_PARTS and all(map(is_plain, value)):
        names, inside = list(value), [_kept(one, depth - 1) for one in value.values()]
        return _together(value, inside, lambda found: dict(zip(names, found, strict=True)))
    return _Weak.of(value)


def _together(value: Any, inside: list[Any], make: Callable[[list[Any]], Any]) -> Any:
    """A container as it is, or what is made of its parts as long as all of them are there."""
    if not any(type(one) is _Weak for one in inside):
        return value

    def look_up() -> Any:
        found = [one() if type(one) is _Weak else one for one in inside]
        return None if any(one is _GONE for one in found) else make(found)

    return _Weak(look_up)


def _reaches_a_model(value: Any) -> bool:
    """Whether a model is among what an object holds; nothing of it is asked."""
    waiting, seen = [value], set[int]()
    while waiting and len(seen) < MOST_PARTS:
        one = waiting.pop()
        if is_model(one):
            return True
        if id(one) not in seen and type(one) not in NOT_HELD:
            seen.add(id(one))
            waiting.extend(gc.get_referents(one))
    return False


def _is_array(value: Any) -> bool:
    """Whether `value` is data that holds no model."""
    return is_data(value) and not bases(value)[0].__module__.startswith("keras")


_GONE = object()
"""Stands for an object that is no longer there."""


class _Weak:
    """An object that is not kept alive, where Python can do so."""

    def __init__(self, look_up: Callable[[], Any]) -> None:
        self.look_up = look_up

    @classmethod
    def of(cls, value: Any) -> _Weak:
        """Of an object, whose own methods are not asked."""
        try:
            return cls(weakref.ref(value))
        except TypeError:  # containers, paths, numbers of other kinds
            return cls(lambda: None) if _reaches_a_model(value) else cls(lambda: value)

    def __call__(self) -> Any:
        found = self.look_up()
        return _GONE if found is None else found
