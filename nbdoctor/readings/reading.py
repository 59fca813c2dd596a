"""What a reading is: a function that measures, and says at which moments and from what."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from enum import Flag, auto
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar

from nbdoctor.readings.missing import BEFORE_THE_FIRST_STEP, Missing

P = ParamSpec("P")
R = TypeVar("R")


class Moment(Flag):
    """When readings are taken; one reading may be taken at several moments (`|`).

    Attributes
    ----------
    FIT_CALLED
        `fit` was called: its arguments, data in memory, the model as it is.
    LOOP_SEEN
        A loop of the user's own has made its first step: all that this step shows.
    CELL_STOPPED
        The cell has ended without any training.
    BATCHES
        Batches have passed, of data that is not in memory.
    BEFORE_STEP
        The first step is about to be made, or was watched: the model may be built by now.
    FIRST_STEP
        The first step was made, on copies or watched.
    STEP_FROM_OUTSIDE
        The same, where the step shows only what it left behind.
    BUILT
        The model was built by its first step.
    FURTHER_STEPS
        Steps on further batches in memory were made on copies.
    FURTHER_BATCH
        A step on a batch that training has come to was made on a copy.
    TIMED
        The first steps of the real training were timed.
    TRAINING
        Training goes on for long, so that what takes its time can be measured meanwhile.
    ENDED
        Training has ended, or was stopped.
    TRAINED
        The cell has ended, and the model is as this `fit` left it.
    LOOP_ENDED
        The cell has ended, and the model is as a loop of the user's own left it.
    CELL_ENDED
        The cell has ended, and nobody waits for training.
    PARTS_TRIED
        Fixes were tried, and parts of the program are now replaced on copies.
    """

    FIT_CALLED = auto()
    LOOP_SEEN = auto()
    CELL_STOPPED = auto()
    BATCHES = auto()
    BEFORE_STEP = auto()
    FIRST_STEP = auto()
    STEP_FROM_OUTSIDE = auto()
    BUILT = auto()
    FURTHER_STEPS = auto()
    FURTHER_BATCH = auto()
    TIMED = auto()
    TRAINING = auto()
    ENDED = auto()
    TRAINED = auto()
    LOOP_ENDED = auto()
    CELL_ENDED = auto()
    PARTS_TRIED = auto()


class Reading(Generic[P, R]):
    """A function that takes a reading.

    Called like the function itself, so that tests need no engine.
    """

    def __init__(
        self,
        read: Callable[P, R],
        part: str,
        *,
        when: Moment,
        missing: Missing | None,
        once: bool,
    ) -> None:
        self.read, self.part, self.when, self.missing = read, part, when, missing
        self.once = once

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Take the reading."""
        return self.read(*args, **kwargs)

    @cached_property
    def kind(self) -> type[Any]:
        """The class of the reading, as the function's return type names it."""
        kind: type[Any] = _without_none(typing.get_type_hints(self.read)["return"])
        return kind

    @cached_property
    def needs(self) -> tuple[tuple[Any, bool], ...]:
        """What it is taken from, by type, and whether it can do without (`X | None`)."""
        hints = typing.get_type_hints(self.read)
        given = [hints[name] for name in inspect.signature(self.read).parameters]
        return tuple((_without_none(hint), type(None) in typing.get_args(hint)) for hint in given)

    @property
    def completes(self) -> bool:
        """Whether it takes an earlier reading of its own kind, and completes that."""
        return any(kind is self.kind for kind, _ in self.needs)

    def arguments(self, known: Mapping[Any, Any]) -> tuple[Any, ...] | None:
        """What it is taken from, None where something of that is not there."""
        if any(known.get(kind) is None and not optional for kind, optional in self.needs):
            return None
        return tuple(known.get(kind) for kind, _ in self.needs)


def reading(
    part: str, *, when: Moment, missing: Missing | None = None, once: bool = False
) -> Callable[[Callable[P, R]], Reading[P, R]]:
    """Make a reading of a function.

    Its parameters say by type what it is taken from (`readings/given.py`, and other readings);
    `X | None` marks what it can do without, and a parameter of the type that it returns is what
    was known before, which it completes. It returns None where there is nothing to tell, and
    raises `NotTakenError` where there is a reason for that.

    Parameters
    ----------
    part : str
        What is read, for a line that says that it failed: "the gradients".
    when : Moment
    missing : Missing, optional
        Why the reading is missing until it is taken; that there was no first step, unless given.
    once : bool
        What was taken is not taken again.
    """

    def make(read: Callable[P, R]) -> Reading[P, R]:
        return Reading(read, part, when=when, missing=missing, once=once)

    return make


def default_missing(readings: typing.Iterable[Reading[..., Any]]) -> Missing:
    """Why a kind is missing that these readings give, until it is taken."""
    return next((one.missing for one in readings if one.missing), BEFORE_THE_FIRST_STEP)


def _without_none(hint: Any) -> Any:
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    return kinds[0] if type(None) in typing.get_args(hint) else hint
