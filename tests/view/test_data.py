from nbdoctor.readings.census import Census
from nbdoctor.readings.column_values import ColumnCensus
from nbdoctor.readings.drift import Drift
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.shifted_rows import ShiftedRows
from nbdoctor.report import Report
from nbdoctor.view.blocks import Table, Text
from nbdoctor.view.tabs.data import data_blocks

CENSUS = Census(
    columns=(
        ColumnCensus(name="age", low=18, high=90, middle=(30, 60)),
        ColumnCensus(name="lactate", codes=((-999.0, 0.3),), low=0.2, high=4.5, middle=(1, 3)),
        ColumnCensus(name="dose", place=-1, low=0, high=9, middle=(2, 4), outlying=2),
    )
)


def test_columns_that_stand_out_come_first() -> None:
    (table,) = data_blocks(Report(headline="", verdict="healthy", readings={"Census": CENSUS}))
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["lactate", "dose (target)", "age"]
    assert table.rows[0][-1] == "-999 in 30 %"
    assert table.rows[1][-1] == "2 far values"


def test_other_forms_and_parts() -> None:
    readings = {
        "Drift": Drift(training_rows=300, rows=200, area=0.98, by_chance=0.56),
        "OtherForms": OtherForms(
            training=0.9, validation=0.1, rows=200, inputs={"values are inverted": 0.89}
        ),
        "ShiftedRows": ShiftedRows(rows=300, scores={0: 0.9, 1: 0.0, -2: 0.1}),
    }
    text, forms, shifted = data_blocks(Report(headline="", verdict="healthy", readings=readings))
    assert isinstance(text, Text)
    assert "0.98" in text.text
    assert isinstance(forms, Table)
    assert forms.rows[-1] == ("validation, if values are inverted", "0.89")
    assert isinstance(shifted, Table)
    assert [row[0] for row in shifted.rows] == ["2 rows above", "the row itself", "1 row below"]


def test_nothing_is_told_that_was_not_measured() -> None:
    assert list(data_blocks(Report(headline="", verdict="healthy"))) == []
