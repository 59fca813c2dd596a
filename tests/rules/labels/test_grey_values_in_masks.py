from dataclasses import replace
from pathlib import Path

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.mask_files import MaskFiles, MaskFolder
from nbdoctor.rules.labels.grey_values_in_masks import grey_values_in_masks
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

SMOOTH = MaskFolder(
    place=1, files=24, low=0.0, high=255.0, grey=0.23, greys=116, object_above_low=0.24,
    object_above_half=0.066, targets=0.24, as_object=True,
)  # fmt: skip


def test_fires() -> None:
    (finding,) = grey_values_in_masks(MaskFiles(folders=(SMOOTH,)))
    assert "23 % have one of 116 values between 0 and 255" in finding.says
    assert "3.6 times the area" in finding.says


@pytest.mark.parametrize(
    "folder",
    [
        pytest.param(replace(SMOOTH, greys=0, object_above_half=0.24), id="two values"),
        pytest.param(replace(SMOOTH, as_object=False), id="another threshold"),
        pytest.param(replace(SMOOTH, object_above_half=0.23), id="hardly larger"),
    ],
)
def test_stays_silent(folder: MaskFolder) -> None:
    assert not list(grey_values_in_masks(MaskFiles(folders=(folder,))))


def test_does_not_apply_without_masks() -> None:
    with pytest.raises(DoesNotApplyError):
        list(grey_values_in_masks(MaskFiles(folders=())))


def test_treatment() -> None:
    (finding,) = grey_values_in_masks(MaskFiles(folders=(SMOOTH,)))
    (treated,) = grey_values_in_masks.treatments(finding, Cell("y = (load('masks') > 0) * 1.0\n"))
    assert treated.patched == "y = (load('masks') > 127) * 1.0\n"


def test_treatment_without_a_threshold_is_advice() -> None:
    (finding,) = grey_values_in_masks(MaskFiles(folders=(SMOOTH,)))
    (advice,) = grey_values_in_masks.treatments(finding, Cell("y = load('masks')\n"))
    assert advice.patched is None


@pytest.mark.keras
@pytest.mark.parametrize("smooth", [True, False])
def test_on_a_real_model(smooth: bool, tmp_path: Path) -> None:
    found = rules_of(f"""import os
from PIL import Image
rng = np.random.default_rng(13)
root = {str(tmp_path)!r}
os.mkdir(os.path.join(root, "truth"))
for number in range(40):
    small = Image.fromarray(((rng.random((6, 6)) < 0.1) * 255).astype("uint8"))
    how = Image.Resampling.BICUBIC if {smooth} else Image.Resampling.NEAREST
    small.resize((12, 12), how).save(os.path.join(root, "truth", f"{{number:02d}}.png"))
names = sorted(os.listdir(os.path.join(root, "truth")))
masks = np.stack([np.asarray(Image.open(os.path.join(root, "truth", name))) for name in names])
y = (masks != 0).astype("float32")[..., None]
x = rng.normal(size=(40, 12, 12, 1)).astype("float32")
model = keras.Sequential([keras.Input((12, 12, 1)), keras.layers.Conv2D(1, 3, padding="same",
                          activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("grey-values-in-masks" in found) is smooth
