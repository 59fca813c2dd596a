"""Copies of a model and of its rows, by the lines of its cell."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.copier import Copier
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.isolation import isolated, start_from
from nbdoctor.trials.refusal import UnprovedError, UntriedError

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CELL = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=3, batch_size=8, verbose=0)
"""


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with isolated():
        yield


def namespace(**more: Any) -> dict[str, Any]:
    rows = np.random.default_rng(0).normal(size=(70, 4)).astype("float32")
    return {"keras": keras, "np": np, "x": rows, "y": rows[:, 0] * 2, "units": 1, **more}


def copier(source: str = CELL, *, unproved: bool = False, **more: Any) -> Copier:
    return Copier(Case(cell=Cell(source), namespace=namespace(**more)), unproved=unproved)


def recipe(old: str = "", new: str = "", source: str = CELL, **more: Any) -> Recipe:
    assert old in source
    return copier(source, **more).recipe(Cell(source.replace(old, new)))


def test_a_copy_has_the_rows_of_the_cell_and_is_trained_as_it_says() -> None:
    copy = recipe().make()
    assert copy.model.compiled
    assert [one.shape for one in copy.model.get_weights()] == [(4, 1), (1,)]
    assert np.array_equal(copy.x, namespace()["x"])
    assert np.array_equal(copy.labels, namespace()["y"])
    assert [np.asarray(one).shape for one in copy.data[:2]] == [(70, 4), (70,)]
    assert (copy.batch_size, copy.arguments["epochs"]) == (8, 3)


def test_copies_of_one_seed_are_equal_and_share_nothing() -> None:
    of = recipe()
    start_from(4)
    first = of.build()
    start_from(4)
    second = of.build()
    third = of.build()
    assert all(map(np.array_equal, first.get_weights(), second.get_weights()))
    assert not np.array_equal(second.get_weights()[0], third.get_weights()[0])
    assert not {id(one) for one in first.variables} & {id(one) for one in second.variables}


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        pytest.param("", "", set(), id="nothing"),
        pytest.param("epochs=3", "epochs=9", {"epochs"}, id="epochs"),
        pytest.param("(x, y, ep", "(x, y=y, ep", set(), id="the same by its name"),
        pytest.param('"sgd"', '"adam"', {""}, id="the optimizer"),
        pytest.param("x, y, ep", "x / 2, y, ep", {"x"}, id="the data"),
        pytest.param("batch_size=8", "batch_size=4", {"batch_size"}, id="the batch"),
        pytest.param("verbose=0", "verbose=1", set(), id="what is printed"),
        pytest.param("\nmodel.c", "\nunits\nmodel.c", {""}, id="a line more"),
    ],
)
def test_what_a_patch_changes(old: str, new: str, differs: set[str]) -> None:
    of = copier()
    patched = Cell(CELL.replace(old, new))
    assert of.recipe(patched).differs_from(of.recipe(of.case.cell)) == differs


def test_epochs_are_those_of_the_patch_or_of_the_call() -> None:
    assert recipe("epochs=3", "epochs=9").epochs == 9
    assert recipe().epochs == 3
    case = Case(cell=Cell(CELL), namespace=namespace(), arguments={**namespace(), "epochs": 5})
    assert Copier(case).recipe(Cell(CELL)).epochs == 5
    assert Copier(case).recipe(Cell(CELL.replace("epochs=3", "epochs=9"))).epochs == 9


def test_data_that_a_patch_changes_is_computed_from_the_rows() -> None:
    changed = recipe("x, y, ep", "x * 2, y + 1, ep")
    assert changed.changes_data
    copy, plain = changed.make(), namespace()
    assert np.allclose(copy.x, plain["x"] * 2)
    assert np.allclose(copy.labels, plain["y"] + 1)


def test_what_a_patch_changes_in_place_is_a_copy() -> None:
    of = recipe("\nmodel.fit", "\nx *= 2\nmodel.fit")
    assert np.allclose(of.make().x, namespace()["x"] * 2)
    assert np.array_equal(of.case.namespace["x"], namespace()["x"])


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ("x[0] = 9", 70),
        ("x[x > 1] = 0", 70),
        ("x[1999] = 9", 2000),
        ("x[:, 2] = x[:, 2] / 255", 2000),
        ("large = x > 1\nx[large] = 0", 2000),
        ("x = x + 1\nx[:, 0] = 0", 2000),
    ],
)
def test_parts_of_the_data_that_a_patch_changes_are_those_of_the_rows(
    lines: str, rows: int
) -> None:
    data = np.random.default_rng(0).normal(size=(rows, 4))
    expected = {"x": data.copy()}
    exec(lines, expected)  # noqa: S102  (the lines above)
    of = copier(x=data, y=data[:, 0])
    patched = of.recipe(Cell(CELL.replace("\nmodel.fit", f"\n{lines}\nmodel.fit")))
    assert patched.changes_data
    copy = patched.make()
    assert of.captured.sample is not None
    assert np.allclose(copy.x, expected["x"][of.captured.sample.index])
    assert np.array_equal(data, np.random.default_rng(0).normal(size=(rows, 4)))
    assert len(copy.labels) == len(copy.x)


def test_data_that_the_model_needs_is_changed_for_it_and_for_the_training() -> None:
    normal = "\nscaled = keras.layers.Normalization()\nscaled.adapt(x)\n"
    source = normal + CELL.replace("keras.layers.Dense", "scaled, keras.layers.Dense")
    of = recipe("\nscaled =", "\nx[:] = x * 3\nscaled =", source=source)
    copy = of.make()
    assert np.allclose(copy.x, namespace()["x"] * 3)
    assert np.allclose(copy.model.layers[0].mean, copy.x.mean(axis=0), atol=1e-5)


def test_data_that_is_made_of_what_a_patch_changes_is_not_guessed() -> None:
    source = "rows = x[:60]\n" + CELL.replace("fit(x, y", "fit(rows, y[:60]")
    names = {"rows": namespace()["x"][:60]}
    with pytest.raises(
        UntriedError, match="line 2 computes its result from data that the fix changes"
    ):
        recipe("rows =", "x[0] = 9\nrows =", source=source, **names)
    after = recipe("\nmodel.fit", "\nrows[0] = 9\nmodel.fit", source=source, **names)
    assert np.array_equal(after.make().x[0], [9, 9, 9, 9])


def test_what_the_data_was_before_a_line_comes_back() -> None:
    source = CELL.replace("\nmodel.fit", "\ny = y * 0\nmodel.fit")
    before = {"y": namespace()["y"]}
    names = namespace(y=namespace()["y"] * 0)
    of = Copier(Case(cell=Cell(source), namespace=names, before={4: before}))
    patched = of.recipe(Cell(CELL))
    assert patched.restores_labels
    assert np.array_equal(patched.make().labels, before["y"])
    assert not of.recipe(of.case.cell).restores_labels


def test_batches_are_used_as_they_were_captured() -> None:
    rows = namespace()
    batches = [(tf.constant(rows["x"][at : at + 8]), rows["y"][at : at + 8]) for at in (0, 8, 16)]
    case = Case(
        cell=Cell(CELL),
        namespace=namespace(),
        arguments={"x": iter(()), "y": None},
        batches=batches,
    )
    of = Copier(case)
    copy = of.recipe(case.cell).make()
    assert np.array_equal(np.asarray(copy.data[0]), rows["x"][:24])
    assert np.array_equal(copy.labels, rows["y"][:24])
    changed = of.recipe(Cell(CELL.replace("x, y, ep", "x, y + 1, ep")))
    with pytest.raises(UntriedError, match="comes in batches"):
        changed.make()


def test_parts_of_other_cells_are_copied_before_they_are_used() -> None:
    layer = keras.layers.Dropout(0.25)
    source = CELL.replace("keras.layers.Dense(units)", "keras.layers.Dense(units), dropped")
    model = recipe(source=source, dropped=layer).build()
    assert model.layers[-1].rate == 0.25
    assert model.layers[-1] is not layer


def test_what_is_not_proved_is_run_only_where_the_user_asks() -> None:
    built: list[int] = []
    source = "built.append(1)\n" + CELL.replace("Dense(units)", "Dense(len(built))")
    source = source.replace("built.append(1)\n", "size = built.append(1) or 2\n")
    source = source.replace("len(built)", "size")
    with pytest.raises(UnprovedError, match=r"line 1 calls `built.append`"):
        copier(source, built=built)
    assert copier(source, built=built, unproved=True).recipe(Cell(source)).build().layers[0]
    assert built == [1]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        pytest.param('model.compile("sgd", "mse")', "", "does not compile `model`", id="compile"),
        pytest.param(
            "keras.Sequential([keras.Input((4,)), keras.layers.Dense(units)])\n"
            'model.compile("sgd", "mse")',
            "keras.layers.Dense(units)",
            "is not a Keras model",
            id="a layer",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(UntriedError, match=why):
        recipe(old, new).build()


def test_nothing_is_copied_by_methods_that_others_have_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def call(_self: Any, inputs: Any) -> Any:
        return inputs

    monkeypatch.setattr(keras.layers.GaussianNoise, "call", call)
    with pytest.raises(UntriedError, match=r"has replaced `GaussianNoise.call`"):
        copier()


def test_the_fit_is_called_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def fit(*_: Any, **__: Any) -> None:
        message = "a copy was fitted"
        raise AssertionError(message)

    monkeypatch.setattr(keras.Model, "fit", fit)
    assert recipe().make().model.compiled
