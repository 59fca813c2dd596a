"""Lists, dicts and sets, also those that Keras and TensorFlow wrap: read them, refill them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from nbdoctor.backend.keras_internals.state import unwrapped


def contents(value: Any) -> Any:
    """A copy of what a container holds, None for what is none."""
    inner = unwrapped(value)
    if isinstance(inner, list):
        return list(inner)
    if isinstance(inner, dict):
        return dict(inner)
    return set(inner) if isinstance(inner, set) else None


def refill(container: Any, before: Any) -> None:
    """Through the base classes: Keras's tracked containers would track (or refuse) the change."""
    if isinstance(container, list):
        if len(container) != len(before) or any(
            a is not b for a, b in zip(container, before, strict=True)
        ):
            list.clear(container)
            list.extend(container, before)
    elif isinstance(container, dict):
        _refill_dict(container, before)
    elif container != before:
        set.clear(container)
        set.update(container, before)


def _refill_dict(container: dict[Any, Any], before: dict[Any, Any]) -> None:
    """Entry by entry, since others may be reading it; anew only where the order has changed."""
    base = OrderedDict if isinstance(container, OrderedDict) else dict
    for key in [key for key in container if key not in before]:
        base.__delitem__(container, key)
    for key, value in before.items():
        if key not in container or base.__getitem__(container, key) is not value:
            base.__setitem__(container, key, value)
    if any(a is not b and a != b for a, b in zip(container, before, strict=True)):
        base.clear(container)
        base.update(container, before)
