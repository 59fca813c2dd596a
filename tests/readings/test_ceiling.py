import time
from typing import Any

import numpy as np
import pytest

from nbdoctor.readings.asked import Asked
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.ceiling import Ceiling, ceiling_of, rebuilt
from nbdoctor.readings.simple_models import FOREST, LINEAR, NEAR, neighbours, ridge, trees
from nbdoctor.readings.task import task_of

ROWS = np.arange(900)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def found(
    x: Any, y: Any, asked: Asked | None = None, *, held_out: bool = False, ids: bool = False
) -> Ceiling:
    task = task_of(y, asked or Asked(), inputs=[x], ids=ids)
    rows = np.arange(len(x))
    train, judge = (rows[::2], rows[1::2]) if held_out else (rows, rows)
    ceiling = ceiling_of([x], task, train, judge, ids=ids)
    assert ceiling is not None
    return ceiling


X = rng().normal(size=(900, 8)).astype("float32")


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize(
    ("y", "by", "least"),
    [
        pytest.param((X[:, 0] - X[:, 1] > 0).astype(int), LINEAR, 0.9, id="a line"),
        pytest.param(((X[:, 0] > 0) ^ (X[:, 1] > 0)).astype(int), FOREST, 0.6, id="a chequerboard"),
        pytest.param(X[:, 0] + 2 * X[:, 1], LINEAR, 0.98, id="a plane"),
        pytest.param(np.digitize(X[:, 0], [-0.5, 0.5]), FOREST, 0.9, id="three classes"),
    ],
)
def test_what_can_be_learned_is_seen(y: Any, by: str, least: float, held_out: bool) -> None:
    asked = Asked(classes=True, shape=(None, 3)) if len(np.unique(y)) == 3 else None
    ceiling = found(X, y, asked, held_out=held_out)
    assert ceiling.by == by
    assert ceiling.value >= least


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_seen_in_noise(seed: int) -> None:
    y = np.random.default_rng(seed).integers(0, 2, 900)
    assert found(X, y).value < 0.15
    assert found(X, np.random.default_rng(seed).normal(size=900)).value < 0.15


def test_neighbours_see_a_curve() -> None:
    assert found(X[:, :1], np.sin(4 * X[:, 0])).scores[NEAR] > 0.95


def test_pictures_are_shortened() -> None:
    kinds = rng().integers(0, 5, 600)
    pictures = rng().normal(size=(5, 24, 24))[kinds] + rng().normal(size=(600, 24, 24))
    asked = Asked(classes=True, shape=(None, 5))
    assert found(pictures, kinds, asked, held_out=True).value > 0.9


def test_words_are_counted() -> None:
    words = rng().integers(5, 400, (600, 30))
    y = rng().integers(0, 2, 600)
    words[np.arange(600), rng().integers(0, 30, 600)] = 1 + y
    assert found(words, y, ids=True).value > 0.9


def test_places_see_what_is_around_them() -> None:
    pictures = rng().normal(size=(40, 16, 16, 1))
    masks = (pictures[..., 0] > 0.3).astype(int)
    asked = Asked(classes=True, shape=(None, 16, 16, 1))
    assert found(pictures, masks, asked).value > 0.9
    mirrored = masks[:, :, ::-1]
    assert found(pictures, mirrored, asked).value < 0.2


def test_pairs_are_compared() -> None:
    one, other = rng().normal(size=(600, 6)), rng().normal(size=(600, 6))
    same = rng().integers(0, 2, 600)
    other = np.where(same[:, None] == 1, one + 0.1 * other, other)
    task = task_of(same, Asked(compares=True, shape=(None, 1)))
    rows = np.arange(600)
    ceiling = ceiling_of([one, other], task, rows, rows)
    assert ceiling is not None
    assert ceiling.value > 0.8


@pytest.mark.parametrize(
    ("inputs", "rows"),
    [
        pytest.param(X[:9], 9, id="few rows"),
        pytest.param(np.array([["a"]] * 90), 90, id="words"),
        pytest.param(np.ones((90, 3)), 90, id="constant inputs"),
    ],
)
def test_no_simple_model_fits(inputs: Any, rows: int) -> None:
    task = task_of(np.arange(rows) % 2, Asked())
    assert ceiling_of([inputs], task, np.arange(rows), np.arange(rows)) is None


@pytest.mark.parametrize("rows", [12, 20, 40])
def test_what_two_groups_of_a_few_rows_show(rows: int) -> None:
    side = np.arange(rows) % 5 < 2
    x = np.where(side[:, None], [[68.0, 69, 70]], [[65.0, 66, 67]])
    assert found(x + rng().normal(scale=0.2, size=x.shape), side.astype(int)).value == 1.0


@pytest.mark.parametrize("rows", [12, 20, 40])
def test_a_few_rows_of_noise_seldom_look_like_a_gap(rows: int) -> None:
    gaps = []
    for seed in range(10):
        drawn = np.random.default_rng(seed)
        y = drawn.permutation(np.arange(rows) % 2)
        value = found(drawn.normal(size=(rows, 3)), y).value
        of = Attained(kind="classes", score=0.0, ceiling=value, counted=float(rows))
        gaps.append(of.has_gap)
    assert sum(gaps) <= 1


@pytest.mark.parametrize("width", [2, 3, 6])
def test_rows_are_rebuilt_from_as_many_components_as_the_model_has_units(width: int) -> None:
    rows = rng().normal(size=(300, 3)) @ rng().normal(size=(3, 40))
    ceiling = rebuilt(rows, ROWS[:200], ROWS[200:300], width)
    assert ceiling is not None
    assert (ceiling.value > 0.999) is (width >= 3)
    assert ceiling.by == "principal components"
    assert rebuilt(rows, ROWS[:200], ROWS[200:300], None) is None
    wide = rebuilt(rows[:30], ROWS[:30], ROWS[:30], width)
    assert wide is None or wide.value <= 1.0


def test_rebuilding_is_asked_of_no_other() -> None:
    task = task_of(X, Asked(), inputs=[X])
    assert ceiling_of([X], task, ROWS, ROWS) is None


@pytest.mark.parametrize("columns", [3, 50])
def test_ridge_solves_the_textbook_equations(columns: int) -> None:
    x, y = rng().normal(size=(20, columns)), rng().normal(size=(20, 2))
    new = rng().normal(size=(5, columns))
    centred = x - x.mean(axis=0)
    system = centred.T @ centred + 0.01 * 20 * np.eye(columns)
    weights = np.linalg.inv(system) @ centred.T @ (y - y.mean(axis=0))
    assert ridge(x, y, new)[0] == pytest.approx((new - x.mean(axis=0)) @ weights + y.mean(axis=0))


def test_neighbours_are_the_nearest() -> None:
    x, new = rng().normal(size=(30, 3)), rng().normal(size=(4, 3))
    for one, near in zip(new, neighbours(x, new, 5), strict=True):
        by_hand = sorted(range(30), key=lambda row: float(np.linalg.norm(x[row] - one)))[:5]
        assert set(near) == set(by_hand)


def test_trees_predict_means_of_what_they_know() -> None:
    y = np.stack([X[:, 0] > 0, X[:, 0] <= 0], axis=1).astype(float)
    (predicted,) = trees(X, y, X[:50] + 1e-6)
    assert predicted.min() >= 0
    assert predicted.sum(axis=1) == pytest.approx(1.0)
    assert ((predicted[:, 0] > 0.5) == (X[:50, 0] > 0)).mean() > 0.95


def test_no_random_state_of_the_user_is_drawn_on() -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    found(X, (X[:, 0] > 0).astype(int))
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002


def test_it_takes_tenths_of_a_second() -> None:
    began = time.process_time()
    found(rng().normal(size=(1200, 40)), rng().integers(0, 10, 1200), Asked(shape=(None, 10)))
    assert time.process_time() - began < 4
