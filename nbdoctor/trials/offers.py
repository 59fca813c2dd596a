"""What the reader can have done on copies afterwards, by a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """Trials of fixes, or the search for the cause, that wait until they are asked for.

    Attributes
    ----------
    run : callable
        Makes them.
    runs_lines : str
        The lines that are run again although they are not proved to only compute ("lines 12 to
        20"); "" where only time was missing.
    finds_cause : bool
        Whether parts of the program are replaced, and no fixes tried.
    seconds : float or None
        About how long it takes, where that is known.
    """

    run: Callable[[], None]
    runs_lines: str = ""
    finds_cause: bool = False
    seconds: float | None = None

    def __call__(self) -> None:
        """Make them."""
        self.run()
