"""What is kept of a training until its cell has ended, to try treatments on copies."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbdoctor.cell.namespace import bases, is_data, is_plain
from nbdoctor.trials.copying.objects.fitted import AsFitted

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
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    batches: list[Any] = field(default_factory=list)
    fitted: AsFitted | None = None
    trained_before: bool = False

    def namespace(self) -> dict[str, Any]:
        """The variables that are still there."""
        found = {
            name: value() if isinstance(value, _Weak) else value
            for name, value in self.names.items()
        }
        return {name: value for name, value in found.items() if value is not _GONE}

    def forget(self) -> None:
        """Nothing will be tried any more."""
        self.names, self.batches, self.fitted = {}, [], None


def affordable(batches: Sequence[Any]) -> list[Any]:
    """The batches, for as long as the cell runs, where they take little memory."""
    import keras

    leaves = [leaf for batch in batches for leaf in keras.tree.flatten(batch) if leaf is not None]
    values = sum(math.prod(size or 1 for size in leaf.shape) for leaf in leaves)
    return list(batches) if values < MOST_KEPT else []


def kept_weakly(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The user's variables as they are now; objects that may hold a model are not kept alive."""
    return {
        name: value if is_plain(value) or _is_array(value) else _Weak.of(value)
        for name, value in namespace.items()
    }


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
        except TypeError:  # containers, mostly
            return cls(lambda: value)

    def __call__(self) -> Any:
        found = self.look_up()
        return _GONE if found is None else found
