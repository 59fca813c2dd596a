"""Under which names the training step reports."""

from __future__ import annotations

from dataclasses import dataclass

from nbdoctor.look.look import Look
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """What the first step has reported.

    Attributes
    ----------
    names : tuple of str
        In the order in which the step reports them ("loss", "accuracy").
    """

    names: tuple[str, ...]


@reading("the names in the log", when=Moment.FIRST_STEP)
def read_logs(look: Look) -> Logs | None:
    """The names of what the step has returned; None where it returned nothing by a name."""
    return Logs(names=tuple(look.first.logs)) if look.first.logs else None
