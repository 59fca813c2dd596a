"""Stand in for somebody else's method for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def shadowed(owner: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    """Put `make(original)` in the place of the attribute `name` of `owner` inside the block.

    What `owner` inherits is inherited again afterwards.
    """
    own = name in vars(owner)
    original = getattr(owner, name)
    try:  # an interrupt between the two steps must not leave ours behind
        setattr(owner, name, make(original))
        yield
    finally:
        if own:
            setattr(owner, name, original)
        elif name in vars(owner):
            delattr(owner, name)
