import numpy as np
import pytest

from nbdoctor.capture.sample import Part
from nbdoctor.readings.drift import Drift, read_drift

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 4))


def read(theirs: np.ndarray) -> Drift:
    found = read_drift(Part(inputs={"x": X}, targets={}), Part(inputs={"x": theirs}, targets={}))
    assert found is not None
    return found


def test_a_random_split_is_no_drift() -> None:
    found = read(RNG.normal(size=(120, 4)))
    assert found.area < 0.65
    assert found.by_chance < 0.65
    assert found.columns == ()


def test_a_column_with_another_mean() -> None:
    found = read(RNG.normal(size=(120, 4)) + np.array([0, 0, 3, 0]))
    assert found.area > 0.95
    (column,) = found.columns
    assert column.name == "column 2"
    assert abs(column.validation[0] - column.training[0] - 3) < 0.5


def read_of(ours: np.ndarray, theirs: np.ndarray) -> Drift:
    found = read_drift(Part(inputs={"x": ours}, targets={}), Part(inputs={"x": theirs}, targets={}))
    assert found is not None
    return found


def visits(patients: int, rng: np.random.Generator) -> np.ndarray:
    """Twelve rows of each patient, which are much alike."""
    return np.repeat(rng.normal(size=(patients, 8)), 12, axis=0) + rng.normal(
        scale=0.2, size=(12 * patients, 8)
    )


@pytest.mark.parametrize("seed", range(5))
def test_other_patients_are_no_drift(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert read_of(visits(40, rng), visits(20, rng)).area < 0.7


@pytest.mark.parametrize("seed", range(5))
def test_other_patients_of_another_device_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    device = np.array([4, 0, 0, -4, 0, 0, 0, 0])
    assert read_of(visits(40, rng), visits(20, rng) + device).area > 0.85


def test_later_windows_of_a_course_that_comes_again_are_no_drift() -> None:
    rng = np.random.default_rng(3)
    level = np.sin(np.arange(700) / 7) + rng.normal(scale=0.1, size=700)
    windows = np.stack([level[at : at + 10] for at in range(690)])
    assert read_of(windows[:550], windows[550:]).area < 0.7


def test_later_windows_of_a_rising_course_are() -> None:
    rng = np.random.default_rng(3)
    level = np.arange(700) / 100 + rng.normal(scale=0.3, size=700)
    windows = np.stack([level[at : at + 10] for at in range(690)])
    assert read_of(windows[:550], windows[550:]).area > 0.85


def test_all_validation_rows_in_one_tight_place() -> None:
    rng = np.random.default_rng(4)
    here = rng.normal(scale=0.1, size=(80, 4)) + 2
    assert read_of(rng.normal(size=(200, 4)), here).area > 0.9


def test_pictures_in_other_colours() -> None:
    x = RNG.random((200, 5, 5, 1)) ** 3
    ours, theirs = (
        Part(inputs={"x": x[:120]}, targets={}),
        Part(inputs={"x": 1 - x[120:]}, targets={}),
    )
    found = read_drift(ours, theirs)
    assert found is not None
    assert found.area > 0.95


def test_other_shapes_are_not_compared() -> None:
    ours, theirs = Part(inputs={"x": X}, targets={}), Part(inputs={"x": X[:, :2]}, targets={})
    assert read_drift(ours, theirs) is None
