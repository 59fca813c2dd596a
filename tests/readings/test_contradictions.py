import numpy as np

from nbdoctor.capture.data import Rows
from nbdoctor.readings.contradictions import Contradictions, read_contradictions

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 20))
Y = RNG.integers(0, 3, 200)


def read(x: np.ndarray, y: np.ndarray) -> Contradictions | None:
    return read_contradictions(
        Rows(
            inputs={"x": x}, targets={"y": y}, index=np.arange(len(x)), total=len(x), whole={"x": x}
        )
    )


def test_equal_rows_with_other_labels() -> None:
    x, y = np.concatenate([X, X[:20], X[50:60]]), np.concatenate([Y, Y[:20] + 1, Y[50:60]])
    found = read(x, y)
    assert found is not None
    assert (found.rows, found.repeated, found.contradicting) == (230, 60, 40)
    assert found.first == (0, 200)


def test_no_row_twice() -> None:
    found = read(X, Y)
    assert found is not None
    assert (found.repeated, found.contradicting, found.first) == (0, 0, None)


def test_rows_of_few_categories_are_not_judged() -> None:
    assert read(RNG.integers(0, 3, (300, 20)).astype(float), RNG.integers(0, 2, 300)) is None
    assert read(X[:, :4], Y) is None


def test_pictures_of_few_values_are_judged() -> None:
    pictures = (RNG.random((100, 6, 6, 1)) < 0.5).astype("float32")
    found = read(np.concatenate([pictures, pictures]), np.arange(200) // 100)
    assert found is not None
    assert found.contradicting == 200


def test_numbers_are_no_labels() -> None:
    assert read(X, RNG.normal(size=200)) is None
