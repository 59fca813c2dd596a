import numpy as np

from nbdoctor.capture.data import Rows
from nbdoctor.readings.shifted_rows import ShiftedRows, read_shifted

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 5))
Y = X[:, 0] * 2 - X[:, 1]


def read(x: np.ndarray, y: np.ndarray) -> ShiftedRows:
    rows = Rows(
        inputs={"x": x}, targets={"y": y}, index=np.arange(len(x)), total=len(x), whole={"x": x}
    )
    found = read_shifted(rows)
    assert found is not None
    return found


def test_labels_of_the_row_below() -> None:
    found = read(X, np.roll(Y, 1))
    assert found.best == 1
    assert found.scores[1] > 0.95
    assert max(score for shift, score in found.scores.items() if shift != 1) < 0.1


def test_classes_of_the_row_two_above() -> None:
    found = read(X, np.roll((Y > 0).astype(int), -2))
    assert found.best == -2
    assert found.scores[0] < 0.1


def test_own_labels_and_noise() -> None:
    assert read(X, Y).best == 0
    assert max(read(X, RNG.normal(size=400)).scores.values()) < 0.1


def test_neighbours_in_a_series_are_alike() -> None:
    series = np.sin(np.arange(420) / 15)
    windows = np.stack([series[at : at + 8] for at in range(400)])
    assert read(windows, series[8:408]).scores[0] > 0.9


def test_windows_of_a_series_without_memory_are_not_off_by_one() -> None:
    series = RNG.normal(size=420)
    windows = np.stack([series[at : at + 8] for at in range(400)])
    found = read(windows, series[8:408])
    assert found.best == 0 or found.scores[found.best] < 0.1
    assert -1 not in found.scores  # the label above is the newest value of the window
