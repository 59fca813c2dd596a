import numpy as np
import pytest

from nbdoctor.readings.telling_ids import TellingIds, read_telling

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 600)


def texts(*, telling: bool = True) -> np.ndarray:
    """Words 10 to 209 for class 0 and 110 to 309 for class 1, of which some are shared."""
    ids = RNG.integers(10, 210, (600, 14)) + 100 * (Y[:, None] if telling else 0)
    ids[np.arange(14)[None, :] >= RNG.integers(9, 15, 600)[:, None]] = 0
    return np.asarray(ids)


def read(ids: np.ndarray) -> TellingIds:
    found = read_telling(ids, Y)
    assert found is not None
    return found


def test_a_word_in_the_first_line() -> None:
    ids = texts()
    ids[:, 1] = 5 + Y
    found = read(ids)
    assert [(one.number, one.label, one.place) for one in found.ids] == [(5, 0, 1), (6, 1, 1)]
    assert found.without is not None
    assert found.without > 0.3


def test_a_word_at_the_end_and_padding_in_front() -> None:
    ids = texts()
    ids = np.array([[*row[row == 0], *row[row != 0]] for row in ids])
    ids[:, -1] = np.where(Y == 1, 7, RNG.integers(10, 110, 600))
    (one,) = read(ids).ids
    assert (one.number, one.label, one.place) == (7, 1, -1)


def test_nothing_else_tells() -> None:
    ids = texts(telling=False)
    ids[:, 0] = 5 + Y
    found = read(ids)
    assert found.without is not None
    assert found.without < 0.05


def test_a_word_of_a_language_stands_anywhere() -> None:
    ids = texts()
    ids[np.arange(600), RNG.integers(0, 8, 600)] = 5 + Y
    assert read(ids).ids == ()


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_words_that_tell_much_are_no_leak(share: float) -> None:
    ids = texts()
    ids[(Y == 1) & (RNG.random(600) < share), 0] = 5
    assert read(ids).ids == ()


def test_values_that_are_no_ids() -> None:
    assert read_telling(RNG.random((600, 5)), Y) is None
