"""Readings declare when they are taken and from what; the engine finds the order."""

from __future__ import annotations

from dataclasses import dataclass, is_dataclass

import pytest

import nbdoctor.readings as package
from nbdoctor.readings import catalogue, due, kinds
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.missing import BEFORE_THE_FIRST_STEP, NotTakenError, does_not_apply
from nbdoctor.readings.reading import Moment, Reading, reading


@dataclass(frozen=True)
class Given:
    value: int


@dataclass(frozen=True)
class Doubled:
    value: int


@dataclass(frozen=True)
class Sum:
    value: int
    parts: str


NOW, LATER = Moment.FIT_CALLED, Moment.CELL_ENDED
NOTHING = does_not_apply("there is nothing to double")
asked: list[str] = []


@reading("the sum", when=NOW)
def added(doubled: Doubled, given: Given) -> Sum:
    return Sum(doubled.value + given.value, "")


@reading("the sum", when=NOW | LATER)
def completed(known: Sum, doubled: Doubled | None) -> Sum | None:
    return None if doubled is None else Sum(known.value, f"{known.parts}+{doubled.value}")


@reading("the double", when=NOW, missing=NOTHING)
def doubled(given: Given) -> Doubled | None:
    asked.append("doubled")
    if given.value < 0:
        raise NotTakenError(does_not_apply(f"{given.value} is below 0"))
    return Doubled(2 * given.value) if given.value else None


@reading("the double", when=LATER, once=True)
def doubled_late() -> Doubled:
    asked.append("late")
    return Doubled(99)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Readings:
    """Those of this file only."""
    from nbdoctor.readings import collection

    ones = (added, completed, doubled, doubled_late)
    for place in (package, collection):
        monkeypatch.setattr(place, "catalogue", lambda: ones)
    monkeypatch.setattr(collection, "due", due.__wrapped__)
    monkeypatch.setattr(collection, "_missing_at_first", collection._missing_at_first.__wrapped__)
    asked.clear()
    return Readings()


def test_each_is_taken_after_what_it_needs_and_completed_at_last(readings: Readings) -> None:
    readings.take(NOW, {Given: Given(3)})
    assert readings.get(Sum) == Sum(9, "+6")
    assert readings.missing == {}


def test_what_lacks_something_is_left_out_and_keeps_its_reason(readings: Readings) -> None:
    readings.take(NOW, {Given: None})
    assert readings.taken == {}
    assert readings.missing == {Sum: BEFORE_THE_FIRST_STEP, Doubled: NOTHING}
    assert asked == []


def test_none_keeps_the_reason_and_a_reason_of_its_own_takes_its_place(readings: Readings) -> None:
    readings.take(NOW, {Given: Given(0)})
    assert readings.missing[Doubled] == NOTHING
    readings.take(NOW, {Given: Given(-1)})
    assert readings.missing[Doubled] == does_not_apply("-1 is below 0")
    assert readings.faults == []


def test_an_earlier_reading_is_completed_at_a_later_moment(readings: Readings) -> None:
    readings.take(NOW, {Given: Given(3)})
    readings.take(LATER, {})
    assert readings.get(Sum) == Sum(9, "+6+6")


def test_what_is_taken_once_is_not_taken_again(readings: Readings) -> None:
    readings.take(LATER, {})
    readings.take(LATER, {})
    assert asked == ["late"]
    assert readings.get(Doubled) == Doubled(99)


def test_a_reading_is_called_like_the_function() -> None:
    assert doubled(Given(4)) == Doubled(8)
    assert (doubled.kind, doubled.completes, completed.completes) == (Doubled, False, True)


def test_readings_that_need_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    @reading("the hen", when=NOW)
    def hen(egg: Sum) -> Doubled: ...

    @reading("the egg", when=NOW)
    def egg(hen: Doubled) -> Sum: ...

    monkeypatch.setattr(package, "catalogue", lambda: (hen, egg))
    with pytest.raises(ValueError, match="taken from each other: the hen, the egg"):
        due.__wrapped__(NOW)


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.read.__name__)
def test_every_reading_is_frozen_data_with_a_page_of_its_own(one: Reading[..., object]) -> None:
    assert is_dataclass(one.kind)
    assert one.kind.__dataclass_params__.frozen
    assert one.read.__doc__
    assert kinds()[one.kind.__name__] is one.kind


@pytest.mark.parametrize("moment", list(Moment), ids=lambda moment: moment.name)
def test_every_moment_has_readings_in_an_order(moment: Moment) -> None:
    assert set(due(moment)) == {one for one in catalogue() if moment in one.when}
    assert due(moment)


def test_no_two_classes_of_readings_share_a_name() -> None:
    assert len(kinds()) == len({one.kind for one in catalogue()})
