"""Why a treatment is not tried."""

from __future__ import annotations

from typing import NoReturn


class UntriedError(Exception):
    """A treatment cannot be tried; the text says why, in lower case, without a full stop."""


def refuse(reason: str) -> NoReturn:
    """Give a treatment up.

    Raises
    ------
    UntriedError
        Always, with `reason`.
    """
    raise UntriedError(reason)
