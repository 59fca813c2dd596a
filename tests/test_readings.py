import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.capture.words import described
from nbdoctor.probes.head import Head
from nbdoctor.probes.inputs import Inputs, read_inputs
from nbdoctor.probes.labels import Labels, read_labels
from nbdoctor.probes.weights import Weights
from nbdoctor.readings import BEFORE_THE_FIRST_STEP, Readings
from nbdoctor.report import READINGS

NO_WEIGHTS = Weights(weights=())


def broken() -> Weights:
    message = "no weights\nat all"
    raise ValueError(message)


def test_every_reading_is_missing_for_a_reason_until_it_is_taken() -> None:
    readings = Readings()
    assert {kind.__name__ for kind in readings.missing} == set(READINGS)
    assert readings.missing[Weights] == BEFORE_THE_FIRST_STEP
    readings.take("the weights", lambda: NO_WEIGHTS, Weights)
    assert Weights not in readings.missing
    assert readings.get(Weights) == NO_WEIGHTS
    assert readings.get(Head) is None


def test_a_later_reading_takes_the_place_of_an_earlier_one() -> None:
    readings = Readings()
    readings.add(Head(outputs=()))
    other = Labels(targets=())
    readings.add(other)
    readings.add(Labels(targets=()))
    assert readings.get(Labels) is not other
    assert len(readings.taken) == 2


def test_a_fault_is_a_line_and_a_reason() -> None:
    readings = Readings()
    readings.take("the weights", broken, Weights)
    (fault,) = readings.faults
    assert (fault.part, fault.message) == ("the weights", "ValueError: no weights")
    assert readings.missing[Weights] == "the weights could not be examined"


def test_the_same_fault_is_told_once() -> None:
    readings = Readings()
    for _ in range(3):
        readings.take("the weights", broken, Weights)
    readings.take("the head", broken, Head)
    assert [fault.part for fault in readings.faults] == ["the weights", "the head"]


def test_what_was_taken_stays_when_it_cannot_be_taken_again() -> None:
    readings = Readings()
    readings.add(NO_WEIGHTS)
    readings.take("the weights", broken, Weights)
    assert readings.get(Weights) == NO_WEIGHTS
    assert Weights not in readings.missing


def test_nothing_taken_keeps_the_reason() -> None:
    readings = Readings()
    readings.missing[Weights] = "does not apply"
    readings.take("the weights", lambda: None, Weights)
    assert readings.missing[Weights] == "does not apply"
    assert readings.faults == []


def test_what_came_before_a_fault_is_kept() -> None:
    def some() -> Iterator[object]:
        yield NO_WEIGHTS
        yield broken()

    readings = Readings()
    readings.take_all("the first step", some, Weights, Head)
    assert readings.get(Weights) == NO_WEIGHTS
    assert readings.missing[Head] == "the first step could not be examined"


def test_the_user_may_interrupt() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Readings().attempt("the weights", interrupted)


def test_an_error_without_text_is_described_by_its_type() -> None:
    assert described(KeyError()) == "KeyError"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_broken_values_make_no_warnings_of_ours_in_the_cell(bad: float) -> None:
    x = np.c_[np.arange(6.0), np.full(6, bad)]
    y = np.where(np.arange(6) > 2, bad, 1.0)
    rows = Rows(inputs={"x": x}, targets={"y": y}, index=np.arange(6), total=6)
    readings = Readings()
    readings.take("the inputs", lambda: read_inputs(rows, None), Inputs)
    readings.take("the labels", lambda: read_labels(rows), Labels)
    assert readings.faults == []
    assert {Inputs, Labels} <= readings.taken.keys()


def test_filters_of_the_user_are_given_back() -> None:
    before = list(warnings.filters)
    Readings().attempt("a part", lambda: warnings.warn("ours", UserWarning, stacklevel=1))
    assert warnings.filters == before
