"""A training made short: only its first steps are wanted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from nbdoctor.errors.guard import attempt

EPOCHS, STEPS = 1, 20
"""Of a `fit` that is cut short: enough for all that is measured before, at and just after the first
step (`STEPS_TIMED`), and seconds where the whole training takes hours."""


def one_epoch(
    fit: Callable[..., Any], model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a `fit` for one epoch; as they are where that is what they ask for.

    `KERAS_MAX_EPOCHS` would do the same and say so in the cell's output; its companion
    `KERAS_MAX_STEPS_PER_EPOCH` also cuts what `predict` returns, and the cell's next line fails.
    """
    given = attempt(lambda: inspect.signature(fit).bind(model, *args, **kwargs))
    if given is None:
        return args, kwargs
    given.apply_defaults()
    last = _number(given.arguments.get("initial_epoch", 0)) + EPOCHS
    if "epochs" not in given.arguments or _number(given.arguments["epochs"]) <= last:
        return args, kwargs
    given.arguments["epochs"] = last
    return given.args[1:], given.kwargs


def enough(model: Any, step: int) -> None:
    """After the last step that is wanted, have Keras end the epoch and the training."""
    if step >= STEPS:
        model.stop_training = True


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
