from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.mixed_units import MixedUnits
from nbdoctor.readings.units_apart import ColumnApart, UnitsApart
from nbdoctor.rules.data.mixed_units import mixed_units
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

FAHRENHEIT = MixedUnits(
    rows=900, explained=0.55, merged=0.99, by_chance=0.85, column="heat", place=0, table="frame",
    units="degrees Celsius and Fahrenheit", factor=1.8, offset=32.0, share=0.48,
)  # fmt: skip


def test_fires() -> None:
    (finding,) = mixed_units(FAHRENHEIT)
    assert finding.title == "`heat` seems to be in two units (degrees Celsius and Fahrenheit)"
    assert "0.99 if in 48 % of 900 rows the value less 32 is divided by 1.8" in finding.says


def test_fires_where_little_is_left_of_what_was() -> None:
    (finding,) = mixed_units(replace(FAHRENHEIT, explained=0.91, merged=0.982, by_chance=0.975))
    assert "`heat`" in finding.title


@pytest.mark.parametrize(
    "units",
    [
        pytest.param(replace(FAHRENHEIT, merged=0.92), id="much is left"),
        pytest.param(replace(FAHRENHEIT, by_chance=0.989), id="others fit as well"),
        pytest.param(replace(FAHRENHEIT, share=0.01), id="a few rows"),
    ],
)
def test_stays_silent(units: MixedUnits) -> None:
    assert not list(mixed_units(units))


APART = ColumnApart(
    column="age", rows=400, units="kilograms and pounds", factor=2.204623, offset=0.0, cut=32.5,
    share=0.3, unlike=0.6, between=0.2, told=1.5, other="weight", as_given=0.2, merged=0.5,
    errors=4.5, table="frame",
)  # fmt: skip


def test_fires_where_the_units_lie_apart() -> None:
    (finding,) = mixed_units(None, UnitsApart(columns=(replace(APART, told=9.0), APART)))
    assert finding.title == "`age` seems to be in two units (kilograms and pounds)"
    assert "30 % of 400 values lie above 32.5. These, divided by 2.205" in finding.says
    assert "correlation with `weight` is 0.2 as given and 0.5" in finding.says
    (first,) = mixed_units(FAHRENHEIT, UnitsApart(columns=(APART,)))
    assert "`age`" in first.title


@pytest.mark.parametrize(
    "apart",
    [
        pytest.param(replace(APART, told=4.5), id="two kinds of rows"),
        pytest.param(replace(APART, merged=0.25), id="the relation does not gain"),
        pytest.param(replace(APART, rows=60, as_given=0.3), id="a relation by chance"),
        pytest.param(replace(APART, errors=-2.0), id="it points the other way"),
        pytest.param(replace(APART, errors=3.0, between=0.8), id="one range, weakly related"),
        pytest.param(replace(APART, between=0.8, as_given=0.4), id="one range, little gain"),
        pytest.param(replace(APART, unlike=3.5), id="other distributions"),
    ],
)
def test_stays_silent_where_the_parts_are_no_units(apart: ColumnApart) -> None:
    assert not list(mixed_units(None, UnitsApart(columns=(apart,))))


def test_does_not_apply_without_a_table() -> None:
    with pytest.raises(DoesNotApplyError):
        list(mixed_units(None))


def test_does_not_apply_to_what_is_explained() -> None:
    with pytest.raises(DoesNotApplyError):
        list(mixed_units(MixedUnits(rows=900, explained=0.97)))


def test_treatment() -> None:
    (finding,) = mixed_units(FAHRENHEIT)
    (advice,) = mixed_units.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "`heat`" in advice.text
    assert advice.patched is None


def test_treatment_converts_what_lies_above_the_cut() -> None:
    table = pd.DataFrame({"age": [20.0, 30.0, 44.09246, 66.13869]})
    apart = replace(APART, table="frame", tables=("frame", "held"))
    (finding,) = mixed_units(None, UnitsApart(columns=(apart,)))
    cell = Cell("frame = table[:3]\nheld = table[3:]\n")
    (treated,) = mixed_units.treatments(finding, cell)
    names: dict[str, Any] = {"table": table}
    exec(treated.patched or "", names)  # noqa: S102  (the text above)
    assert names["frame"]["age"].tolist() == pytest.approx([20, 30, 20])
    assert names["held"]["age"].tolist() == pytest.approx([30])


@pytest.mark.keras
@pytest.mark.parametrize("pounds", [True, False])
def test_on_a_real_model(pounds: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(6)
raw = rng.normal(size=(400, 3)) * [12, 9, 3] + [75, 170, 40]
target = 2 * raw[:, 0] + 0.5 * raw[:, 1] - raw[:, 2] + rng.normal(size=400)
if {pounds}:
    raw[rng.random(400) < 0.4, 0] *= 2.204623
x = ((raw - raw.mean(0)) / raw.std(0)).astype("float32")
y = ((target - target.mean()) / target.std()).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
""")
    assert ("mixed-units" in found) is pounds


@pytest.mark.keras
@pytest.mark.parametrize("factor", [1000, 1])
def test_on_a_real_model_of_classes(factor: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(6)
raw = rng.normal(size=(400, 3)) * [12, 9, 3] + [75, 170, 40]
y = (raw[:, 0] + 10 * rng.normal(size=400) > 75).astype(int)
raw[rng.random(400) < 0.3, 0] *= {factor}
x = ((raw - raw.mean(0)) / raw.std(0)).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("mixed-units" in found) is (factor > 1)
