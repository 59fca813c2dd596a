from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.time_order import TimeColumn, TimeOrder
from nbdoctor.rules.data.gaps_in_time import gaps_in_time
from tests.rules.ran import rules_of

HOURS = TimeColumn(
    table="gauge", column="hour", series="level", rows=2000, backwards=0, repeated=4, gaps=36
)


def order(one: TimeColumn) -> TimeOrder:
    return TimeOrder(columns=(one,), windows=1.0)


def test_fires() -> None:
    (finding,) = gaps_in_time(order(HOURS))
    assert finding.title == "The times in `hour` of `gauge` have gaps or are there twice"
    assert "36 follow on a gap" in finding.says
    assert "4 have the time of another row (2 % together)" in finding.says


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(replace(HOURS, gaps=0, repeated=0), id="even"),
        pytest.param(replace(HOURS, gaps=3, repeated=1), id="a few"),
        pytest.param(replace(HOURS, repeated=1500), id="several series"),
    ],
)
def test_stays_silent(one: TimeColumn) -> None:
    assert not list(gaps_in_time(order(one)))


def test_treatment() -> None:
    (finding,) = gaps_in_time(order(HOURS))
    (advice,) = gaps_in_time.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "`gauge`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("missing", [20, 0])
def test_on_a_real_model(missing: int) -> None:
    found = rules_of(f"""import pandas as pd
rng = np.random.default_rng(5)
days = pd.date_range("2020-01-01", periods=500, freq="D")
gauge = pd.DataFrame({{"day": days, "level": np.sin(np.arange(500) / 9)}})
gauge = gauge.drop(rng.permutation(500)[:{missing}])
level = gauge["level"].to_numpy("float32")
x = np.stack([level[at:at + 6] for at in range(len(level) - 6)])
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, level[6:], verbose=0)
""")
    assert ("gaps-in-time" in found) is (missing > 0)
