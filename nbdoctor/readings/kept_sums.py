"""Gradients that a step of the user's own adds up in variables, and whether it sets them back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.look.account import raw
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import has_own_step
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading

MOST_STEPS = 40
"""On copies: gradients are seldom added up over more batches."""

ENOUGH_UPDATES = 3
SET_BACK = 0.1
"""Share of its largest norm so far below which a sum was set back: adding one more gradient to
several does not take nine tenths away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSums:
    """Variables of the model in the shapes of its trainable weights, over some steps on copies.

    Attributes
    ----------
    name : str
        The attribute of the model that holds them.
    steps, updates : int
        Steps that were made, and in how many of them the optimizer made an update.
    norms : tuple of float
        Of all of them together, after each step.
    """

    name: str
    steps: int
    updates: int
    norms: tuple[float, ...]

    @property
    def ever_set_back(self) -> bool:
        """Whether they were small again after some step, having been large."""
        largest = 0.0
        for norm in self.norms:
            if norm <= SET_BACK * largest:
                return True
            largest = max(largest, norm)
        return False

    @property
    def grew(self) -> bool:
        """Whether they changed at all."""
        return len(set(self.norms)) > 1


@reading(
    "sums of gradients",
    when=Moment.TRAINED,
    missing=does_not_apply("no step of your own keeps sums of gradients in variables of the model"),
    once=True,
)
def kept_sums(look: Look, time: TimeLeft | None) -> KeptSums | None:
    """Make steps on copies until the optimizer has made some updates."""
    if look.run is None or not has_own_step(look.model):
        return None
    optimizer = getattr(look.model, "optimizer", None)
    found = next(sums_of(look.model), None)
    if found is None or optimizer is None:
        return None
    if time is not None:
        time.must_be_left()
    name, variables = found
    counts, norms = look.run.over_steps(
        look.batches[0],
        raw([optimizer.iterations]),
        [_behind(one) for one in variables],
        MOST_STEPS,
        ENOUGH_UPDATES,
    )
    if not counts:
        return None
    return KeptSums(name=name, steps=len(norms), updates=counts[-1], norms=tuple(norms))


def sums_of(model: Any) -> Iterator[tuple[str, list[Any]]]:
    """Attributes that hold a variable for each trainable weight, in its shape."""
    weights = trainable_weights(model)
    shapes = [tuple(one.shape) for one in weights]
    own = {id(one) for one in (*weights, *raw(weights))}
    for name, value in vars(model).items():
        if name.startswith("_") or not isinstance(value, (list, tuple)):
            continue
        variables = [one for one in value if hasattr(one, "assign") and hasattr(one, "shape")]
        alike = len(variables) == len(value) and [tuple(one.shape) for one in variables] == shapes
        if alike and shapes and not own & {id(one) for one in variables}:
            yield name, variables


def _behind(variable: Any) -> Any:
    """The variable of the backend: one of Keras's has it as `value`, its own has a method."""
    value = getattr(variable, "value", None)
    return variable if value is None or callable(value) else value
