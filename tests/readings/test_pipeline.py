import itertools

import pytest

from nbdoctor.readings.fit import Fit
from nbdoctor.readings.pipeline import read_pipeline

FIT = Fit(data_kind="arrays", steps_per_epoch=5, steps_planned=50, epochs=10)


def starts_of(*seconds: float) -> list[float]:
    return [100.0, *itertools.accumulate(seconds, initial=100.0)][1:]


def test_the_step_is_the_median_after_the_warm_up() -> None:
    starts = starts_of(9.0, 5.0, 1.0, 3.0)
    pipeline = read_pipeline(FIT, first_fetch=0.2, first_step=8.0, starts=starts)
    assert pipeline.step == 2.0
    assert pipeline.steps_timed == 2
    assert (pipeline.first_fetch, pipeline.first_step) == (0.2, 8.0)
    assert pipeline.epoch == 10.0
    assert pipeline.remaining == 2.0 * (50 - 5)


def test_the_end_of_an_epoch_does_not_count() -> None:
    starts = starts_of(9.0, 5.0, 1.0, 1.0, 60.0, 1.0)
    pipeline = read_pipeline(FIT, first_fetch=0.2, starts=starts)
    assert (pipeline.step, pipeline.steps_timed) == (1.0, 3)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_too_few_steps_tell_no_time(number: int) -> None:
    pipeline = read_pipeline(FIT, first_fetch=0.2, starts=starts_of(1.0, 1.0)[:number])
    assert pipeline.step is None
    assert pipeline.epoch is None
    assert pipeline.remaining is None
    assert pipeline.steps_timed == 0


def test_an_unknown_length_is_said() -> None:
    fit = Fit(data_kind="generator", epochs=3)
    pipeline = read_pipeline(
        fit, first_fetch=0.1, starts=starts_of(9.0, 5.0, 1.0), progress_bar=False
    )
    assert pipeline.unknown_length
    assert pipeline.step == 1.0
    assert pipeline.epoch is None
    assert pipeline.remaining is None
    assert not pipeline.progress_bar
    assert not read_pipeline(FIT, first_fetch=0.1).unknown_length
