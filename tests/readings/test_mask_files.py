import ast
from pathlib import Path

import numpy as np
import pytest

from nbdoctor.readings.mask_files import named_folders, read_folders

Image = pytest.importorskip("PIL.Image")
RNG = np.random.default_rng(0)


def written(folder: Path, masks: np.ndarray) -> Path:
    folder.mkdir()
    for number, mask in enumerate(masks):
        Image.fromarray(mask).save(folder / f"{number:03d}.png")
    return folder


def smooth_masks() -> np.ndarray:
    small = ((RNG.random((30, 8, 8)) < 0.08) * 255).astype("uint8")
    big = [Image.fromarray(one).resize((24, 24), Image.Resampling.BILINEAR) for one in small]
    return np.stack([np.asarray(one) for one in big])


def test_greys_that_count_as_object(tmp_path: Path) -> None:
    masks = smooth_masks()
    (found,) = read_folders([written(tmp_path / "masks", masks)], (masks > 0)[..., None])
    assert (found.low, found.high, found.as_object) == (0, 255, True)
    assert found.greys == 8
    assert found.object_above_low > 1.5 * found.object_above_half


def test_another_threshold(tmp_path: Path) -> None:
    masks = smooth_masks()
    (found,) = read_folders([written(tmp_path / "masks", masks)], masks > 127)
    assert not found.as_object


def test_noise_of_a_jpeg_counts_as_object(tmp_path: Path) -> None:
    clean = np.where(np.kron(RNG.random((30, 3, 3)) < 0.2, np.ones((1, 8, 8))) > 0, 255.0, 0.0)
    noisy = np.clip(clean + RNG.integers(-6, 7, clean.shape), 0, 255).astype("uint8")
    (found,) = read_folders([written(tmp_path / "masks", noisy)], noisy > 0)
    assert found.as_object
    assert found.object_above_low > 1.5 * found.object_above_half


def test_two_values(tmp_path: Path) -> None:
    masks = ((smooth_masks() > 127) * 255).astype("uint8")
    (found,) = read_folders([written(tmp_path / "masks", masks)], masks > 0)
    assert (found.greys, found.grey) == (0, 0)


def test_pictures_are_no_masks(tmp_path: Path) -> None:
    pictures = RNG.integers(0, 256, (30, 16, 16)).astype("uint8")
    assert not list(read_folders([written(tmp_path / "images", pictures)], pictures > 0))


def test_folders_that_the_cell_names(tmp_path: Path) -> None:
    (tmp_path / "masks").mkdir()
    tree = ast.parse(f"load(os.path.join(root, 'masks')); y = load({str(tmp_path)!r})")
    assert tmp_path / "masks" in named_folders(tree, {})
    assert named_folders(ast.parse("load('nowhere')"), {"root": str(tmp_path)}) == [tmp_path]
