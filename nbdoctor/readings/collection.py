"""What was measured so far, what is missing and why, and what of ours failed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from nbdoctor.errors.exceptions import type_name
from nbdoctor.errors.frames import is_raised_by_cell
from nbdoctor.errors.guard import Guard
from nbdoctor.errors.words import described
from nbdoctor.look.quiet import quiet
from nbdoctor.readings import catalogue, due
from nbdoctor.readings.given import DataTime, TrainingSample, ValidationSample
from nbdoctor.readings.missing import Missing, NotTakenError, not_measured
from nbdoctor.readings.reading import Moment, Reading, default_missing

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A part of nbdoctor that failed; training went on.

    Attributes
    ----------
    part : str
        "probe gradients", "rule dead-units", "chart of inputs".
    message : str
        Type and text of the error.
    """

    part: str
    message: str


class Readings:
    """Collects readings. A fault while one is taken becomes a line, never an exception.

    Attributes
    ----------
    taken : dict of type to reading
    missing : dict of type to Missing
        Of each kind that there is, until it is taken.
    faults : list of Fault
    """

    def __init__(self) -> None:
        self.taken: dict[type[Any], Any] = {}
        self.missing: dict[type[Any], Missing] = dict(_missing_at_first())
        self.faults: list[Fault] = []

    def get(self, kind: type[T]) -> T | None:
        """The reading of this kind, None where there is none."""
        reading: T | None = self.taken.get(kind)
        return reading

    def add(self, reading: object) -> None:
        """Keep a reading; one of the same kind gives way to it."""
        self.taken[type(reading)] = reading
        self.missing.pop(type(reading), None)

    def take(
        self,
        moment: Moment,
        given: Mapping[Any, Any],
        only: Collection[type[Any]] | None = None,
    ) -> None:
        """Take the readings of a moment, each after those that it is taken from.

        Parameters
        ----------
        moment : Moment
        given : mapping
            What there is to take them from, by type; a reading is left out where a part of that
            is missing or None, and one of whole rows where their `DataTime` is over. What is taken
            from one that there was no time for waits for time as well.
        only : collection of type, optional
            The kinds that are taken.
        """
        limit = given.get(DataTime)
        for one in due(moment):
            if (only is not None and one.kind not in only) or (one.once and one.kind in self.taken):
                continue
            arguments = one.arguments({**given, **self.taken})
            if arguments is not None:
                self._take(one, arguments, limit if _reads_rows(one) else None)
            elif (late := self._late(one, {**given, **self.taken})) is not None:
                self.lack([one.kind], late)

    def _late(self, one: Reading[..., Any], known: Mapping[Any, Any]) -> Missing | None:
        """Why a reading waits, where nothing but time was lacking for what it is taken from."""
        wanted = [kind for kind, optional in one.needs if not optional and known.get(kind) is None]
        why = [self.missing.get(kind) for kind in wanted]
        late = [missing for missing in why if missing is not None and missing.kind == "no time"]
        return late[0] if len(late) == len(wanted) else None

    def lack(self, kinds: Iterable[type[Any]], missing: Missing) -> None:
        """Say why readings of these kinds are missing, of those that are."""
        self.missing.update({kind: missing for kind in kinds if kind not in self.taken})

    def expect(self, kinds: Iterable[type[Any]]) -> None:
        """Take back why these kinds are missing: they are about to be taken again."""
        self.missing.update({kind: _missing_at_first()[kind] for kind in kinds})

    def waiting(self, moments: Moment) -> list[type[Any]]:
        """The kinds whose readings are taken at these moments, and were not taken yet."""
        return [
            one.kind
            for one in catalogue()
            if one.when & moments
            and one.kind in self.missing
            and self.missing[one.kind].kind == "too early"
        ]

    def out_of_time(self, moments: Moment) -> list[type[Any]]:
        """The kinds that there was no time for, of those that are taken at these moments."""
        return [
            one.kind
            for one in catalogue()
            if one.when & moments
            and one.kind in self.missing
            and self.missing[one.kind].kind == "no time"
        ]

    def _take(
        self, one: Reading[..., Any], arguments: tuple[Any, ...], limit: DataTime | None
    ) -> None:
        def take() -> None:
            try:
                if limit is not None:
                    limit.must_be_left()
                found = one(*arguments)
            except NotTakenError as error:
                self.lack([one.kind], error.missing)
                return
            if found is not None:
                self.add(found)

        self.attempt(one.part, take, one.kind)

    def attempt(self, part: str, do: Callable[[], T], *kinds: type[Any]) -> T | None:
        """Run a part of ours; its fault tells why readings of these kinds are missing.

        NumPy's warnings about the user's NaN are ours to judge, not to print into the cell.
        """

        def tell(error: Exception) -> None:
            why = f"{part} could not be examined"
            if is_raised_by_cell(error):  # it may count its calls, say: training will tell
                why += f": code of the cell raised {type_name(error)}"
            else:
                self.fault(part, error)
            self.lack(kinds, not_measured(why))

        with Guard(tell), quiet():
            return do()
        return None

    def fault(self, part: str, error: Exception) -> None:
        """Remember a fault, once."""
        fault = Fault(part=part, message=described(error))
        if fault not in self.faults:
            self.faults.append(fault)


def _reads_rows(one: Reading[..., Any]) -> bool:
    """Whether it is taken from whole rows of training or validation."""
    return any(kind in {TrainingSample, ValidationSample} for kind, _ in one.needs)


@cache
def _missing_at_first() -> Mapping[type[Any], Missing]:
    by_kind: dict[type[Any], list[Reading[..., Any]]] = {}
    for one in catalogue():
        by_kind.setdefault(one.kind, []).append(one)
    return {kind: default_missing(ones) for kind, ones in by_kind.items()}
