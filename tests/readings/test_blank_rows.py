import numpy as np

from nbdoctor.readings.blank_rows import read_blank

RNG = np.random.default_rng(0)


def test_pictures_of_one_value() -> None:
    x = RNG.random((50, 6, 6, 1))
    x[[4, 9]] = 0.5
    found = read_blank("x", x, ids=False)
    assert found is not None
    assert (found.rows, found.blank, found.first) == (50, 2, 4)


def test_rows_of_padding() -> None:
    ids = RNG.integers(1, 9, (50, 20))
    ids[7:10] = 0
    ids[11] = 3
    found = read_blank("x", ids, ids=True)
    assert found is not None
    assert (found.ids, found.blank, found.first) == (True, 3, 7)


def test_tables_are_not_looked_at() -> None:
    assert read_blank("x", np.zeros((50, 20)), ids=False) is None
    assert read_blank("x", np.zeros((50, 2, 2, 1)), ids=False) is None
