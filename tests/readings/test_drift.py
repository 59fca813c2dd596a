import numpy as np

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
