from pathlib import Path

import numpy as np
import pytest

from nbdoctor.readings.file_order import misplaced, numbered_files

BY_TEXT = sorted(f"shot_{number}.png" for number in range(1, 31))


def test_files_in_the_order_of_their_text() -> None:
    assert misplaced(BY_TEXT) == 29
    assert misplaced(sorted(f"s2/cam3_{number}.tiff" for number in range(8, 40))) is not None


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([f"shot_{number}.png" for number in range(1, 31)], id="by their numbers"),
        pytest.param([f"{name}.png" for name in "abcdefghijkl"], id="no numbers"),
        pytest.param([f"{name}_{n}.png" for name in "abcd" for n in range(5)], id="several kinds"),
    ],
)
def test_other_lists(files: list[str]) -> None:
    assert misplaced(files) is None


def test_leading_zeros_keep_the_order() -> None:
    assert misplaced([f"shot_{number:03d}.png" for number in range(1, 31)]) == 0


@pytest.mark.parametrize(
    ("labels", "beside"),
    [
        pytest.param(np.arange(30) % 4, "labels", id="labels"),
        pytest.param(np.random.default_rng(0).permutation(30), "", id="places of the files"),
        pytest.param(np.arange(29) % 4, "", id="another number of labels"),
        pytest.param(None, "", id="none"),
    ],
)
def test_labels_beside_the_files(labels: np.ndarray | None, beside: str) -> None:
    names = {"files": [Path(one) for one in BY_TEXT], "labels": labels}
    (found,) = numbered_files(names, list(names))
    assert (found.variable, found.files, found.beside) == ("files", 30, beside)
