import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.written_numbers import (
    DECIMALS,
    SEPARATED,
    WITH_UNIT,
    WrittenColumn,
    WrittenNumbers,
)
from nbdoctor.rules.data.values_lost_in_cast import values_lost_in_cast
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

WIDTH = WrittenColumn(table="frame", column="width", rows=400, lost=0.6, forms=(DECIMALS,))
LOST = WrittenNumbers(columns=(WIDTH,), coerced=True)
CELL = 'frame = pd.read_csv("a.csv")\nx = frame.apply(pd.to_numeric, errors="coerce")\n'


def test_fires() -> None:
    (finding,) = values_lost_in_cast(LOST)
    assert finding.title == "Numbers in `width` are written as text and get lost"
    assert "60 % of 400 values of `width` in `frame`" in finding.says
    assert "become NaN" in finding.says


def test_stays_silent_where_hardly_any_are_lost() -> None:
    with pytest.raises(DoesNotApplyError):
        list(values_lost_in_cast(WrittenNumbers(columns=(replace(WIDTH, lost=0.02),))))


@pytest.mark.parametrize(
    ("forms", "kept"),
    [
        ((DECIMALS,), "3.5 12"),
        ((WITH_UNIT,), "3.5 12"),
        ((SEPARATED,), "35 12"),
    ],
)
def test_treatment(forms: tuple[str, ...], kept: str) -> None:
    import pandas as pd

    (finding,) = values_lost_in_cast(replace(LOST, columns=(replace(WIDTH, forms=forms),)))
    (treated,) = values_lost_in_cast.treatments(finding, Cell(CELL))
    assert treated.patched
    ast.parse(treated.patched)
    added = treated.patched.splitlines()[1]
    unit = " mm" if WITH_UNIT in forms else ""
    names = {"frame": pd.DataFrame({"width": [f"3,5{unit}", 12]}, dtype=object), "pd": pd}
    exec(added, names)  # noqa: S102  (our own text)
    assert names["frame"]["width"].astype(float).tolist() == [float(one) for one in kept.split()]


def test_treatment_of_both_meanings_of_a_comma_is_advice() -> None:
    both = replace(WIDTH, forms=(DECIMALS, SEPARATED))
    (finding,) = values_lost_in_cast(replace(LOST, columns=(both,)))
    (advice,) = values_lost_in_cast.treatments(finding, Cell(CELL))
    assert advice.patched is None


@pytest.mark.keras
@pytest.mark.parametrize("comma", [True, False])
def test_on_a_real_model(comma: bool) -> None:
    found = rules_of(f"""import pandas as pd
rng = np.random.default_rng(4)
frame = pd.DataFrame(rng.normal(size=(300, 3)).round(2), columns=["a", "b", "c"])
y = (frame["a"] > 0).to_numpy("float32")
if {comma}:
    frame["a"] = frame["a"].map("{{:.2f}}".format).str.replace(".", ",")
numbers = frame.apply(pd.to_numeric, errors="coerce").fillna(0)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(numbers.to_numpy("float32"), y, verbose=0)
""")
    assert ("values-lost-in-cast" in found) is comma
