import numpy as np

from nbdoctor.readings.like_rows import like_rows

RNG = np.random.default_rng(0)


def test_what_belongs_together_is_in_one_group() -> None:
    origin = np.repeat(np.arange(30), 8)
    x = RNG.normal(size=(30, 6))[origin] + RNG.normal(scale=0.05, size=(240, 6))
    group = like_rows(x, 10, RNG)
    cut = [len(np.unique(group[origin == one])) > 1 for one in range(30)]
    assert len(np.unique(group)) > 3
    assert sum(cut) <= 1


def test_fewer_rows_than_groups() -> None:
    assert set(like_rows(np.arange(3.0)[:, None], 10, RNG)) == {0, 1, 2}
