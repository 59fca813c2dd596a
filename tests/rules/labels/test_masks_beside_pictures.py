from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.mask_offset import MaskOffset
from nbdoctor.rules.labels.masks_beside_pictures import masks_beside_pictures
from tests.rules.ran import rules_of

BESIDE = MaskOffset(
    pictures=60, down=4, right=-3, mirrored="", as_given=0.05, best=0.4, errors=14.0
)


def test_fires() -> None:
    (finding,) = masks_beside_pictures(BESIDE)
    assert (
        finding.title == "The masks fit the pictures best 4 pixels higher and 3 pixels to the right"
    )
    assert "0.05 as they are, and of 0.4" in finding.says


def test_fires_where_masks_are_mirrored() -> None:
    (finding,) = masks_beside_pictures(replace(BESIDE, down=0, right=0, mirrored="left and right"))
    assert finding.title == "The masks fit the pictures with left and right exchanged"


@pytest.mark.parametrize(
    "offset",
    [
        pytest.param(replace(BESIDE, down=1, right=-1), id="one pixel"),
        pytest.param(replace(BESIDE, as_given=0.35), id="nearly as good as they are"),
        pytest.param(replace(BESIDE, best=0.06, as_given=0.01), id="edges that do not agree"),
        pytest.param(replace(BESIDE, errors=3.0), id="by chance"),
        pytest.param(replace(BESIDE, down=0, right=0), id="in their place"),
    ],
)
def test_stays_silent(offset: MaskOffset) -> None:
    assert not list(masks_beside_pictures(offset))


def test_treatment() -> None:
    (finding,) = masks_beside_pictures(BESIDE)
    (treated,) = masks_beside_pictures.treatments(
        finding, Cell("import numpy as np\nmodel.fit(x, y, validation_data=(a, b))\n")
    )
    assert treated.patched is not None
    assert treated.patched.count("= np.roll(") == 2
    (advice,) = masks_beside_pictures.treatments(finding, Cell("model.fit(data)\n"))
    assert (advice.effect, advice.patched) == ("training", None)


def test_treatment_puts_the_masks_back() -> None:
    rng = np.random.default_rng(0)
    right = (rng.random((8, 20, 20)) > 0.7).astype(int)
    for moved, offset in (
        (np.roll(right, (3, -2), axis=(1, 2)), replace(BESIDE, down=3, right=-2, mirrored="")),
        (right[:, :, ::-1], replace(BESIDE, down=0, right=0, mirrored="left and right")),
    ):
        (finding,) = masks_beside_pictures(offset)
        cell = Cell("import numpy as np\nmodel.fit(x, y)\n")
        (treated,) = masks_beside_pictures.treatments(finding, cell)
        names: dict[str, Any] = {"x": 0, "y": moved}
        exec((treated.patched or "").replace("model.fit(x, y)", ""), names)  # noqa: S102
        assert np.array_equal(names["y"], right)


@pytest.mark.keras
@pytest.mark.parametrize("step", [4, 0])
def test_on_a_real_model(step: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(3)
yy, xx = np.mgrid[0:24, 0:24]
away = [(yy - rng.uniform(6, 16)) ** 2 + (xx - rng.uniform(6, 16)) ** 2 for _ in range(60)]
y = (np.array(away) < rng.uniform(4, 25, (60, 1, 1))).astype("float32")
x = (y + rng.normal(0, 0.1, y.shape)).astype("float32")[..., None]
y = np.roll(y, {step}, axis=1)[..., None]
model = keras.Sequential([keras.Input((24, 24, 1)), keras.layers.Conv2D(1, 3, padding="same",
                          activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("masks-beside-pictures" in found) is (step > 0)
