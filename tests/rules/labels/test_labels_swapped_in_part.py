from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.exchanged import ExchangedPair, ExchangedTargets
from nbdoctor.rules.labels.labels_swapped_in_part import labels_swapped_in_part
from tests.rules.ran import rules_of

EYES = ExchangedPair(one="left", other="right", share=0.48, as_given=0.17, in_order=0.97, first=3)


def test_fires() -> None:
    (finding,) = labels_swapped_in_part(ExchangedTargets(rows=800, pairs=(EYES,)))
    assert finding.title == "`left` and `right` are exchanged in some rows"
    assert "In 48 % of 800 rows (the first is row 3)" in finding.says
    assert "0.97 with these rows exchanged" in finding.says


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(replace(EYES, in_order=0.3), id="little gained"),
        pytest.param(replace(EYES, as_given=0.5, in_order=0.75), id="much is left"),
        pytest.param(replace(EYES, share=0.004), id="a few rows"),
    ],
)
def test_stays_silent(pair: ExchangedPair) -> None:
    assert not list(labels_swapped_in_part(ExchangedTargets(rows=800, pairs=(pair,))))


def test_treatment() -> None:
    (finding,) = labels_swapped_in_part(ExchangedTargets(rows=800, pairs=(EYES,)))
    (advice,) = labels_swapped_in_part.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("part", [0.1, 0.0])
def test_on_a_real_model(part: float) -> None:
    found = rules_of(f"""rng = np.random.default_rng(12)
x = rng.normal(size=(300, 4)).astype("float32")
begin = (x[:, :1] + 20).astype("float32")
end = begin + np.exp(0.3 * x[:, 1:2]) + 3
other = rng.random((300, 1)) < {part}
begin, end = np.where(other, end, begin), np.where(other, begin, end)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
model.compile("sgd", "mse")
y = np.concatenate([begin, begin * 2, end, end * 2], axis=1).astype("float32")
model.fit(x, y, verbose=0)
""")
    assert ("labels-swapped-in-part" in found) is (part > 0)
