from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from nbdoctor.backend import tensorflow as backend

pytestmark = pytest.mark.keras

X = np.arange(24, dtype="float32").reshape(12, 2)
SLICES = tf.data.Dataset.from_tensor_slices(X)


def test_every_way_to_write_a_variable_is_undone() -> None:
    writes = {
        "assign": lambda v: v.assign([9.0, 9.0, 9.0]),
        "assign_add": lambda v: v.assign_add([1.0, 1.0, 1.0]),
        "assign_sub": lambda v: v.assign_sub([1.0, 1.0, 1.0]),
        "scatter": lambda v: v.scatter_add(tf.IndexedSlices([5.0], [1])),
        "scatter_nd": lambda v: v.scatter_nd_update([[2]], [7.0]),
        "slice": lambda v: v[0].assign(3.0),
    }
    for name, write in writes.items():
        variable = tf.Variable([1.0, 2.0, 3.0])
        with backend.journal():
            write(variable)
            assert variable.numpy().tolist() != [1.0, 2.0, 3.0], name
        assert variable.numpy().tolist() == [1.0, 2.0, 3.0], name


def test_what_is_told_to_an_inner_journal_is_undone_by_the_outer_one_as_well() -> None:
    variable, add = tf.Variable(1.0), tf.function(lambda variable: variable.assign_add(1.0))
    add.get_concrete_function(variable)
    with backend.journal():
        with backend.journal() as inner:
            inner.note(variable)  # what a trace writes is told, not seen
            add(variable)
            assert variable.numpy() == 2.0
        assert variable.numpy() == 1.0
    assert variable.numpy() == 1.0


def test_changes_are_measured_from_the_first_write() -> None:
    variable, other = tf.Variable([[3.0], [4.0]]), tf.Variable([[3.0], [4.0]])
    with backend.journal() as journal:
        variable.assign_add([[1.0], [0.0]])
        variable.assign_add([[0.0], [1.0]])
        assert journal.change(variable) == pytest.approx((2**0.5, 5.0))
        assert journal.change(other) == pytest.approx((0.0, 5.0))


def test_writing_is_as_before_when_the_block_ends() -> None:
    write = tf.Variable(0.0).__class__.assign
    with pytest.raises(KeyError), backend.journal():  # noqa: PT012  (it ends by an error)
        assert tf.Variable(0.0).__class__.assign is not write
        raise KeyError
    assert tf.Variable(0.0).__class__.assign is write


def test_the_random_state_of_tensorflow_goes_back() -> None:
    tf.random.set_seed(4)
    state = backend.random_state()
    with backend.own_random_state():
        tf.random.uniform(())
        assert backend.random_state() != state
    assert backend.random_state() == state
    first = float(tf.random.uniform(()))
    tf.random.set_seed(4)
    assert float(tf.random.uniform(())) == first


def test_functions_run_as_plain_python_inside() -> None:
    calls = []

    @tf.function
    def f() -> None:
        calls.append(tf.executing_eagerly())

    with backend.eagerly():
        f()
        f()
    assert calls == [True, True]
    f()
    assert calls[-1] is False


@pytest.mark.parametrize(
    "tensor",
    [
        tf.constant(3.0),
        tf.constant([1.0, 2.0]),
        tf.constant(X),
        tf.constant(X.reshape(3, 2, 2, 2)),
        tf.cast(X, "float16"),
    ],
)
def test_small_tensors_are_kept_whole(tensor: Any) -> None:
    sampled = backend.sample(tensor)
    assert sampled.dtype == np.float32
    assert sampled.ravel().tolist() == np.asarray(tensor).ravel().astype(float).tolist()
    assert float(backend.norm(tensor)) == pytest.approx(np.linalg.norm(sampled))


def test_large_tensors_are_sampled_by_whole_rows() -> None:
    values = np.random.default_rng(0).normal(size=(5000, 40)).astype("float32")
    sampled = backend.sample(tf.constant(values))
    assert 12_000 < sampled.size < 25_000
    rows = {row.tobytes() for row in values}
    assert all(row.tobytes() in rows for row in sampled)
    found = float(backend.norm(tf.constant(values)))
    assert found == pytest.approx(np.linalg.norm(values), rel=1e-5)


def test_gradients_of_embeddings_are_read_by_their_rows() -> None:
    slices = tf.IndexedSlices(tf.constant([[3.0, 4.0]]), tf.constant([7]))
    assert float(backend.norm(slices)) == 5.0
    assert backend.sample(slices).tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_norms_show_broken_values(bad: float) -> None:
    assert not np.isfinite(backend.norm(tf.constant([1.0, bad])))


def generated() -> Any:
    return tf.data.Dataset.from_generator(
        lambda: iter(X), output_signature=tf.TensorSpec((2,), "float32")
    )


def in_python(row: Any) -> Any:
    return tf.numpy_function(np.sin, [row], "float32")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("dataset", "runs"),
    [
        pytest.param(lambda: SLICES.shuffle(3).batch(2).prefetch(1).repeat(), False, id="plain"),
        pytest.param(lambda: SLICES.map(tf.sin).cache(), False, id="a map of TensorFlow"),
        pytest.param(lambda: SLICES.map(in_python), True, id="a map in Python"),
        pytest.param(lambda: SLICES.map(tf.function(in_python)), True, id="in a function"),
        pytest.param(lambda: SLICES.filter(lambda r: in_python(r)[0] > 0), True, id="a filter"),
        pytest.param(generated, True, id="a generator"),
        pytest.param(lambda: generated().batch(2).prefetch(2), True, id="a generator in batches"),
        pytest.param(lambda: tf.data.Dataset.zip((SLICES, generated())), True, id="one of two"),
        pytest.param(lambda: SLICES.interleave(lambda _: generated()), True, id="interleaved"),
        pytest.param(lambda: iter([1]), False, id="no dataset"),
    ],
)
def test_datasets_that_run_python_are_told(dataset: Any, runs: bool) -> None:
    assert backend.runs_python(dataset()) is runs


def test_batches_are_replayed_in_order_without_a_new_trace() -> None:
    traces = []

    @tf.function(reduce_retracing=False)
    def step(iterator: Any) -> Any:
        traces.append(1)
        return next(iterator)

    iterator = iter(SLICES.batch(5))
    step(iterator)
    iterator = iter(SLICES.batch(5))
    batches = [next(iterator), next(iterator)]
    again = backend.replay(batches, iterator)
    seen = [step(again).numpy().tolist() for _ in batches] + [step(iterator).numpy().tolist()]
    assert seen == [X[:5].tolist(), X[5:10].tolist(), X[10:].tolist()]
    assert len(traces) == 1


def test_kinds_are_told() -> None:
    assert backend.is_iterator(iter(SLICES))
    assert not backend.is_iterator(iter([1]))
    assert backend.is_float(tf.constant(1.0))
    assert not backend.is_float(tf.constant(1))
    assert not backend.is_float(1.0)
    assert backend.device_name().startswith(("CPU", "GPU"))


def test_a_variable_that_a_trace_makes_keeps_no_other_from_its_value() -> None:
    made: list[tf.Variable] = []
    known = tf.Variable(1.0)

    @tf.function
    def step() -> tf.Tensor:
        if not made:
            made.append(tf.Variable(3.0))
        made[0].assign_add(1.0)
        return made[0].read_value()

    with backend.journal():
        known.assign(2.0)
        step()
    assert float(known) == 1.0


def test_a_variable_that_cannot_be_written_keeps_no_other_from_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, broken = tf.Variable(1.0), tf.Variable(1.0)

    def fails(_value: object) -> None:
        message = "planted"
        raise ValueError(message)

    with pytest.raises(ValueError, match="planted"), backend.journal():  # noqa: PT012
        first.assign(2.0)
        broken.assign(2.0)
        monkeypatch.setattr(broken, "assign", fails)
    assert float(first) == 1.0
