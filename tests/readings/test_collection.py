import time
import warnings

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.errors.words import described
from nbdoctor.readings import kinds
from nbdoctor.readings.collection import Readings
from nbdoctor.readings.contradicted import Contradicted
from nbdoctor.readings.given import DataTime, Namespace, TrainingSample
from nbdoctor.readings.head import Head
from nbdoctor.readings.inputs import Inputs
from nbdoctor.readings.labels import Labels
from nbdoctor.readings.missing import BEFORE_THE_FIRST_STEP, not_measured
from nbdoctor.readings.reading import Moment
from nbdoctor.readings.weights import Weights

NO_WEIGHTS = Weights(weights=())


def broken() -> Weights:
    message = "no weights\nat all"
    raise ValueError(message)


def test_every_reading_is_missing_for_a_reason_until_it_is_taken() -> None:
    readings = Readings()
    assert {kind.__name__ for kind in readings.missing} == set(kinds())
    assert readings.missing[Weights] == BEFORE_THE_FIRST_STEP
    readings.add(NO_WEIGHTS)
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


def test_rows_are_not_read_once_their_time_is_over() -> None:
    whole = {"x": np.random.default_rng(0).normal(size=(200, 3))}
    y = {"y": np.arange(200) % 2}
    rows = Rows(inputs=whole, targets=y, index=np.arange(200), total=200, whole=whole)
    given = {TrainingSample: rows, Namespace: {}}
    late, early = Readings(), Readings()
    late.take(Moment.CELL_ENDED, {**given, DataTime: DataTime(time.perf_counter() - 1)})
    early.take(Moment.CELL_ENDED, {**given, DataTime: DataTime(time.perf_counter() + 60)})
    assert early.get(Contradicted) is not None
    assert late.get(Contradicted) is None
    assert "--data-budget" in late.missing[Contradicted].reason


def test_a_fault_is_a_line_and_a_reason() -> None:
    readings = Readings()
    readings.attempt("the weights", broken, Weights)
    (fault,) = readings.faults
    assert (fault.part, fault.message) == ("the weights", "ValueError: no weights")
    assert readings.missing[Weights] == not_measured("the weights could not be examined")


def test_the_same_fault_is_told_once() -> None:
    readings = Readings()
    for _ in range(3):
        readings.attempt("the weights", broken, Weights)
    readings.attempt("the head", broken, Head)
    assert [fault.part for fault in readings.faults] == ["the weights", "the head"]


def test_what_was_taken_stays_when_it_cannot_be_taken_again() -> None:
    readings = Readings()
    readings.add(NO_WEIGHTS)
    readings.attempt("the weights", broken, Weights)
    readings.lack([Weights], not_measured("too late"))
    assert readings.get(Weights) == NO_WEIGHTS
    assert Weights not in readings.missing


def test_what_waits_for_a_moment_is_known() -> None:
    readings = Readings()
    assert Weights in readings.waiting(Moment.FIRST_STEP)
    assert Weights not in readings.waiting(Moment.CELL_ENDED)
    readings.lack([Weights], not_measured("no step"))
    assert Weights not in readings.waiting(Moment.FIRST_STEP)


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
    readings.take(Moment.BATCHES, {Rows: rows})
    assert readings.faults == []
    assert {Inputs, Labels} <= readings.taken.keys()


def test_filters_of_the_user_are_given_back() -> None:
    before = list(warnings.filters)
    Readings().attempt("a part", lambda: warnings.warn("ours", UserWarning, stacklevel=1))
    assert warnings.filters == before
