"""Tracebacks as they would be without the magic."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from nbdoctor.backend.patching import Patch
from nbdoctor.capture.calls import StopBeforeTrainingError
from nbdoctor.errors.exceptions import is_a, without_own_frames


@contextlib.contextmanager
def plain_tracebacks(shell: Any) -> Iterator[None]:
    """Show tracebacks as without the magic: no frames of ours, and none for a dry run's end."""

    def around(show: Callable[..., None]) -> Callable[..., None]:
        def shown(*args: Any, **kwargs: Any) -> None:
            error = sys.exc_info()[1]
            if is_a(error, StopBeforeTrainingError):
                return
            if error is not None:
                without_own_frames(error)
            show(*args, **kwargs)

        return shown

    with Patch(shell, "showtraceback", around):
        yield
