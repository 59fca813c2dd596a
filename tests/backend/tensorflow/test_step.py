"""Steps on copies: what they compute is what training computes, and nothing of it is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.ops.resource_variable_ops import UninitializedVariable

from nbdoctor.backend.engine import RefusedError
from nbdoctor.backend.tensorflow import loops as functions
from nbdoctor.backend.tensorflow import step as shadows
from nbdoctor.backend.tensorflow import trace as traces
from nbdoctor.backend.tensorflow.step import Shadow

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

L = keras.layers
ROWS, SIZE = 48, 8
CALLS: list[str] = []
"""Calls of code that stands for the user's."""


class Noise(keras.layers.Layer):
    """Draws from a generator of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = tf.random.Generator.from_seed(3)

    def call(self, inputs: Any) -> Any:
        CALLS.append("noise")
        return inputs + 0.1 * self.generator.normal(tf.shape(inputs))


class PlainNoise(keras.layers.Layer):
    """Draws from TensorFlow itself, with a seed of its own operation."""

    def call(self, inputs: Any) -> Any:
        CALLS.append("plain noise")
        return inputs + 0.1 * tf.random.normal(tf.shape(inputs), seed=4)


class Counting(keras.layers.Layer):
    """Goes one way or the other, by a counter, in a traced function of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.count = tf.Variable(0, trainable=False)

    @tf.function
    def counted(self, inputs: Any) -> Any:
        CALLS.append("traced")
        self.count.assign_add(1)
        return tf.cond(self.count % 2 == 0, lambda: inputs * 2.0, lambda: inputs)

    def call(self, inputs: Any) -> Any:
        CALLS.append("counting")
        return self.counted(inputs)


class OwnStep(keras.Model):
    def train_step(self, data: Any) -> Any:
        CALLS.append("step")
        x, y = data
        with tf.GradientTape() as tape:
            predicted = self(x, training=True)
            loss = self.compute_loss(x, y, predicted)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, predicted)
        return {metric.name: metric.result() for metric in self.metrics}


def stack(*layers: Any, shape: tuple[int, ...] = (6,)) -> Any:
    return keras.Sequential([keras.Input(shape), *layers, L.Dense(3, "softmax")])


def pictures(*layers: Any) -> Any:
    return stack(*layers, L.Flatten(), shape=(6, 6, 2))


def augmenting() -> Any:
    changed = (L.RandomFlip(), L.RandomRotation(0.1), L.RandomContrast(0.2))
    return pictures(*changed, L.Conv2D(3, 3), L.BatchNormalization(), L.ReLU())


def own_step() -> Any:
    seen = keras.Input((6,))
    return OwnStep(seen, L.Dense(3, "softmax")(L.SpectralNormalization(L.Dense(4, "relu"))(seen)))


def recurrent() -> Any:
    seen = keras.Input(batch_shape=(SIZE, 5, 4))
    inner = L.LSTM(4, dropout=0.2, return_sequences=True)(seen)
    return keras.Model(seen, L.Dense(3, "softmax")(L.GRU(4, stateful=True)(inner)))


def adam(**options: Any) -> Any:
    return keras.optimizers.Adam(0.01, **options)


def averaging() -> Any:
    return adam(use_ema=True, ema_overwrite_frequency=2, gradient_accumulation_steps=2)


def scheduled() -> Any:
    rate = keras.optimizers.schedules.CosineDecay(0.1, 10)
    options = {"momentum": 0.5, "nesterov": True, "weight_decay": 0.01, "clipnorm": 1.0}
    return keras.optimizers.SGD(rate, **options)


@dataclass(frozen=True)
class Program:
    """A model, how it is compiled, and the shape of its rows."""

    make: Callable[[], Any]
    shape: tuple[int, ...] = (6,)
    optimizer: Callable[[], Any] = adam
    options: dict[str, Any] = field(default_factory=dict)


def dropping() -> Any:
    return stack(L.Dense(8, "relu"), L.Dropout(0.3))


PROGRAMS = {
    "dropout": Program(dropping),
    "XLA": Program(dropping, options={"jit_compile": True}),
    "several steps in a call": Program(dropping, options={"steps_per_execution": 2}),
    "augmentation, convolution and batch normalization": Program(augmenting, (6, 6, 2)),
    "recurrent layers, one of which keeps its state": Program(recurrent, (5, 4)),
    "generator, and counter in a traced function": Program(lambda: stack(Noise(), Counting())),
    "plain noise": Program(lambda: stack(PlainNoise())),
    "own step, with spectral normalization": Program(own_step),
    "not built": Program(lambda: keras.Sequential([L.Dense(4, "relu"), L.Dense(3, "softmax")])),
    "weight averages, and gradients of two steps": Program(dropping, optimizer=averaging),
    "half precision under loss scaling": Program(
        lambda: stack(L.Dense(8, "relu", dtype="mixed_float16")),
        optimizer=lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1)),
    ),
    "a schedule, with momentum, decay and clipping": Program(
        lambda: stack(L.Dense(4, kernel_regularizer="l2")), optimizer=scheduled
    ),
}


@dataclass
class Outcome:
    """What training left behind, and what the steps on copies told before it."""

    losses: list[float]
    state: list[bytes]
    calls: int
    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    slower: list[float] = field(default_factory=list)


def data(program: Program) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, *program.shape)).astype("float32")
    return x, rng.integers(0, 3, ROWS)


def state_of(model: Any) -> list[bytes]:
    found = [*model.variables, *model.optimizer.variables]
    own = [one for layer in model.layers for one in vars(layer).values()]
    found += [one for one in own if isinstance(one, tf.Variable)]
    found += [one.state for one in own if isinstance(one, tf.random.Generator)]
    return [np.asarray(one).tobytes() for one in found]


def run(program: Program, look: Callable[[Any, Any, Any, Outcome], None] | None) -> Outcome:
    """Train for one epoch; where there is a `look`, let it act between trace and first step."""
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    CALLS.clear()
    model, (x, y) = program.make(), data(program)
    options = {"metrics": ["accuracy"], "loss": "sparse_categorical_crossentropy"}
    model.compile(program.optimizer(), **options, **program.options)
    model.make_train_function()
    iterator = iter(tf.data.Dataset.from_tensor_slices((x, y)).batch(SIZE))
    outcome = Outcome([], [], 0)
    if look is not None:
        targets: list[Any] = []
        with functions.differentiated(lambda found: targets.append(found.target)):
            trace = traces.trace_of(model.train_function, iterator)
            assert trace is not None
            trace()
        batch = (tf.constant(x[:SIZE]), tf.constant(y[:SIZE]))
        graph = shadows.graph_taking(batch, reversed(targets))
        known = [one for one in targets if shadows.is_in(graph, [one])]
        look(Shadow(graph, lambda: known[-1]), batch, model, outcome)
    with_calls = ROWS // SIZE // program.options.get("steps_per_execution", 1)
    for _ in range(with_calls):
        outcome.losses.append(float(model.train_function(iterator)["loss"]))
    outcome.state, outcome.calls = state_of(model), len(CALLS)
    return outcome


def several_steps(shadow: Any, batch: Any, model: Any, outcome: Outcome) -> None:
    """From the start, from the start again, and at a tenth of the rate."""
    before = state_of(model)
    outcome.first = [float(shadow(batch)[0]["loss"]) for _ in range(4)]
    shadow.restart()
    outcome.again = [float(shadow(batch)[0]["loss"]) for _ in range(4)]
    shadow.restart()
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if isinstance(optimizer._learning_rate, keras.Variable):
        shadow.copy_of(optimizer._learning_rate.value).assign(0.001)
        outcome.slower = [float(shadow(batch)[0]["loss"]) for _ in range(4)]
    assert state_of(model) == before


@pytest.mark.parametrize("name", PROGRAMS)
def test_training_is_the_same_and_so_is_its_first_loss(name: str) -> None:
    program = PROGRAMS[name]
    plain, looked = run(program, None), run(program, several_steps)
    assert looked.state == plain.state
    assert looked.losses == plain.losses
    assert looked.calls == plain.calls
    if program.options == {}:  # several steps report their mean, and XLA draws other numbers
        assert looked.first[0] == pytest.approx(plain.losses[0], rel=1e-6)
    if "noise" not in name:  # draws from its own kernels go on, as they do in training
        assert looked.again == looked.first
    if looked.slower:
        assert looked.slower[0] == looked.first[0] or "noise" in name
        assert looked.slower[2:] != looked.first[2:]


def test_steps_on_copies_are_those_that_training_makes() -> None:
    """On the same batches in the same order."""
    program = PROGRAMS["dropout"]
    x, y = data(program)
    batches = [
        (tf.constant(x[k : k + SIZE]), tf.constant(y[k : k + SIZE])) for k in range(0, 40, 8)
    ]

    def all_batches(shadow: Any, _batch: Any, _model: Any, outcome: Outcome) -> None:
        outcome.first = [float(shadow(one)[0]["loss"]) for one in batches]

    found = run(program, all_batches)
    assert found.first == pytest.approx(found.losses[:5], rel=1e-5)


def test_a_restart_takes_what_the_model_has_become() -> None:
    variable = tf.Variable(1.0)

    @tf.function
    def step(batch: Any) -> Any:
        variable.assign_add(tf.reduce_sum(batch))
        return variable.read_value()

    batch = tf.constant([1.0, 2.0])
    shadow = Shadow(step.get_concrete_function(batch).graph, list)
    assert [float(shadow(batch)[0]) for _ in range(2)] == [4.0, 7.0]
    assert float(shadow.copy_of(variable)) == 7.0
    assert float(variable) == 1.0
    variable.assign(10.0)
    shadow.restart()
    assert float(shadow(batch)[0]) == 13.0
    assert float(variable) == 10.0


def test_a_variable_that_the_step_does_not_touch_has_no_copy() -> None:
    shadow = Shadow(tf.function(lambda x: x).get_concrete_function(tf.constant(1.0)).graph, list)
    assert shadow.copy_of(tf.Variable(1.0)) is None


def traced(function: Callable[[Any], Any], *more: Any) -> tuple[Any, Any]:
    """A step that calls `function` on its batch, as a graph, and a batch."""
    batch = tf.constant([1.0, 2.0])
    kept = tf.Variable(0.0)

    @tf.function(autograph=False)
    def step(batch: Any, *more: Any) -> Any:
        kept.assign_add(tf.reduce_sum(batch))
        function(batch, *more)
        return kept.read_value()

    step.kept = kept
    graph = step.get_concrete_function(batch, *more).graph
    graph.kept = kept  # a graph holds no variable: it must not go
    return graph, batch


QUEUE: list[Any] = []


def queue() -> Any:
    QUEUE.append(tf.queue.FIFOQueue(9, [tf.float32], [()]))
    return QUEUE[-1]


def table() -> Any:
    QUEUE.append(tf.lookup.experimental.MutableHashTable(tf.int64, tf.float32, 0.0))
    return QUEUE[-1]


def iterator() -> Any:
    QUEUE.append(iter(tf.data.Dataset.range(9)))
    return QUEUE[-1]


def barrier_file() -> str:
    return "never-written"


ONE = tf.constant([1], tf.int64)
VARIABLE = tf.Variable(1.0)

REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "queue": (lambda _: queue().dequeue(), "QueueDequeueV2"),
    "putting into a queue": (lambda x: queue().enqueue(x[0]), "QueueEnqueueV2"),
    "table": (lambda x: table().insert(ONE, x[:1]), "LookupTableInsertV2"),
    "table, removed": (lambda _: table().remove(ONE), "LookupTableRemoveV2"),
    "py_function": (lambda x: tf.py_function(lambda a: a, [x], tf.float32), "EagerPyFunc"),
    "numpy_function": (lambda x: tf.numpy_function(np.sin, [x], tf.float32), "PyFunc"),
    "numpy_function that says it keeps no state": (
        lambda x: tf.numpy_function(np.sin, [x], tf.float32, stateful=False),
        "PyFuncStateless",
    ),
    "print": (tf.print, "PrintV2"),
    "file": (lambda _: tf.io.write_file(barrier_file(), "text"), "WriteFile"),
    "iterator": (lambda _: next(iterator()), "IteratorGetNext"),
    "replicas": (
        lambda x: tf.raw_ops.CollectiveReduce(
            input=x,
            group_size=2,
            group_key=1,
            instance_key=1,
            merge_op="Add",
            final_op="Id",
            subdiv_offsets=[0],
        ),
        "CollectiveReduce",
    ),
    "destroying": (
        lambda _: tf.raw_ops.DestroyResourceOp(resource=VARIABLE.handle),
        "DestroyResourceOp",
    ),
    "random queue": (
        lambda _: tf.raw_ops.RandomShuffleQueueV2(component_types=[tf.float32]),
        "RandomShuffleQueueV2",
    ),
    "a variable that it makes": (
        lambda _: tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[], shared_name="mine"),
        "VarHandleOp",
    ),
    "in a branch": (
        lambda x: tf.cond(x[0] > 0, lambda: tf.print(x), tf.no_op),
        "PrintV2",
    ),
    "in a loop": (
        lambda _: tf.while_loop(lambda i: i < 2, _printed, [tf.constant(0)]),
        "PrintV2",
    ),
    "in a function": (lambda x: tf.function(_printed)(x + 1.0), "PrintV2"),
    "over the elements": (lambda x: tf.map_fn(_printed, x), "PrintV2"),
}


def _printed(value: Any) -> Any:
    with tf.control_dependencies([tf.print(value)]):
        return value + 1


@pytest.mark.parametrize("name", REFUSED)
def test_what_acts_on_more_than_variables_is_refused_by_its_name(name: str) -> None:
    function, operation = REFUSED[name]
    graph, _ = traced(function)
    with pytest.raises(RefusedError, match=rf"`{operation}`"):
        Shadow(graph, list)
    assert float(graph.kept) == 0.0


def test_variables_that_are_handed_to_the_step_are_refused() -> None:
    given = tf.Variable(1.0)
    graph, batch = traced(lambda _, variable: variable.assign_add(1.0), given)
    shadow = Shadow(graph, list)
    with pytest.raises(RefusedError, match="handed variables"):
        shadow((batch, given.handle))
    assert float(given) == 1.0


def test_a_variable_without_a_value_is_refused() -> None:
    empty = UninitializedVariable(shape=[], dtype=tf.float32)
    graph, _ = traced(lambda _: empty.read_value())
    with pytest.raises(RefusedError, match="no value yet"):
        Shadow(graph, list)


def test_what_is_captured_only_when_it_is_called_is_refused() -> None:
    @tf.function
    def step(batch: Any) -> Any:
        graph = tf.compat.v1.get_default_graph()
        late = graph.capture_call_time_value(lambda: tf.constant(1.0), tf.TensorSpec([]))
        return batch + late

    graph = step.get_concrete_function(tf.constant(1.0)).graph
    with pytest.raises(RefusedError, match="only when it is called"):
        Shadow(graph, list)


def test_a_step_that_needs_the_loop_around_it_is_refused() -> None:
    inner: list[Any] = []

    @tf.function
    def outer(batch: Any) -> Any:
        around = batch + 1.0

        @tf.function
        def step(given: Any) -> Any:
            inner.append(given * around)
            return inner[-1]

        return step(batch)

    outer.get_concrete_function(tf.TensorSpec([2]))
    with pytest.raises(RefusedError, match="the loop around it"):
        Shadow(shadows.graph_of(inner[0]), list)


def test_what_lies_inside_of_a_branch_cannot_be_had() -> None:
    inside = []

    @tf.function
    def step(batch: Any) -> Any:
        def branch() -> Any:
            inside.append(batch + 1.0)
            return inside[-1]

        return tf.cond(tf.reduce_sum(batch) > 0.0, branch, lambda: batch)

    graph = step.get_concrete_function(tf.TensorSpec([2])).graph
    assert not shadows.is_in(graph, inside)
    with pytest.raises(RefusedError, match="a branch of its own"):
        Shadow(graph, lambda: inside[0])


@pytest.mark.parametrize(
    "layer",
    [
        lambda: L.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3),
        lambda: L.StringLookup(vocabulary=["a b", "b"], output_mode="multi_hot"),
    ],
    ids=["vectorization", "lookup"],
)
def test_a_table_that_is_only_read_is_shared(layer: Callable[[], Any]) -> None:
    """TextVectorization inside of a model."""
    text = layer()
    kernel = tf.Variable(tf.ones((3, 1)))

    @tf.function
    def step(batch: Any) -> Any:
        ids = tf.cast(text(batch), tf.float32)[:, :3]
        kernel.assign_add(tf.reduce_sum(ids) * tf.ones_like(kernel))
        return ids

    batch = tf.constant([["a b"], ["b b b"]])
    graph = step.get_concrete_function(batch).graph
    before = text.get_vocabulary()
    shadow = Shadow(graph, list)
    found, _ = shadow(batch)
    assert float(tf.reduce_sum(kernel)) == 3.0
    assert np.array_equal(found, step(batch))
    assert text.get_vocabulary() == before


def batches() -> Any:
    return iter(tf.data.Dataset.from_tensor_slices(np.ones((6, 2), "float32")).batch(2))


class Counted:
    """A traced function that adds up what it is given; notes the tensors on the way."""

    def __init__(self) -> None:
        self.total = tf.Variable(0.0)
        self.met: list[Any] = []
        self.traced = tf.function(self.step, input_signature=[tf.TensorSpec([None, 2])])

    def step(self, batch: Any) -> Any:
        doubled = 2.0 * batch
        self.met.append(doubled)
        self.total.assign_add(tf.reduce_sum(doubled))
        return {"total": self.total.read_value()}


X = np.arange(12, dtype="float32").reshape(6, 2)


def test_a_step_gives_what_it_met_and_what_it_returns() -> None:
    counted = Counted()
    graph = counted.traced.get_concrete_function().graph
    shadow = Shadow(graph, lambda: [counted.met[0], tf.reduce_max(counted.met[0])])
    logs, (doubled, largest) = shadow(tf.constant(X))
    assert float(logs["total"]) == 2.0 * X.sum()
    assert float(counted.total) == 0.0
    assert doubled.numpy().tolist() == (2.0 * X).tolist()
    assert float(largest) == 22.0
    _, (fewer, _) = shadow(tf.constant(X[:1]))
    assert fewer.shape == (1, 2)


def test_the_trace_itself_stays_as_it_is() -> None:
    counted = Counted()
    concrete = counted.traced.get_concrete_function()
    before = concrete.function_def.SerializeToString(deterministic=True)
    outputs = list(concrete.graph.outputs)
    Shadow(concrete.graph, lambda: tf.reduce_max(counted.met[0]))
    assert concrete.graph.outputs == outputs
    assert concrete.function_def.SerializeToString(deterministic=True) == before
    assert float(counted.traced(X)["total"]) == 2.0 * X.sum()
    assert len(counted.met) == 1


def test_no_two_have_the_same_name() -> None:
    """TensorFlow keeps what it made of a function under its name, also when that is gone."""
    called = []
    for factor in range(1, 9):
        counted = Counted()
        graph = counted.traced.get_concrete_function().graph
        met = counted.met[0]
        shadow = Shadow(graph, lambda met=met, factor=factor: factor * met)  # type: ignore[misc]
        called.append(float(tf.reduce_max(shadow(tf.constant(X))[1])))
        del shadow, counted, graph, met
    assert called == [22.0 * factor for factor in range(1, 9)]


def test_batches_of_another_kind_are_refused() -> None:
    counted = Counted()
    shadow = Shadow(counted.traced.get_concrete_function().graph, list)
    with pytest.raises(RefusedError, match="another shape or type"):
        shadow((tf.constant(X), tf.constant(X)))


def test_the_options_of_functions_are_those_of_the_user_again() -> None:
    from tensorflow.python.eager import context

    counted = Counted()
    before = context.context().function_call_options
    shadow = Shadow(counted.traced.get_concrete_function().graph, list)
    with pytest.raises(tf.errors.InvalidArgumentError):
        shadow(tf.constant(["text"]))
    assert context.context().function_call_options is before


def test_a_spread_out_loop_is_told() -> None:
    assert not functions.is_spread_out()
    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        assert functions.is_spread_out()


def test_no_file_was_written() -> None:
    assert not Path(barrier_file()).exists()
