from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inverted_masks import InvertedMasks
from nbdoctor.rules.labels.masks_inverted_in_part import masks_inverted_in_part
from tests.rules.ran import rules_of

PART = InvertedMasks(
    pictures=120, clear=118, inverted=30, agreement=0.9, inverted_agreement=-0.88, first=(4, 9, 11)
)


def test_fires() -> None:
    (finding,) = masks_inverted_in_part(PART)
    assert finding.title == "25 % of the masks are the other way round"
    assert "pictures 4, 9, 11" in finding.says


def test_fires_where_the_model_follows_the_inverted_ones() -> None:
    (finding,) = masks_inverted_in_part(replace(PART, agreement=-0.9, inverted_agreement=0.88))
    assert "-0.9" in finding.says


@pytest.mark.parametrize(
    "masks",
    [
        pytest.param(replace(PART, inverted=0, inverted_agreement=0.0), id="none"),
        pytest.param(replace(PART, inverted=2), id="a few"),
        pytest.param(replace(PART, clear=50), id="little is known of most"),
        pytest.param(replace(PART, inverted_agreement=-0.35), id="objects that it missed"),
    ],
)
def test_stays_silent(masks: InvertedMasks) -> None:
    assert not list(masks_inverted_in_part(masks))


def test_treatment() -> None:
    (finding,) = masks_inverted_in_part(PART)
    (advice,) = masks_inverted_in_part.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)
    assert "4, 9, 11" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("inverted", [40, 0])
def test_on_a_real_model(inverted: int) -> None:
    found = rules_of(
        f"""rng = np.random.default_rng(3)
y = np.kron(rng.integers(0, 2, (120, 4, 4)), np.ones((3, 3)))[..., None].astype("float32")
x = (0.3 + 0.4 * y + 0.05 * rng.normal(size=y.shape)).astype("float32")
y[:{inverted}] = 1 - y[:{inverted}]
model = keras.Sequential([keras.Input((12, 12, 1)),
                          keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
                          keras.layers.Conv2D(1, 1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
model.fit(x, y, epochs=10, verbose=0)
""",
        options="--no-trials",
    )
    assert ("masks-inverted-in-part" in found) is (inverted > 0)
