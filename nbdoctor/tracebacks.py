"""Tracebacks as they would be without the magic."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from nbdoctor.capture.fit import StopBeforeTrainingError
from nbdoctor.capture.frames import PACKAGE, clean_message


@contextlib.contextmanager
def plain_tracebacks(shell: Any) -> Iterator[None]:
    """Show tracebacks as without the magic: no frames of ours, and none for a dry run's end."""
    show = shell.showtraceback

    def shown(*args: Any, **kwargs: Any) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, StopBeforeTrainingError):
            return
        if error is not None:
            _without_own_frames(error)
        show(*args, **kwargs)

    give_back = _replace(shell, shown)
    try:
        yield
    finally:
        give_back()


def _without_own_frames(error: BaseException) -> None:
    """Unlink our frames from the traceback of `error` and of what it came from.

    Their messages lose them as well.
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        clean_message(current)
        link = current.__traceback__
        while link is not None and link.tb_next is not None:
            following = link.tb_next
            if following.tb_frame.f_code.co_filename.startswith(PACKAGE):
                link.tb_next = following.tb_next
            else:
                link = following
        current = current.__cause__ or current.__context__


def mute_next_traceback(shell: Any) -> None:
    """The body's traceback is on the screen: what fails the cell must not show it again."""

    def muted(*_: Any, **__: Any) -> None:
        give_back()

    give_back = _replace(shell, muted)


def _replace(shell: Any, show: Callable[..., None]) -> Callable[[], None]:
    """Let `show` show tracebacks; what is returned undoes that, also inside of another such."""
    name = "showtraceback"
    own = vars(shell).get(name)
    setattr(shell, name, show)

    def give_back() -> None:
        if own is None:
            vars(shell).pop(name, None)
        else:
            setattr(shell, name, own)

    return give_back
