"""Why there is no reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MissingKind = Literal["does not apply", "too early", "not measured", "no time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Why there is no reading of a kind.

    Attributes
    ----------
    kind : str
        "does not apply" where there is nothing to measure, "too early" where the moment to
        measure it has not come, "not measured" where it could not be, "no time" where more time
        would have measured it.
    reason : str
        In lower case, without a full stop.
    """

    kind: MissingKind
    reason: str


class NotTakenError(Exception):
    """Raised while a reading is taken that cannot be, or need not be."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.reason)
        self.missing = missing


def does_not_apply(reason: str) -> Missing:
    """There is nothing to measure, and why."""
    return Missing(kind="does not apply", reason=reason)


def not_measured(reason: str) -> Missing:
    """It could not be measured, and why."""
    return Missing(kind="not measured", reason=reason)


def no_time(reason: str) -> Missing:
    """There was not enough time to measure it, and what needs how much."""
    return Missing(kind="no time", reason=reason)


BEFORE_THE_FIRST_STEP = Missing(kind="too early", reason="training did not get to its first step")
"""Of what is measured at the first step, until there is one."""
