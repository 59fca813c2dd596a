from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.census import Census
from nbdoctor.readings.column_values import ColumnCensus
from nbdoctor.rules.data.outlying_values import outlying_values
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

FAR = ColumnCensus(name="mass", rows=1000, outlying=2, farthest=8.1e7, middle=(60.0, 80.0))


def test_fires() -> None:
    (finding,) = outlying_values(Census(columns=(FAR,)), None)
    assert "2 of 1,000 rows have a value of `mass` as extreme as 8.1e7" in finding.says


def test_stays_silent_without_any() -> None:
    column = ColumnCensus(name="mass", rows=1000, middle=(60.0, 80.0))
    assert not list(outlying_values(Census(columns=(column,)), None))


def test_stays_silent_where_the_model_has_learned() -> None:
    with pytest.raises(DoesNotApplyError):
        list(outlying_values(Census(columns=(FAR,)), Attained(kind="classes", score=0.95)))


def test_treatment() -> None:
    (finding,) = outlying_values(Census(columns=(FAR,)), None)
    (advice,) = outlying_values.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("judgement", None)
    assert "`mass`" in advice.text


def test_treatment_puts_the_median() -> None:
    table = pd.DataFrame({"mass": [*np.linspace(60, 90, 60), 8e7]})
    (finding,) = outlying_values(Census(columns=(replace(FAR, table="people"),)), None)
    (treated,) = outlying_values.treatments(finding, Cell("people = table\nfit(people)\n"))
    names: dict[str, Any] = {"table": table, "fit": len}
    exec(treated.patched or "", names)  # noqa: S102  (the text above)
    assert names["people"]["mass"].max() == 90
    assert table["mass"].max() == 8e7


@pytest.mark.keras
@pytest.mark.parametrize("slip", [True, False])
def test_on_a_real_model(slip: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(4)
x = np.exp(rng.normal(size=(400, 3)))
if {slip}:
    x[7, 1] = 4e6
x = ((x - x.mean(0)) / x.std(0)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("outlying-values" in found) is slip
