"""Why a treatment is not tried."""

from __future__ import annotations

from math import ceil
from typing import NoReturn

from nbdoctor.backend.keras_internals.names import MissingNameError
from nbdoctor.errors.words import described
from nbdoctor.rules.treatment import Skipped


class UntriedError(Exception):
    """A treatment cannot be tried; the text says why, in lower case, without a full stop.

    Attributes
    ----------
    skipped : str
        The kind of reason, as in `Trial`.
    """

    skipped: Skipped = "cannot be tried"


class TooLongError(UntriedError):
    """A trial does not fit into the time that is left.

    Parameters
    ----------
    wanted, left : float
        Seconds that it would take, and that there were.
    """

    skipped = "too long"

    def __init__(self, wanted: float, left: float) -> None:
        super().__init__(
            f"it would take at least {max(1, ceil(wanted))} s, and {max(0.0, left):.1f} s of "
            "`--budget` were left"
        )


class UnprovedError(UntriedError):
    """Code is not proved to only compute, so it is not run again unless the user asks for that.

    Parameters
    ----------
    line : int
        Of the cell; 0 for code that is only there as a part of the model.
    does : str
        What stands there, as the predicate of a sentence about the line, and why that is closed.
    of : str
        The function or class of another cell that it stands in; "" for the cell itself.

    Attributes
    ----------
    runs : tuple of (int, int) or None
        The first and last line that would be run.
    """

    skipped = "runs lines"

    def __init__(self, line: int, does: str, of: str = "") -> None:
        stands = f"`{of}`, which another cell defines," if of else f"line {line}"
        stands = stands if line else "the model"
        super().__init__(f"{stands} {does}")
        self.line, self.does, self.of = line, does, of
        self.runs: tuple[int, int] | None = None


def cannot_run(what: str, error: Exception) -> UntriedError:
    """Return why a treatment is not tried where making or training a copy raises.

    Parameters
    ----------
    what : str
        The subject of the sentence ("the cell with this fix").
    error : Exception
        What was raised. A name that Keras lacks is a limit of nbdoctor's, and no fault of a cell.
    """
    is_ours = isinstance(error, MissingNameError)
    return UntriedError(str(error) if is_ours else f"{what} raises {described(error)}")


def refuse(reason: str) -> NoReturn:
    """Give a treatment up.

    Raises
    ------
    UntriedError
        Always, with `reason`.
    """
    raise UntriedError(reason)
