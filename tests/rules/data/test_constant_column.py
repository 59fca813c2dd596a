from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.standing_columns import StandingColumn, StandingColumns
from nbdoctor.rules.data.constant_column import constant_column
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

WEIGHT = StandingColumn(name="weight", table="frame", value=71.45, measured=True)
YEAR = StandingColumn(name="year", table="frame", value=2019.0, measured=False)
STILL = StandingColumns(columns=(YEAR, WEIGHT), of=6, rows=400)


def test_fires() -> None:
    (finding,) = constant_column(STILL, None)
    assert finding.title == "`weight` has one value in every row"
    assert "In all 400 rows `weight` of `frame` is 71.45. 2 of 6 columns" in finding.says
    assert finding.severity == "warning"


def test_whole_numbers_are_a_note() -> None:
    (finding,) = constant_column(replace(STILL, columns=(YEAR,)), None)
    assert finding.severity == "note"


def test_stays_silent() -> None:
    assert not list(constant_column(replace(STILL, columns=()), None))
    with pytest.raises(DoesNotApplyError):
        list(constant_column(STILL, Attained(kind="classes", score=0.95)))


def test_treatment() -> None:
    (finding,) = constant_column(STILL, None)
    (advice,) = constant_column.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "`weight`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("still", [True, False])
def test_on_a_real_model(still: bool) -> None:
    found = rules_of(f"""import pandas as pd
rng = np.random.default_rng(4)
frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=["a", "b", "c"])
y = (frame["a"] + frame["b"] > 0).to_numpy("float32")
if {still}:
    frame["b"] = 1.25
x = ((frame - frame.mean()) / frame.std().replace(0, 1)).to_numpy("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("constant-column" in found) is still
