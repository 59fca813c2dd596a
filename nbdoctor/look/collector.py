"""Python's garbage collector, at rest while training waits for us."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def at_rest() -> Iterator[None]:
    """Let no garbage collection fall into the block.

    With TensorFlow loaded a full one takes as long as many training steps, and Python begins one
    when the objects have become a quarter more: a trace makes nearly as many. What the block has
    made is looked through by the next collection, whenever the user's own work brings it about.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
