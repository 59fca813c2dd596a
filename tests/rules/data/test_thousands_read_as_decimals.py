from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.lost_thousands import LostThousands, SplitColumn
from nbdoctor.rules.data.thousands_read_as_decimals import thousands_read_as_decimals
from tests.rules.ran import rules_of

INCOME = SplitColumn(
    column="income", rows=500, share=0.45, low=1.002, high=7.4, largest_whole=999.0, table="train",
    tables=("train", "valid"), other="rent", as_given=-0.4, mended=0.9,
)  # fmt: skip


def test_fires() -> None:
    (finding,) = thousands_read_as_decimals(LostThousands(columns=(INCOME,)))
    assert finding.title == "`income` seems to have lost its thousands"
    assert "correlation with `rent` is 0.9, and -0.4 as given" in finding.says


def test_stays_silent_where_nothing_is_related() -> None:
    column = replace(INCOME, as_given=0.05, mended=0.06)
    assert not list(thousands_read_as_decimals(LostThousands(columns=(column,))))
    assert not list(thousands_read_as_decimals(LostThousands(columns=())))


def test_treatment() -> None:
    (finding,) = thousands_read_as_decimals(LostThousands(columns=(INCOME,)))
    cell = Cell("train = table[:2]\nvalid = table[2:]\n")
    (treated,) = thousands_read_as_decimals.treatments(finding, cell)
    names: dict[str, Any] = {"table": pd.DataFrame({"income": [980.0, 1.25, 7.004, 12.0]})}
    exec(treated.patched or "", names)  # noqa: S102  (the text above)
    assert names["train"]["income"].tolist() == [980, 1250]
    assert names["valid"]["income"].tolist() == pytest.approx([7004, 12])
    (advice,) = thousands_read_as_decimals.treatments(finding, Cell("model.fit(x, y)\n"))
    assert advice.patched is None


@pytest.mark.keras
@pytest.mark.parametrize("dots", [True, False])
def test_on_a_real_model(dots: bool) -> None:
    found = rules_of(f"""import pandas as pd
rng = np.random.default_rng(6)
income = np.round(np.exp(rng.normal(7, 0.6, 400)))
target = np.log(income) + 0.1 * rng.normal(size=400)
table = pd.DataFrame(dict(size=rng.normal(size=400).round(2), income=income))
if {dots}:
    table["income"] = table["income"].where(income < 1000, income / 1000)
x = ((table - table.mean()) / table.std()).to_numpy("float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, target.astype("float32"), verbose=0)
""")
    assert ("thousands-read-as-decimals" in found) is dots
