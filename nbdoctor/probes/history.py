"""What `fit` returned."""

from __future__ import annotations

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
    """

    values: dict[str, tuple[float, ...]]
    epochs: int


def read_history(returned: Any) -> History:
    """The numbers of what `fit` returned."""
    log = getattr(returned, "history", None) or {}
    values = {
        str(name): tuple(float(value) for value in numbers)
        for name, numbers in log.items()
        if all(isinstance(value, (int, float)) or hasattr(value, "__float__") for value in numbers)
    }
    return History(values=values, epochs=max((len(v) for v in values.values()), default=0))
