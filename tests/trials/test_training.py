"""Copies that are trained a little, from several seeds."""

import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.copier import Copier
from nbdoctor.trials.copying.weights import weights_of
from nbdoctor.trials.isolation import isolated
from nbdoctor.trials.refusal import UntriedError
from nbdoctor.trials.training import (
    STEPS,
    Arm,
    planned_steps,
    points,
    trained_as_planned,
)

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CELL = """
model = keras.Sequential([
    keras.Input((3,)), keras.layers.BatchNormalization(), keras.layers.Dropout(0.1),
    keras.layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.05), "mse")
model.fit(x, y, epochs=4, batch_size=10, verbose=0)
"""


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with isolated():
        yield


def copier(source: str = CELL, rows: int = 90) -> Copier:
    x = np.random.default_rng(0).normal(size=(rows, 3)).astype("float32")
    names = {"keras": keras, "x": x, "y": x.sum(axis=1)}
    return Copier(Case(cell=Cell(source), namespace=names))


def arm(source: str = CELL, **given: Any) -> Arm:
    of = copier(source)
    made = Arm(of.recipe(of.case.cell), time.perf_counter() + 300, **given)
    made.prepare()
    return made


def test_the_points_spread_over_the_training() -> None:
    assert points(100) == (0, 10, 25, 50, 75, 100)
    assert points(3) == (0, 1, 2, 3)


def test_a_copy_learns_and_is_judged_by_rows_held_back() -> None:
    trained = arm()
    run = trained.run(0)
    assert trained.at == points(STEPS)
    assert [one.shape for one in run.predictions] == [(30, 1)] * len(trained.at)
    truth = np.asarray(trained.copy.y)[trained.parts.judge]
    errors = [float(np.mean((one.ravel() - truth) ** 2)) for one in run.predictions]
    assert errors[-1] < errors[0] / 2
    assert run.finite
    assert not set(trained.parts.judge) & set(trained.parts.train)


def test_a_seed_gives_the_same_training_and_another_one_another() -> None:
    one, other = arm(steps=12), arm(steps=12)
    for seed in (0, 2):
        pairs = zip(one.run(seed).predictions, other.run(2).predictions, strict=True)
        assert {np.array_equal(a, b) for a, b in pairs} == {seed == 2}


def test_a_seed_is_trained_once() -> None:
    trained = arm(steps=6)
    first = trained.run(0)
    assert trained.run(0) is first
    assert len(trained.runs) == 1


def test_marks_are_noted_and_what_is_planned_beyond_them() -> None:
    trained = arm(steps=20, marks=(0, 4, 8))
    assert trained.at == (0, 4, 8, 10, 15, 20)
    assert len(trained.run(0).predictions) == len(trained.at)


def test_preparing_leaves_the_copy_as_it_was_made() -> None:
    first, second = arm(steps=1), arm(steps=1)
    assert first.step_seconds > 0
    assert np.array_equal(first.run(0).predictions[0], second.run(0).predictions[0])
    assert float(first.copy.model.optimizer.iterations.numpy()) == 1


def test_a_training_that_takes_too_long_is_given_up() -> None:
    trained = arm()
    trained.deadline = time.perf_counter() - 1
    with pytest.raises(UntriedError, match="the time ran out"):
        trained.run(0)
    assert trained.runs == []


def test_a_loss_that_is_no_number_is_noted() -> None:
    assert not arm(CELL.replace("Adam(0.05)", "SGD(1e20)"), steps=20).run(0).finite


def test_what_is_not_prepared_has_no_copy() -> None:
    of = copier()
    with pytest.raises(RuntimeError, match="not made yet"):
        _ = Arm(of.recipe(of.case.cell), 0.0).copy


@pytest.mark.parametrize(
    ("old", "new", "planned"),
    [
        pytest.param("", "", 4 * 9, id="rows by batch and epoch"),
        pytest.param("verbose=0", "validation_split=0.2", 4 * 8, id="without those split off"),
        pytest.param("verbose=0", "steps_per_epoch=3", 4 * 3, id="as it says"),
    ],
)
def test_how_many_steps_the_cell_plans(old: str, new: str, planned: int) -> None:
    assert planned_steps(arm(CELL.replace(old, new) if old else CELL, steps=1)) == planned


def test_more_epochs_of_another_recipe_are_planned_for_the_same_rows() -> None:
    of = copier()
    trained = arm(steps=1)
    longer = of.recipe(Cell(CELL.replace("epochs=4", "epochs=20")))
    assert planned_steps(trained, longer) == 20 * 9


def test_rows_in_their_order_where_the_cell_does_not_shuffle() -> None:
    steady = arm(CELL.replace("verbose=0", "shuffle=False"), steps=6)
    assert np.array_equal(steady._order(0), steady._order(1))
    assert list(steady._order(0)[0]) == list(steady.parts.train[:10])
    shuffled = arm(steps=6)
    assert not np.array_equal(shuffled._order(0), shuffled._order(1))
    assert sorted(shuffled._order(0)[:6].ravel()) == list(shuffled.parts.train)


def test_a_copy_is_fitted_as_the_cell_does_for_as_long_as_a_trial() -> None:
    of = copier(CELL.replace("epochs=4", "epochs=1000"))
    copy = of.recipe(of.case.cell).make()
    trained_as_planned(copy)
    history = copy.model.history
    assert len(history.epoch) == STEPS // 9
    assert "val_loss" in history.history


def test_weights_are_given_to_a_copy_of_the_same_model_only() -> None:
    of = copier()
    recipe = of.recipe(of.case.cell)
    first, second = recipe.make(), recipe.make()
    values = [np.array(one) + 1 for one in first.model.weights]
    weights_of(second.model, values, second.data)
    assert all(map(np.array_equal, second.model.get_weights(), values))
    with pytest.raises(UntriedError, match="would now build another model"):
        weights_of(second.model, values[1:], second.data)
