"""What an optimizer keeps: its weights, its rate, and the steps that it has made."""

from __future__ import annotations

from typing import Any

from nbdoctor.backend.keras_internals.names import (
    PrivateName,
    attribute,
    entry,
    member,
    note_missing,
)

OPTIMIZER = "keras.Optimizer"

BASE = PrivateName(
    "keras.src.optimizers.base_optimizer",
    "BaseOptimizer",
    "the gradients that an optimizer is given",
)
WEIGHTS = PrivateName(OPTIMIZER, "_trainable_variables", "which weights an optimizer updates")
RATE = PrivateName(OPTIMIZER, "_learning_rate", "the learning rate")
STEPS = PrivateName(OPTIMIZER, "_iterations", "the steps that an optimizer has made before")


def base_class() -> type[Any]:
    """The class that defines `apply` for all optimizers, whatever the backend adds.

    Raises
    ------
    MissingNameError
    """
    found: type[Any] = member(BASE)
    return found


def weights_of(optimizer: Any) -> list[Any]:
    """The weights that an optimizer was built for: those that `apply` updates if told no others.

    Raises
    ------
    MissingNameError
    """
    return list(attribute(optimizer, WEIGHTS))


def rate_of(optimizer: Any) -> Any:
    """The rate as the optimizer holds it: a variable, or a schedule; nothing is called.

    None where this Keras keeps it elsewhere, so that the rate is not known.
    """
    own = vars(optimizer)
    if RATE.name not in own:
        note_missing(RATE)
    return own.get(RATE.name)


def iterations_of(optimizer: Any) -> Any:
    """The variable that counts the steps: `_iterations`.

    Raises
    ------
    MissingNameError
        A trained model would pass for a new one.
    """
    return entry(optimizer, STEPS)
