from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.casts import Casts, Wrapped
from nbdoctor.rules.data.integer_wraparound import integer_wraparound
from tests.rules.ran import rules_of

ROUND = Wrapped(source="bright", variable="x", kind="uint8", low=60.0, high=315.0, share=0.2)


def test_fires() -> None:
    (finding,) = integer_wraparound(Casts(wrapped=(ROUND,)))
    assert finding.title == "Values of `bright` went round in `x`"
    assert "lies between 60 and 315" in finding.says


def test_stays_silent() -> None:
    assert not list(integer_wraparound(Casts()))
    assert not list(integer_wraparound(Casts(wrapped=(replace(ROUND, share=1e-4),))))


def test_treatment() -> None:
    (finding,) = integer_wraparound(Casts(wrapped=(ROUND,)))
    (advice,) = integer_wraparound.treatments(finding, Cell("model.fit(x, y)\n"))
    assert "`x`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("more", [60, 0])
def test_on_a_real_model(more: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(4)
pictures = rng.integers(0, 256, (100, 8, 8, 1))
bright = pictures + {more}
x = bright.astype("uint8")
y = rng.integers(0, 2, 100)
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(),
                          keras.layers.Dense(2, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("integer-wraparound" in found) is (more > 0)
