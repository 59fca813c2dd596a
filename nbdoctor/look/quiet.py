"""Our own computations are quiet; what others print, warn and set stays theirs.

Warnings are switched off for one thread alone. `warnings.catch_warnings` would change the filters
for all of them, and would make Python forget which warnings it has shown once already.
"""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np


class _QuietThreads:
    """Stands for the pattern of a filter of warnings: it matches whatever a quiet thread warns."""

    def __init__(self) -> None:
        self.blocks: dict[object, int] = {}
        self.lists: list[list[Any]] = []
        self.lock = threading.RLock()

    def match(self, _: str) -> bool:
        """Whether to leave the warning out: asked by Python before it looks at other filters."""
        return threading.get_ident() in list(self.blocks.values())

    def enter(self, block: object) -> None:
        """Make the thread quiet."""
        with self.lock:
            self.blocks[block] = threading.get_ident()
            now: list[Any] = warnings.filters  # type: ignore[assignment]  # typed as a sequence
            if not any(one is FILTER for one in now):
                self.lists.append(now)
                now.insert(0, FILTER)

    def leave(self, block: object) -> None:
        """Let it warn again, and leave no filter behind when nobody is quiet any more."""
        with self.lock:
            self.blocks.pop(block, None)
            while self.lists and not self.blocks:  # another thread may have put another list there
                with contextlib.suppress(ValueError):  # who has emptied it meanwhile
                    self.lists.pop().remove(FILTER)


_quiet = _QuietThreads()

FILTER = ("ignore", _quiet, Warning, None, 0)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let nothing that this thread computes warn, or raise in place of a warning.

    Of NumPy's errors neither: without values that are not finite, there would be less to find.
    What the user has set for them, in this thread and others, stays set.
    """
    block = object()
    try:
        _quiet.enter(block)
        with np.errstate(all="ignore"):
            yield
    finally:
        _quiet.leave(block)
