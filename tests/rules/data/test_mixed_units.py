from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.mixed_units import MixedUnits
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


def test_does_not_apply_to_what_is_explained() -> None:
    with pytest.raises(DoesNotApplyError):
        list(mixed_units(MixedUnits(rows=900, explained=0.97)))


def test_treatment() -> None:
    (finding,) = mixed_units(FAHRENHEIT)
    (advice,) = mixed_units.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "`heat`" in advice.text


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
