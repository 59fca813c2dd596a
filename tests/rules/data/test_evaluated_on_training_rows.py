from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.evaluated_rows import EvaluatedRows
from nbdoctor.rules.data.evaluated_on_training_rows import evaluated_on_training_rows
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

SEEN = EvaluatedRows(
    line=9,
    text="x_test",
    is_called_test=True,
    rows=200,
    trained=200,
    training_rows=1000,
    distinct=1.0,
)


def test_fires() -> None:
    (finding,) = evaluated_on_training_rows(SEEN)
    assert "200 (100 %) are training rows" in finding.says
    assert finding.where.line == 9


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(replace(SEEN, trained=0), id="new rows"),
        pytest.param(replace(SEEN, trained=20), id="some copies"),
    ],
)
def test_stays_silent(rows: EvaluatedRows) -> None:
    assert not list(evaluated_on_training_rows(rows))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(replace(SEEN, is_called_test=False), id="training rows by name"),
        pytest.param(replace(SEEN, rows=10, trained=10), id="few rows"),
        pytest.param(replace(SEEN, distinct=0.2), id="rows that repeat themselves"),
    ],
)
def test_does_not_apply(rows: EvaluatedRows) -> None:
    with pytest.raises(DoesNotApplyError):
        list(evaluated_on_training_rows(rows))


def test_treatment() -> None:
    (finding,) = evaluated_on_training_rows(SEEN)
    (advice,) = evaluated_on_training_rows.treatments(finding, Cell(""))
    assert "train_test_split" in advice.text


CELL = """
model = build()
x_test, y_test = x[8:], y[8:]
model.fit({trained}, epochs=1, verbose=0)
score = model.evaluate({tested}, verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    name = "evaluated-on-training-rows"
    sick = CELL.format(trained="x, y", tested="x_test, y_test")
    assert name in rules_of(sick, "--no-trials")
    named = CELL.format(trained="x, y", tested="x, y")
    assert name not in rules_of(named, "--no-trials")
    split = CELL.format(trained="x[:8], y[:8]", tested="x_test, y_test")
    assert name not in rules_of(split, "--no-trials")
