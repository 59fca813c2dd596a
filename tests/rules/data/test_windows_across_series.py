from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.windows_across import WindowsAcross
from nbdoctor.rules.data.windows_across_series import windows_across_series
from tests.rules.ran import rules_of

ACROSS = WindowsAcross(
    windows=172, crossing=14, steps=8, table="frame", series="turbine", cut_from="power", borders=2,
    jump=10.0, usual=0.26,
)  # fmt: skip


def test_fires() -> None:
    (finding,) = windows_across_series(ACROSS)
    assert finding.says.startswith("14 of 172 windows of `power` (8.1 %) begin in one `turbine`")
    assert finding.severity is None or finding.severity == "warning"
    (few,) = windows_across_series(replace(ACROSS, windows=1720))
    assert few.severity == "note"


def test_stays_silent() -> None:
    assert not list(windows_across_series(replace(ACROSS, jump=0.5)))


def test_treatment() -> None:
    (finding,) = windows_across_series(ACROSS)
    (advice,) = windows_across_series.treatments(finding, Cell(""))
    assert 'frame.groupby("turbine", sort=False)' in advice.text


CELL = """import pandas as pd
rng = np.random.default_rng(0)
frame = pd.DataFrame({{
    "power": np.concatenate([level + np.cumsum(rng.normal(0, 0.1, 60)) for level in (0, 9, -9)]),
    "{column}": np.repeat([1, 2, 3], 60),
}})
{more}
values = frame["power"].to_numpy("float32")
a = np.stack([values[at : at + 8] for at in range(len(values) - 8)])
b = values[8:]
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(a, b, epochs=1, verbose=0)
"""
MONTHS = 'frame["power"] = np.cumsum(rng.normal(0, 0.1, 180))'


@pytest.mark.keras
@pytest.mark.parametrize(
    ("column", "more", "fires"), [("turbine", "", True), ("month", MONTHS, False)]
)
def test_on_a_real_model(column: str, more: str, fires: bool) -> None:
    found = rules_of(CELL.format(column=column, more=more), "--no-trials --data-budget 60")
    assert ("windows-across-series" in found) is fires
