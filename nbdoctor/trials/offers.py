"""What the reader can have done on copies afterwards, by a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """What was left out for want of time, and waits until it is asked for.

    Attributes
    ----------
    run : callable
        Makes them.
    runs_lines : str
        The lines that are run again although they are not proved to only compute ("lines 12 to
        20"); "" where only time was missing.
    looks_longer : bool
        Whether what was not measured is measured, and fixes are tried then.
    finds_cause : bool
        Whether parts of the program are replaced, and no fixes tried.
    late : bool
        Whether it was due, and nothing but time was missing.
    seconds : float or None
        About how long it takes, where that is known.
    """

    run: Callable[[], None]
    runs_lines: str = ""
    looks_longer: bool = False
    finds_cause: bool = False
    late: bool = True
    seconds: float | None = None

    def __call__(self) -> None:
        """Make them."""
        self.run()
