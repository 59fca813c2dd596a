import numpy as np

from nbdoctor.readings.lagged import stands_in

RNG = np.random.default_rng(4)
NOISE = RNG.normal(size=320)
WINDOWS = np.stack([NOISE[at : at + 8] for at in range(300)])


def test_windows_hold_the_targets_of_those_before_them() -> None:
    following = NOISE[8:308]
    assert stands_in(WINDOWS, np.roll(following, 1))
    assert stands_in(WINDOWS[..., None], np.roll(following * 12 + 400, 2))  # in other units
    assert not stands_in(WINDOWS, following)
    assert not stands_in(WINDOWS, np.roll(following, -1))


def test_runs_of_neighbours_are_enough() -> None:
    some = (np.linspace(0, 270, 6).astype(int)[:, None] + np.arange(20)).ravel()
    assert stands_in(WINDOWS[some], np.roll(NOISE[8:308][some], 1))


def test_a_column_near_the_labels_is_another_thing() -> None:
    following = np.roll(NOISE[8:308], 1)
    assert not stands_in(WINDOWS, following + RNG.normal(0, 0.1, 300))
    assert not stands_in(WINDOWS[:0], following[:0])
    assert not stands_in(np.ones((300, 2)), following)
