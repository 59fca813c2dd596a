import numpy as np

from nbdoctor.readings.inverted_masks import read_inverted

RNG = np.random.default_rng(0)
MASKS = (RNG.random((60, 12, 12)) < 0.3).astype(float)
INDEX = np.arange(60) * 3


def predicted(noise: float = 0.2) -> np.ndarray:
    return np.clip(0.2 + 0.6 * MASKS + noise * RNG.normal(size=MASKS.shape), 0, 1)[..., None]


def test_some_are_the_other_way_round() -> None:
    given = MASKS.copy()
    given[:9] = 1 - given[:9]
    found = read_inverted(predicted(), given, INDEX)
    assert (found.clear, found.inverted, found.first) == (60, 9, (0, 3, 6, 9, 12))
    assert found.agreement > 0.6
    assert found.inverted_agreement < -0.6


def test_all_are_the_same_way_round() -> None:
    assert read_inverted(predicted(), MASKS, INDEX).inverted == 0
    assert read_inverted(1 - predicted(), MASKS, INDEX).inverted == 0


def test_a_model_that_knows_nothing() -> None:
    found = read_inverted(RNG.random(MASKS.shape), MASKS, INDEX)
    assert found.clear < 6
    assert read_inverted(np.full(MASKS.shape, 0.5), MASKS, INDEX).clear == 0
