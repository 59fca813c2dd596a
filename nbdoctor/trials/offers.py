"""What the reader can have tried afterwards, by a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """Trials that wait until they are asked for.

    Attributes
    ----------
    run : callable
        Tries them.
    runs_lines : str
        The lines that are run again although they are not proved to only compute ("lines 12 to
        20"); "" where only time was missing.
    """

    run: Callable[[], None]
    runs_lines: str = ""

    def __call__(self) -> None:
        """Try them."""
        self.run()
