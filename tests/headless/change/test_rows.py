from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.headless.change.judging import Judge, load, store
from nbdoctor.headless.change.rows import KeptRows, kept_rows, marks_of, marks_of_rows, together
from nbdoctor.headless.change.run import plain
from nbdoctor.headless.change.training import EnoughError, Trainings
from nbdoctor.readings.task import NotScorableError

pytestmark = pytest.mark.keras

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(150, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int64")


def classifier() -> Any:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.1), "binary_crossentropy")
    return model


def watched(most: int = 10_000, **words: Any) -> Trainings:
    return Trainings(seed=0, most=most, **words)


def only(trainings: Trainings) -> KeptRows:
    rows = together(trainings.kept)
    assert rows is not None
    return rows


def test_rows_that_nothing_else_judges_are_held_back() -> None:
    trainings, weights = watched(), np.ones(150)
    with trainings.watched():
        history = classifier().fit(X, Y, sample_weight=weights, batch_size=10, verbose=0)
    rows = only(trainings)
    assert history.params["steps"] == trainings.steps == 10
    assert (len(rows), rows.held_out, rows.origin) == (50, True, "held back")
    assert not {*marks_of(rows)} & trainings.seen
    assert {*marks_of(rows)} | trainings.seen == {*marks_of_rows(X)}


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ({"validation_split": 0.2}, 30),
        ({"validation_data": (X[:40], Y[:40])}, 40),
        ({"validation_data": tf.data.Dataset.from_tensor_slices((X[:40], Y[:40])).batch(7)}, 40),
    ],
)
def test_validation_rows_judge_and_all_others_train(words: dict[str, Any], size: int) -> None:
    trainings = watched()
    with trainings.watched():
        classifier().fit(X, Y, batch_size=10, verbose=0, **words)
    rows = only(trainings)
    assert (len(rows), rows.held_out, rows.origin) == (size, True, "validation")
    assert trainings.steps == (12 if "validation_split" in words else 15)


def test_rows_of_datasets_are_drawn_again() -> None:
    data = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(150).batch(16)
    trainings = watched()
    with trainings.watched():
        classifier().fit(data, epochs=2, shuffle=False, verbose=0)
    rows = only(trainings)
    assert (len(rows), rows.held_out, rows.origin) == (150, False, "training")
    assert trainings.planned == trainings.steps == 20


def test_few_rows_all_train() -> None:
    trainings = watched()
    with trainings.watched():
        classifier().fit(X[:30], Y[:30], verbose=0)
    assert (len(only(trainings)), only(trainings).held_out) == (30, False)


def test_a_training_ends_after_so_many_steps() -> None:
    trainings, model = watched(most=7), classifier()
    with trainings.watched(), pytest.raises(EnoughError):
        model.fit(X, Y, epochs=50, batch_size=10, verbose=0)
    assert (trainings.steps, trainings.planned, trainings.cut) == (7, 500, True)
    assert int(model.optimizer.iterations) == 7


def test_loops_end_after_so_many_steps() -> None:
    model, trainings = classifier(), watched(most=3)

    def loop() -> None:
        for at in range(20):
            model.train_on_batch(X[at : at + 8], Y[at : at + 8])

    with trainings.watched(), pytest.raises(EnoughError):
        loop()
    assert trainings.steps == 3
    assert only(trainings).labels[0].shape == (10,)  # rows that repeat are kept once


def test_own_loops_are_counted() -> None:
    model, trainings, optimizer = classifier(), watched(most=4), keras.optimizers.SGD(0.1)

    def loop() -> None:
        for _ in range(20):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(X) - Y[:, None]))
            optimizer.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)

    with trainings.watched(), pytest.raises(EnoughError):
        loop()
    assert trainings.steps == 4


def test_a_model_is_scored_by_rows_of_another_side(tmp_path: Path) -> None:
    model = classifier()
    model.fit(X, Y, epochs=30, verbose=0)
    rows = kept_rows(X, Y, None, held_out=True, origin="given")
    assert rows is not None
    store(rows, tmp_path / "rows.npz")
    again = load(tmp_path / "rows.npz", X[:1])
    judge = Judge()
    scored = judge.scored(model, again)
    assert scored == judge.scored(model, rows)
    assert scored.score > 0.9
    assert np.mean(scored.parts) == pytest.approx(scored.score)
    assert (scored.kind, scored.rows, len(scored.parts)) == ("classes", 150, 20)
    with pytest.raises(NotScorableError, match="another form"):
        load(tmp_path / "rows.npz", X[:1, :3])


def test_the_scores_own_spread_is_that_of_other_rows() -> None:
    """The jackknife against what many samples of rows say."""
    draw = np.random.default_rng(1)

    class Noisy:
        weights = ()

        def predict(self, x: Any, **_: Any) -> Any:
            return x[:, :1] + 0.8 * x[:, 1:2]

    def scored(size: int) -> Any:
        x = draw.normal(size=(size, 2))
        rows = kept_rows(x, x[:, 0], None, held_out=True, origin="given")
        assert rows is not None
        model, judge = Noisy(), Judge(loss="mse")
        judge._asked = lambda *_: [_numbers()]  # type: ignore[method-assign]
        return judge.scored(model, rows)

    found = [scored(200) for _ in range(60)]
    true = np.std([one.score for one in found])
    told = np.mean([np.std(one.parts) / np.sqrt(len(one.parts)) for one in found])
    assert 0.6 < told / true < 1.6


def _numbers() -> Any:
    from nbdoctor.readings.asked import Asked

    return Asked(shape=(None, 1))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%diagnose -q\nx = 1\n", "# %%diagnose -q\nx = 1\n"),
        ("%%time\n%%diagnose\nx = 1", "%%time\n# %%diagnose\nx = 1"),
        ("x = '%%diagnose'\n%%diagnose\n", "x = '%%diagnose'\n%%diagnose\n"),
        ("", ""),
    ],
)
def test_a_cell_is_run_without_the_magic_on_the_same_lines(source: str, expected: str) -> None:
    assert plain(source) == expected
