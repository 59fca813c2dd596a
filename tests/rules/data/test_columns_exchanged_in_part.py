from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.exchanged_columns import ExchangedColumns
from nbdoctor.rules.data.columns_exchanged_in_part import columns_exchanged_in_part
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

PLACES = ExchangedColumns(
    rows=900, explained=0.4, in_order=0.98, by_chance=0.6, one="latitude", other="longitude",
    table="quakes", clear=800, rarer=280, first=(3, 8),
)  # fmt: skip


def test_fires() -> None:
    (finding,) = columns_exchanged_in_part(PLACES)
    assert finding.title == "`latitude` and `longitude` seem to be exchanged in some rows"
    assert "0.4 of the targets' variance as they are, and 0.98" in finding.says


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(replace(PLACES, in_order=0.8), id="much is left"),
        pytest.param(replace(PLACES, by_chance=0.97), id="chance explains as much"),
        pytest.param(replace(PLACES, by_size=0.99), id="the larger value matters"),
        pytest.param(replace(PLACES, by_product=0.97), id="both matter together"),
        pytest.param(replace(PLACES, explained=0.97), id="explained as given"),
        pytest.param(replace(PLACES, rarer=9), id="a few rows"),
    ],
)
def test_stays_silent(found: ExchangedColumns) -> None:
    assert not list(columns_exchanged_in_part(found))


def test_does_not_apply_where_no_pair_was_tried() -> None:
    with pytest.raises(DoesNotApplyError):
        list(columns_exchanged_in_part(ExchangedColumns(rows=900, explained=0.97)))


def test_treatment() -> None:
    (finding,) = columns_exchanged_in_part(PLACES)
    (advice,) = columns_exchanged_in_part.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("share", [0.35, 0])
def test_on_a_real_model(share: float) -> None:
    found = rules_of(f"""rng = np.random.default_rng(6)
raw = rng.uniform(size=(500, 2)) * 40 + [5, 10]
target = 12 * np.sin(raw[:, 0] / 7) + 0.5 * raw[:, 1] + rng.normal(size=500)
odd = rng.random(500) < {share}
raw[odd] = raw[odd, ::-1]
x = ((raw - raw.mean(0)) / raw.std(0)).astype("float32")
y = ((target - target.mean()) / target.std()).astype("float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, verbose=0)
""")
    assert ("columns-exchanged-in-part" in found) is (share > 0)
