"""What `fit` returned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The training log.

    Attributes
    ----------
    values : dict of str to tuple of float
        Per name, one value per epoch.
    epochs : int
        Epochs that were finished.
    passes : tuple of int
        As in `FitCall.passes`.
    """

    values: dict[str, tuple[float, ...]]
    epochs: int
    passes: tuple[int, ...] = ()


def read_history(returned: Any, passes: Sequence[int] = ()) -> History:
    """The numbers of what `fit` returned, and the steps counted while it ran."""
    log = getattr(returned, "history", None) or {}
    values = {
        str(name): tuple(float(value) for value in numbers)
        for name, numbers in log.items()
        if all(isinstance(value, (int, float)) or hasattr(value, "__float__") for value in numbers)
    }
    epochs = max((len(v) for v in values.values()), default=0)
    return History(values=values, epochs=epochs, passes=tuple(passes))
