import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.unused_rows import UnusedRows
from nbdoctor.rules.pipeline.unused_rows import unused_rows
from tests.rules.ran import rules_of

FEW = UnusedRows(held=6000, used=96, by="take", line=4)
GAP = Attained(kind="classes", score=0.2, ceiling=0.9, rows=300, counted=300)
CLOSE = Attained(kind="classes", score=0.9, ceiling=0.9, rows=300, counted=300)


@pytest.mark.parametrize(
    ("attained", "severity"),
    [
        pytest.param(None, "note", id="no score"),
        pytest.param(CLOSE, "note", id="no harm"),
        pytest.param(GAP, "warning", id="a gap"),
    ],
)
def test_fires(attained: Attained | None, severity: str) -> None:
    (finding,) = unused_rows(FEW, attained)
    assert finding.severity == severity
    assert "96 of the 6,000 rows" in finding.says


def test_fires_for_a_sequence() -> None:
    (finding,) = unused_rows(UnusedRows(held=600, used=96, by="length", source="x"), GAP)
    assert "`x`" in finding.says
    assert "`__len__`" in finding.says


def test_stays_silent() -> None:
    assert not list(unused_rows(UnusedRows(held=6000, used=4000, by="take"), GAP))


def test_treatment() -> None:
    (finding,) = unused_rows(FEW, None)
    (advice,) = unused_rows.treatments(finding, Cell(""))
    assert "`take`" in advice.text


TAKE = """
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
build().fit(data{take}, epochs=2, verbose=0{more})
"""
ROWS = """
class Rows(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return {batches}

    def __getitem__(self, i):
        return self.x[i * 4:(i + 1) * 4], self.y[i * 4:(i + 1) * 4]

build().fit(Rows(), epochs=1, verbose=0)
"""


@pytest.mark.keras
def test_on_real_cells() -> None:
    assert "unused-rows" in rules_of(TAKE.format(take=".take(2)", more=""))
    assert "unused-rows" not in rules_of(TAKE.format(take="", more=""))
    rest = ", validation_data=data.skip(2)"
    assert "unused-rows" not in rules_of(TAKE.format(take=".take(2)", more=rest))
    assert "unused-rows" in rules_of(ROWS.format(batches=2), "--no-trials")
    assert "unused-rows" not in rules_of(ROWS.format(batches=8), "--no-trials")
