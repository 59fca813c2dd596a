from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.casts import Casts, Merged
from nbdoctor.rules.data.ids_lost_in_float import ids_lost_in_float
from tests.rules.ran import rules_of

IDS = Merged(column="customer", table="frame", rows=500, before=500, after=3, largest=3e9)


def test_fires() -> None:
    (finding,) = ids_lost_in_float(Casts(merged=(IDS,)))
    assert "`customer` of `frame` has 500 different values" in finding.says
    assert "3 are left" in finding.says


def test_stays_silent() -> None:
    assert not list(ids_lost_in_float(Casts()))
    assert not list(ids_lost_in_float(Casts(merged=(replace(IDS, after=490),))))


def test_treatment() -> None:
    (finding,) = ids_lost_in_float(Casts(merged=(IDS,)))
    (advice,) = ids_lost_in_float.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "`customer`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("first", [3_000_000_000, 0])
def test_on_a_real_model(first: int) -> None:
    found = rules_of(f"""import pandas as pd
rng = np.random.default_rng(4)
frame = pd.DataFrame({{"id": {first} + rng.permutation(300), "age": rng.integers(18, 90, 300)}})
y = (frame["age"] > 50).to_numpy("float32")
x = frame.to_numpy().astype("float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("ids-lost-in-float" in found) is (first > 0)
