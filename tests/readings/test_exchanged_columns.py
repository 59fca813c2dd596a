import numpy as np
import pytest

from nbdoctor.readings.exchanged_columns import ExchangedColumns, read_exchanged_columns

NAMES = ["lat", "lon", "depth"]


def read(share: float, noise: float = 0.5, *, related: bool = True) -> ExchangedColumns:
    rng = np.random.default_rng(7)
    lat, lon, depth = rng.uniform(5, 45, 700), rng.uniform(10, 50, 700), rng.normal(size=700)
    y = 10 * np.sin(lat / 7) + 0.3 * lon + depth if related else depth
    x = np.stack([lat, lon, depth], axis=1)
    odd = rng.random(700) < share
    x[odd, :2] = x[odd, 1::-1]
    found = read_exchanged_columns(x, y + noise * rng.normal(size=700), NAMES)
    assert found is not None
    return found


@pytest.mark.parametrize("share", [0.15, 0.35, 0.5])
def test_exchanged_in_part(share: float) -> None:
    found = read(share)
    assert (found.one, found.other) == ("lat", "lon")
    assert found.in_order > 0.97
    others = max(found.by_chance, found.by_product, found.explained)
    assert 1 - others > 2 * (1 - found.in_order)
    assert found.by_size < 0.9
    assert found.rarer == pytest.approx(found.clear * share, rel=0.2)
    assert len(found.first) == 5


@pytest.mark.parametrize("kind", ["sine of the product", "product", "ratio"])
def test_a_target_of_both_together_is_explained_by_their_product(kind: str) -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(0.2, 1.2, (700, 3))
    one, other, more = x.T
    both = {
        "sine of the product": np.sin(3 * one * other),
        "product": one * other,
        "ratio": one / (one + other),
    }[kind]
    found = read_exchanged_columns(x, 3 * both + 0.2 * more, NAMES)
    assert found is not None
    if found.one:
        others = max(found.by_chance, found.by_product, found.explained)
        assert 1 - others < 2.5 * (1 - found.in_order)


def test_what_is_explained_is_not_looked_at() -> None:
    assert read(0.0).one == ""


@pytest.mark.parametrize("noise", [3.0, 9.0])
def test_noise(noise: float) -> None:
    found = read(0.0, noise)
    assert 1 - found.by_chance < 1.3 * (1 - found.in_order)


def test_columns_that_say_nothing() -> None:
    found = read(0.4, related=False)
    assert found.in_order < 0.9 or 1 - found.by_chance < 1.3 * (1 - found.in_order)


def test_columns_of_other_ranges() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)) + np.array([0, 100])
    found = read_exchanged_columns(x, rng.normal(size=300), ["a", "b"])
    assert found is not None
    assert found.one == ""


def test_classes() -> None:
    rng = np.random.default_rng(0)
    assert read_exchanged_columns(rng.normal(size=(300, 2)), np.arange(300) % 2, NAMES) is None
