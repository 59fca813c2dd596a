from dataclasses import replace

import pytest

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import StepTimes
from nbdoctor.readings.pipeline import Pipeline, apart
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.pipeline.slow_input_pipeline import slow_input_pipeline
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

FIT = Fit(data_kind="tf.data", epochs=5, steps_per_epoch=100)
SLOW = Pipeline(first_fetch=0.1, fetch=0.08, compute=0.004)
MAPPED = Stages(training=Stage(kind="Map", function="read"))


def test_fires() -> None:
    (finding,) = slow_input_pipeline(SLOW, FIT, MAPPED)
    assert "80 ms to come" in finding.says
    assert "95 %" in finding.says
    assert "`read`" in finding.says
    assert "no `prefetch`" in finding.says
    assert finding.severity == "note"


@pytest.mark.parametrize(
    ("pipeline", "fit"),
    [
        pytest.param(replace(SLOW, fetch=0.008), FIT, id="not much longer than the step"),
        pytest.param(SLOW, replace(FIT, steps_per_epoch=3), id="a short epoch"),
    ],
)
def test_stays_silent(pipeline: Pipeline, fit: Fit) -> None:
    assert not list(slow_input_pipeline(pipeline, fit, None))


def test_does_not_apply_to_rows_in_memory() -> None:
    with pytest.raises(DoesNotApplyError):
        list(slow_input_pipeline(Pipeline(first_fetch=0.1), FIT, None))


def test_treatment() -> None:
    (finding,) = slow_input_pipeline(SLOW, FIT, MAPPED)
    (advice,) = slow_input_pipeline.treatments(finding, Cell(""))
    assert "prefetch" in advice.text
    (finding,) = slow_input_pipeline(SLOW, FIT, None)
    (advice,) = slow_input_pipeline.treatments(finding, Cell(""))
    assert "PyDataset" in advice.text


def test_batch_and_step_are_timed_apart() -> None:
    times = StepTimes(starts=[0, 10, 20, 30, 40, 50], ends=[9, 11, 21, 31, 41, 51])
    assert apart([9.0, 2.0, 2.0, 2.0, 3.0], times) == (2.0, 1.0)
    assert apart([9.0, 2.0], times) == (None, None)


CELL = """
import time

class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 40

    def __getitem__(self, i):
        time.sleep({seconds})
        return x[:4] + i, y[:4]

build().fit(Rows(), epochs=1, verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    assert "slow-input-pipeline" in rules_of(CELL.format(seconds=0.2), "--no-trials")
    assert "slow-input-pipeline" not in rules_of(CELL.format(seconds=0.0), "--no-trials")
