from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.steps_in_rows import StepsInRows
from nbdoctor.rules.pipeline.steps_counted_in_rows import steps_counted_in_rows
from tests.rules.ran import rules_of

LENGTH = StepsInRows(
    argument="steps_per_epoch", steps=1000, batch=32, rows_of="x", written="len(x)"
)


def test_fires() -> None:
    (finding,) = steps_counted_in_rows(LENGTH)
    assert "asks for 32,000 rows. Once through the data is 32 steps" in finding.says
    assert finding.severity == "warning"
    (number,) = steps_counted_in_rows(replace(LENGTH, written="1000"))
    assert number.severity == "note"


def test_treatment() -> None:
    (finding,) = steps_counted_in_rows(LENGTH)
    before = "model.fit(batches(x), steps_per_epoch=len(x), epochs=3)\n"
    (treated,) = steps_counted_in_rows.treatments(finding, Cell(before))
    assert treated.patched == before.replace("len(x)", "32")


REPEATED = """
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4).repeat()
build().fit(data, steps_per_epoch={steps}, epochs=1, verbose=0)
"""
GENERATOR = """
def batches():
    while True:
        for start in range(0, len(x), 8):
            yield x[start:start + 8], y[start:start + 8]

build().fit(batches(), steps_per_epoch={steps}, epochs=1, verbose=0)
"""


ARRAYS = "build().fit(x, y, batch_size=4, steps_per_epoch={steps}, epochs=1, verbose=0)"


@pytest.mark.keras
@pytest.mark.parametrize("cell", [REPEATED, GENERATOR, ARRAYS])
def test_on_real_cells(cell: str) -> None:
    assert "steps-counted-in-rows" in rules_of(cell.format(steps="len(x)"), "--no-trials")


@pytest.mark.keras
@pytest.mark.parametrize("cell", [REPEATED, GENERATOR, ARRAYS])
def test_stays_silent(cell: str) -> None:
    assert "steps-counted-in-rows" not in rules_of(cell.format(steps="len(x) // 4"), "--no-trials")
