"""Pipelines of `tf.data`, walked and drawn from without leaving a trace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.keras

X = np.arange(40, dtype="float32").reshape(20, 2)
Y = np.arange(20)


def source() -> Any:
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices((X, Y))


def test_stages_tell_kinds_options_and_functions() -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow import pipelines

    def double(x: Any, y: Any) -> Any:
        return 2 * x + tf.random.uniform([]), y

    data = source().shuffle(9, seed=3).map(double).batch(4).prefetch(1)
    stages = list(pipelines.stages(data, lambda _: 5).walk())
    assert [one.kind for one in stages] == ["Prefetch", "Batch", "Map", "Shuffle", "TensorSlice"]
    assert stages[1].options["batch_size"] == 4
    assert (stages[2].function, stages[2].is_random, stages[2].line) == ("double", True, 5)
    assert stages[3].options["buffer_size"] == 9
    assert stages[3].options["reshuffle"] == 1
    assert (stages[4].options["rows"], stages[4].parts) == (20, 2)


def test_rows_come_in_the_order_of_the_source_and_leave_the_shuffle_alone() -> None:
    from nbdoctor.backend.tensorflow import pipelines

    def shuffled(*, read: bool) -> list[list[int]]:
        data = source().shuffle(20, seed=3).map(lambda x, y: (x + 1, y)).batch(8).repeat(2)
        if read:
            batches = pipelines.batches_in_order(data, 100, 5.0)
            assert batches is not None
            assert np.concatenate([x for x, _ in batches]).tolist() == (X + 1).tolist()
            assert np.concatenate([y for _, y in batches]).tolist() == Y.tolist()
        return [y.tolist() for _ in range(2) for _, y in data.as_numpy_iterator()]

    assert shuffled(read=True) == shuffled(read=False)


def test_random_functions_draw_what_they_would_have_drawn() -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow import pipelines

    def drawn(*, read: bool) -> list[float]:
        tf.random.set_seed(1)
        data = source().map(lambda x, y: (x + tf.random.uniform([], seed=2), y)).batch(4)
        iterator = data.as_numpy_iterator()
        first = next(iterator)
        if read:
            assert pipelines.batches_in_order(data, 100, 5.0) is not None
            assert pipelines.redrawn(data, 4, 3)
        rest = [x[0, 0] for x, _ in iterator]
        return [float(first[0][0, 0]), *map(float, rest), float(tf.random.uniform([]))]

    assert drawn(read=True) == drawn(read=False)


def test_python_is_not_run() -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow import pipelines

    calls: list[int] = []

    def count(x: Any) -> Any:
        calls.append(1)
        return x

    data = source().map(lambda x, y: (tf.numpy_function(count, [x], tf.float32), y)).batch(4)
    assert pipelines.batches_in_order(data, 100, 5.0) is None
    assert pipelines.redrawn(data, 4, 3) == []
    assert not calls


def test_seeds_of_layers_are_not_moved_on() -> None:
    import keras

    from nbdoctor.backend.tensorflow import pipelines

    flip = keras.layers.RandomFlip(seed=3)
    pictures = np.random.default_rng(0).random((8, 6, 6, 1)).astype("float32")
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices((pictures, pictures))
    data = data.map(lambda x, y: (flip(x, training=True), y)).batch(4)
    before = np.asarray(flip.generator.state)
    assert pipelines.batches_in_order(data, 100, 5.0) is None
    (found,) = pipelines.redrawn(data, 4, 3)
    assert len(found.draws) == 3
    assert np.array_equal(np.asarray(flip.generator.state), before)


def test_what_a_stage_was_given_is_found_from_later_ones() -> None:
    from nbdoctor.backend.tensorflow import pipelines

    data = source().batch(4)
    data.class_names = ["ash", "elm"]
    assert pipelines.kept(data.prefetch(1).map(lambda x, y: (2 * x, y)), "class_names") == [
        "ash",
        "elm",
    ]
    assert pipelines.kept(source().batch(4), "class_names") is None


def test_only_the_rows_that_are_used_are_those_of_a_source() -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow import pipelines

    rows = tf.data.Dataset.from_tensor_slices([b"a", b"b", b"c", b"d"])

    def of(dataset: Any) -> list[list[bytes]]:
        return [array.tolist() for (array,) in pipelines.sources(dataset)]

    assert of(rows.take(3).shuffle(4).batch(2)) == [[b"a", b"b", b"c"]]
    assert of(rows.skip(3).map(tf.strings.length)) == [[b"d"]]
    assert of(rows.skip(1).take(-1)) == [[b"b", b"c", b"d"]]
    assert of(rows.shuffle(4).take(2)) == []
    assert of(rows.shard(2, 0)) == []


def test_what_can_be_drawn_without_moving_anything_else() -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow import pipelines

    def noted(x: Any, y: Any) -> Any:
        return tf.numpy_function(lambda *pair: pair, (x, y), (tf.float32, tf.int64))

    for data in (source().batch(4), source().shuffle(9).map(lambda x, y: (2 * x, y)).repeat(2)):
        assert pipelines.draws_alone(data)
    for data in (source().map(noted), source().cache().batch(4), source().interleave(from_row)):
        assert not pipelines.draws_alone(data.prefetch(1))


def from_row(x: Any, y: Any) -> Any:
    import tensorflow as tf

    return tf.data.Dataset.from_tensors((x, y))


def test_a_dataset_of_the_user_s_own_class_is_asked_nothing() -> None:
    from tensorflow.python.data.ops import dataset_ops

    from nbdoctor.backend.tensorflow import pipelines

    asked = []

    class Zip(dataset_ops.UnaryUnchangedStructureDataset):  # type: ignore[misc]
        def __init__(self, before: Any) -> None:
            super().__init__(before, before._variant_tensor)

        def _inputs(self) -> Any:
            asked.append("inputs")
            return super()._inputs()

        @property
        def element_spec(self) -> Any:
            asked.append("element_spec")
            return super().element_spec

    data = Zip(source()).batch(4)
    asked.clear()
    kinds = [one.kind for one in pipelines.stages(data, lambda _: None).walk()]
    assert kinds == ["Batch", ""]
    assert not pipelines.draws_alone(data)
    assert pipelines.batches_in_order(data, 8, 1.0) is None
    assert asked == []


def test_nothing_is_drawn_by_methods_that_others_have_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import tensorflow as tf

    from nbdoctor.backend.tensorflow import pipelines

    data = source().batch(4)
    assert pipelines.batches_in_order(data, 8, 1.0)
    with pipelines.iterated(lambda _: None):  # a patch of ours is none of theirs
        assert pipelines.batches_in_order(data, 8, 1.0)
    plain, called = tf.data.Dataset.__iter__, []

    def mine(dataset: Any) -> Any:
        called.append(dataset)
        return plain(dataset)

    monkeypatch.setattr(tf.data.Dataset, "__iter__", mine)
    assert pipelines.batches_in_order(data, 8, 1.0) is None
    assert pipelines.redrawn(source().map(lambda x, y: (x + tf.random.uniform([]), y)), 4, 2) == []
    assert called == []
