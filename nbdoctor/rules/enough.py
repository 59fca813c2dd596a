"""Too little was measured to judge by: there was no more, or there was no time for it."""

from __future__ import annotations

from typing import NoReturn

from nbdoctor.readings.missing import NotTakenError, no_time, not_measured
from nbdoctor.rules.rule import DoesNotApplyError

MORE_TIME = "training waits meanwhile, and `--budget 60` lets it wait longer"


def too_few_rows(needed: float, read: int, *, hurried: bool) -> NoReturn:
    """Say that the rows that were read are too few to judge by.

    Parameters
    ----------
    needed, read : float, int
        Rows.
    hurried : bool
        There were more at hand.
    """
    if hurried:
        message = f"at least {needed:g} rows are needed, and there was time for {read}: {MORE_TIME}"
        raise NotTakenError(no_time(message))
    message = f"at least {needed:g} rows are needed, and {read} were read"
    raise DoesNotApplyError(message)


def too_few_batches(needed: int, read: int, *, hurried: bool) -> NoReturn:
    """Say that the batches that were measured are too few to judge by."""
    if hurried:
        message = f"{needed} batches are needed, and there was time for {read}: {MORE_TIME}"
        raise NotTakenError(no_time(message))
    raise NotTakenError(not_measured(f"{needed} batches are needed, and {read} were measured"))
