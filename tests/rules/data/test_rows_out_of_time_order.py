import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.time_order import TimeColumn, TimeOrder
from nbdoctor.rules.data.rows_out_of_time_order import rows_out_of_time_order
from tests.rules.ran import rules_of

DATE = TimeColumn(
    table="gauge", column="date", series="level", rows=1461, backwards=364, as_text=True,
    smooth=-0.28, smooth_in_order=0.98, format="%d/%m/%Y",
)  # fmt: skip


def test_fires() -> None:
    (finding,) = rows_out_of_time_order(TimeOrder(columns=(DATE,), windows=1.0))
    assert finding.title == "The rows of `gauge` are not in the order of `date`"
    assert "364 of 1,461 rows" in finding.says
    assert "sorted by the text of the dates" in finding.says
    assert "-0.28, in the order of time 0.98" in finding.says


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(replace(DATE, backwards=0, smooth=0.98), id="in order"),
        pytest.param(replace(DATE, smooth=0.975), id="as smooth as they stand"),
        pytest.param(
            replace(DATE, smooth=0.01, smooth_in_order=0.05),
            id="nothing follows from the row above",
        ),
        pytest.param(replace(DATE, backwards=5, as_text=False), id="some rows of a late delivery"),
    ],
)
def test_stays_silent(column: TimeColumn) -> None:
    assert not list(rows_out_of_time_order(TimeOrder(columns=(column,), windows=1.0)))


def test_fires_where_rows_are_shuffled_within_a_week() -> None:
    near = replace(DATE, smooth=0.85, smooth_in_order=0.92, as_text=False)
    assert list(rows_out_of_time_order(TimeOrder(columns=(near,), windows=1.0)))


def test_fires_for_months_sorted_as_text() -> None:
    months = replace(DATE, rows=960, backwards=8, smooth=0.73, smooth_in_order=0.92)
    assert list(rows_out_of_time_order(TimeOrder(columns=(months,), windows=1.0)))


def test_treatment() -> None:
    (finding,) = rows_out_of_time_order(TimeOrder(columns=(DATE,), windows=1.0))
    cell = Cell("import pandas as pd\ngauge = load()\nmodel.fit(x, y)\n")
    (treated,) = rows_out_of_time_order.treatments(finding, cell)
    assert treated.patched is not None
    ast.parse(treated.patched)
    pd = pytest.importorskip("pandas")
    names = {"load": lambda: pd.DataFrame({"date": ["1/1/2021", "1/10/2020", "2/1/2020"]})}
    exec(treated.patched.removesuffix("model.fit(x, y)\n"), names)  # noqa: S102
    assert names["gauge"]["date"].tolist() == ["2/1/2020", "1/10/2020", "1/1/2021"]


@pytest.mark.keras
@pytest.mark.parametrize("in_order", [True, False])
def test_on_a_real_model(in_order: bool) -> None:
    found = rules_of(f"""import pandas as pd
hours = pd.date_range("2023-05-01", periods=300, freq="h").strftime("%m/%d/%Y %I:%M %p")
load = np.sin(np.arange(300) / 5)
frame = pd.DataFrame({{"hour": hours, "load": load, "site": 4}})
if not {in_order}:
    frame = frame.sort_values("hour")
series = frame["load"].to_numpy("float32")
x = np.stack([series[i:i + 8] for i in range(292)])
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, series[8:], verbose=0)
""")
    assert ("rows-out-of-time-order" in found) is (not in_order)
