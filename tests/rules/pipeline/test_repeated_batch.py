from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.repeated_batches import RepeatedBatches
from nbdoctor.rules.pipeline.repeated_batch import repeated_batch
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

SAME = RepeatedBatches(batches=8, rows=256, distinct=32, shared=1.0)


@pytest.mark.parametrize("repeats", [SAME, replace(SAME, distinct=39, shared=0.97)])
def test_fires(repeats: RepeatedBatches) -> None:
    (finding,) = repeated_batch(repeats)
    assert "have 256 rows, of which" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "repeats",
    [
        pytest.param(replace(SAME, distinct=256, shared=0.0), id="new rows"),
        pytest.param(replace(SAME, distinct=90, shared=0.3), id="a table of few different rows"),
        pytest.param(replace(SAME, distinct=200, shared=0.6), id="some rows twice"),
    ],
)
def test_stays_silent(repeats: RepeatedBatches) -> None:
    assert not list(repeated_batch(repeats))


def test_rows_that_are_all_alike_are_another_fault() -> None:
    with pytest.raises(DoesNotApplyError, match="rows of a batch are equal"):
        list(repeated_batch(replace(SAME, distinct=1, within=1 / 32)))


def test_treatment() -> None:
    (finding,) = repeated_batch(SAME)
    (offered,) = repeated_batch.treatments(finding, Cell("model.fit(data)\n"))
    assert (offered.effect, offered.patched) == ("advice", None)


CELL = """class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return {rows}
build().fit(Rows(), epochs=2, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("rows", "sick"),
    [
        ("x[:8], y[:8]", True),
        ("x[i:i + 8], y[i:i + 8]", True),
        ("x[8 * i:8 * i + 8], y[8 * i:8 * i + 8]", False),
    ],
)
def test_on_a_real_model(rows: str, sick: bool) -> None:
    assert ("repeated-batch" in rules_of(CELL.format(rows=rows), "--no-trials")) is sick
