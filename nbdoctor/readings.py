"""What was measured so far, what is missing and why, and what of ours failed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from nbdoctor.capture.frames import is_raised_by_cell
from nbdoctor.capture.words import described
from nbdoctor.report import READINGS, Fault, reading_type

T = TypeVar("T")

BEFORE_THE_FIRST_STEP = "training did not get to its first step"

NOT_YET = {
    "Crash": "does not apply: nothing was raised",
    "DataChanges": "does not apply: no line of the cell changes the data that it gives to `fit`",
    "EarlierSignal": "does not apply: no line of the cell reorders inputs or labels alone",
    "History": "training has not ended",
    "Inputs": "the inputs could not be read ahead of training",
    "Labels": "the labels could not be read ahead of training",
    "Mixing": "does not apply: `fit` shuffles the rows itself, or there are no classes to mix",
    "Modes": "does not apply: no layer normalises by its batch, or training has not ended",
    "Overlap": "does not apply: there is no validation data in memory, or training goes on",
    "Pipeline": "no training step was timed",
    "RowWeights": "does not apply: all rows count the same",
    "Signal": "the baselines follow when training ends or pauses",
    "Source": "does not apply: there is no cell to read",
    "Tokens": "does not apply: no input goes straight to an embedding",
    "Trained": "training has not ended",
    "Trainability": "does not apply: no `fit` is called",
    "Validation": "does not apply: there is no validation data in memory",
    "Wiring": "does not apply: a `call` of the user's decides how the layers follow one another",
}
"""Why a reading is missing until it is taken."""


class Readings:
    """Collects readings. A fault while one is taken becomes a line, never an exception."""

    def __init__(self) -> None:
        self.taken: dict[type[Any], Any] = {}
        self.missing: dict[type[Any], str] = {
            reading_type(name): NOT_YET.get(name, BEFORE_THE_FIRST_STEP) for name in READINGS
        }
        self.faults: list[Fault] = []

    def get(self, kind: type[T]) -> T | None:
        """The reading of this kind, None where there is none."""
        reading: T | None = self.taken.get(kind)
        return reading

    def add(self, reading: object) -> None:
        """Keep a reading; one of the same kind gives way to it."""
        self.taken[type(reading)] = reading
        self.missing.pop(type(reading), None)

    def take(self, part: str, read: Callable[[], object], kind: type[Any]) -> None:
        """Add one reading, or the reason why it is missing."""
        reading = self.attempt(part, read, kind)
        if reading is not None:
            self.add(reading)

    def take_all(self, part: str, read: Callable[[], Iterator[Any]], *kinds: type[Any]) -> None:
        """Add readings as they come; what comes before a fault is kept."""

        def add() -> None:
            for reading in read():
                self.add(reading)

        self.attempt(part, add, *kinds)

    def attempt(self, part: str, do: Callable[[], T], *kinds: type[Any]) -> T | None:
        """Run a part of ours; its fault tells why readings of these kinds are missing.

        NumPy's warnings about the user's NaN are ours to judge, not to print into the cell.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return do()
        except Exception as error:  # noqa: BLE001  (a fault of ours never costs the user a cell)
            why = f"{part} could not be examined"
            if is_raised_by_cell(error):  # it may count its calls, say: training will tell
                why += f": code of the cell raised {type(error).__name__}"
            else:
                self.fault(part, error)
            for kind in kinds:
                if kind not in self.taken:
                    self.missing[kind] = why
            return None

    def fault(self, part: str, error: Exception) -> None:
        """Remember a fault, once."""
        fault = Fault(part=part, message=described(error))
        if fault not in self.faults:
            self.faults.append(fault)
