from typing import Any

import numpy as np
import pytest

from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.given import Batches, Namespace
from nbdoctor.readings.source import Source
from nbdoctor.readings.stages import Stages
from nbdoctor.readings.steps_in_rows import StepsInRows, steps_in_rows_of_fit

ROWS = Stage(kind="TensorSlice", options={"rows": 400})
BATCHED = Stage(kind="Batch", options={"batch_size": 8}, inputs=(ROWS,))
REPEATED = Stages(training=Stage(kind="Repeat", options={"count": -1}, inputs=(BATCHED,)))
CELL = Cell("model.fit(batches(x), steps_per_epoch=len(x))\n")


def found(
    steps: int, stages: Stages | None = None, batch: int | None = None, **more: Any
) -> StepsInRows | None:
    arguments = {"x": None, "steps_per_epoch": steps, **more}
    passed = None if batch is None else Batches([(np.zeros((batch, 3)), np.zeros(batch))])
    call = FitCall(of=lambda: None, arguments=arguments)
    source = Source(reaches_fit=("x", "batches"))
    namespace = Namespace({"x": np.zeros((400, 3)), "batches": len})
    fit = Fit(data_kind="other")
    return steps_in_rows_of_fit(call, fit, CELL, namespace, source, stages, passed)


def test_rows_of_a_dataset() -> None:
    known = found(400, REPEATED)
    assert known == StepsInRows(
        argument="steps_per_epoch", steps=400, batch=8, rows_of="x", written="len(x)"
    )
    assert known.is_length
    assert found(50, REPEATED) is None


@pytest.mark.keras
def test_rows_of_the_variables_that_batches_are_made_from() -> None:
    known = found(400, None, 16)
    assert known is not None
    assert (known.rows_of, known.batch) == ("x", 16)
    assert found(400, None, 1) is None
    assert found(399, None, 16) is None


def test_steps_of_the_validation() -> None:
    stages = Stages(training=REPEATED.training, validation=REPEATED.training)
    known = found(50, stages, validation_steps=400)
    assert known is not None
    assert (known.argument, known.rows_of, known.written) == ("validation_steps", "the dataset", "")
    assert not known.is_length


@pytest.mark.parametrize("text", ["len(x) // 32", "400", "int(np.ceil(x.shape[0] / 32))"])
def test_what_is_written(text: str) -> None:
    one = StepsInRows(argument="steps_per_epoch", steps=400, batch=8, rows_of="x", written=text)
    assert not one.is_length
